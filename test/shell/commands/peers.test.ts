/** `peers`: the table, its JSON, a narrow terminal and many rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerView } from '../../../src/core/view-rows.ts';
import { peers } from '../../../src/shell/commands/peers.ts';
import type { Shell } from '../../../src/shell/shell.ts';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

const FIELDS =
  'n id dir via address listen agent state pingMs pingMinMs lastSendMs lastReceiveMs lastPongMs addresses ageMs pausedMs'.split(
    ' ',
  );

test('peers: a row has every field of the reference, in times ago', async () => {
  const { value, others } = await openShell();
  const rows = await value<PeerView[]>('peers');
  assert.equal(rows.length, 2);
  for (const row of rows) {
    assertFields(row, FIELDS);
    assert.equal(row.dir, 'inbound');
    assert.equal(row.via, 'peer');
    assert.equal(row.state, 'ready');
    assert.ok(others.some((node) => node.state.id === row.id));
    assert.ok((row.pingMs ?? -1) >= 0 && row.ageMs >= 900);
  }
  assert.deepEqual(await value('peers out'), []);
  assert.deepEqual((await value<PeerView[]>('netinfo in')).length, 2);
});

test('peers: the table has its columns, full ids with -v, and nobody is one sentence', async () => {
  const { text, node } = await openShell();
  const [head = '', row = ''] = (await text('peers')).split('\n');
  assert.deepEqual(head.trim().split(/\s+/), '# id dir via address ping min send recv addrs age'.split(' '));
  assert.match(row, /^ *#\d+ {2}[0-9a-f]{8} {2}in {3}peer {2}10\.0\.0\.\d:5999 /);
  assert.match(await text('peers -v'), new RegExp([...node.state.peers.keys()][0] ?? 'nobody'));
  assert.equal(await (await openShell({ peers: 0 })).text('peers'), 'no peers; try connect HOST:PORT');
});

test('peers: wrong words and options tell the usage', async () => {
  const { failure } = await openShell({ peers: 0 });
  for (const line of ['peers inn', 'peers in out', 'peers --vv'])
    assert.match((await failure(line)).message, /usage: peers \[in\|out\]/);
});

test('peers: the guest of a full node is a visitor, and no peer', async () => {
  const { node, value, text } = await openShell();
  const session = node.state.sessions.get(2);
  assert.ok(session !== undefined);
  // As a driver leaves it while the last lines are on their way.
  Object.assign(session, { stage: 'closing', closeReason: 'full' });
  assert.match(await text('peers'), / visitor$/m);
  assert.match(await text('status'), /^peers {6}1 in, 0 out, 0 handshaking, 0 being dialled, 1 visitor$/m);
  assert.deepEqual((await value<{ peers: { visitors: number } }>('status')).peers.visitors, 1);
  assert.equal(node.views.ready(), 1);
});

/** A shell with that many peers on a terminal of that width, as far as `peers` looks at one. */
function shellOf(count: number, columns: number | null): Shell {
  const rows = Array.from(
    { length: count },
    (_, i): PeerView => ({
      n: i + 1,
      id: `${String(i).padStart(8, 'a')}-0000-4000-8000-000000000000`,
      dir: 'outbound',
      via: 'gossip',
      address: `192.168.100.${(i % 250) + 1}:15999`,
      listen: null,
      agent: 'a-node-of-others/22.4.1',
      state: 'suspect',
      pingMs: 123.4,
      pingMinMs: 12.3,
      lastSendMs: 61_000,
      lastReceiveMs: 61_000,
      lastPongMs: null,
      addresses: 1_000,
      ageMs: 3_700_000,
      pausedMs: null,
    }),
  );
  return { node: { views: { peers: () => rows } }, columns: () => columns, labHere: null } as unknown as Shell;
}

async function drawn(count: number, columns: number | null, all = false, verbose = false): Promise<string[]> {
  const call = {
    words: [],
    rest: '',
    options: { all, verbose },
    signal: new AbortController().signal,
    say: () => undefined,
  };
  const { text } = await peers.run(shellOf(count, columns), call);
  return (typeof text === 'string' ? text : await text()).split('\n');
}

test('peers: a narrow terminal drops addrs, min, via in that order and no row is wider', async () => {
  const heads = async (columns: number | null) => {
    const lines = await drawn(3, columns);
    assert.ok(columns === null || columns < 40 || lines.every((line) => line.length <= columns), lines.join('\n'));
    return (lines[0] ?? '').trim().split(/\s+/);
  };
  const whole = '# id dir via address ping min send recv addrs age'.split(' ');
  const without = (...names: string[]) => whole.filter((name) => !names.includes(name));
  assert.deepEqual(await heads(null), whole);
  assert.deepEqual(await heads(120), whole);
  const width = (await drawn(3, null)).reduce((most, line) => Math.max(most, line.length), 0);
  assert.deepEqual(await heads(width), whole);
  assert.deepEqual(await heads(width - 1), without('addrs'));
  assert.deepEqual(await heads(width - 8), without('addrs', 'min'));
  assert.deepEqual(await heads(width - 14), without('addrs', 'min', 'via'));
  // Narrower still, a row that is folded would be worse than one without these.
  assert.deepEqual(await heads(60), without('addrs', 'min', 'via', 'send', 'recv'));
  assert.deepEqual(await heads(40), ['#', 'id', 'address']);
});

test('peers: with -v no row is folded, nothing that peers shows is left out, and details stand below', async () => {
  const wide = '# id dir via address ping min send recv addrs age state agent';
  const headOf = ([head = '']: string[]) => head.trim().replaceAll(/ +/g, ' ');
  assert.equal(headOf(await drawn(3, null, false, true)), wide);
  assert.equal(headOf(await drawn(3, 160, false, true)), wide);
  const id = 'aaaaaaa0-0000-4000-8000-000000000000';
  for (const [columns, below] of [
    [120, [`   ${id}  suspect  a-node-of-others/22.4.1`]],
    [80, [`   ${id}  suspect  a-node-of-others/22.4.1`]],
    [50, [`   ${id}  suspect`, '   a-node-of-others/22.4.1']],
    [40, [`   ${id}`, '   suspect  a-node-of-others/22.4.1']],
  ] as const) {
    const lines = await drawn(3, columns, false, true);
    for (const line of lines) assert.ok(line.length <= columns, `${columns}: ${line}`);
    assert.deepEqual(lines.slice(2, 2 + below.length), below, `${columns}`);
    assert.equal(lines.length, 1 + 3 * (1 + below.length));
    const heads = headOf(lines).split(' ');
    const plain = headOf(await drawn(3, columns)).split(' ');
    assert.deepEqual(
      plain.filter((head) => head !== 'id' && !heads.includes(head)),
      [],
      `${columns}`,
    );
  }
});

test('peers: more than 50 rows are counted, --all shows them, and 125 take at most 100 ms', async () => {
  const paged = await drawn(125, 80);
  assert.equal(paged.length, 52);
  assert.equal(paged.at(-1), '… 75 more: peers --all');
  assert.equal((await drawn(50, 80)).length, 51);
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    // Of this process alone: the machine may be busy with other tests.
    const started = process.cpuUsage();
    assert.equal((await drawn(125, 80, true)).length, 126);
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1_000);
  }
  assert.ok(Math.min(...times) <= 100, `${Math.min(...times)} ms`);
});
