/** `ping`: one peer, all, a count, what is lost, and what may be typed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface Pinged {
  readonly id: string;
  readonly sent: number;
  readonly received: number;
  readonly lossPercent: number;
  readonly minMs: number | null;
  readonly rttMs: readonly number[];
}

const FIELDS = ['id', 'sent', 'received', 'lossPercent', 'minMs', 'avgMs', 'maxMs', 'rttMs'];

test('ping: a peer by number, by the beginning of its id and by address', async () => {
  const { value, others } = await openShell();
  const [first] = others;
  const id = first?.state.id ?? '';
  for (const word of ['#1', id.slice(0, 6), id, id.toUpperCase(), '10.0.0.2:5999']) {
    const answer = await value<Pinged>(`ping ${word}`);
    assert.deepEqual(Object.keys(answer), FIELDS);
    assert.deepEqual([answer.id, answer.sent, answer.received, answer.lossPercent], [id, 1, 1, 0], word);
    assert.equal(answer.rttMs.length, 1);
  }
});

test('ping: -c and -i make a line each and a summary', async () => {
  const { text, printed, world } = await openShell();
  const before = world.now();
  const answer = await text('ping #1 -c 3 -i 2');
  assert.match(answer, /^[0-9a-f]{8}: 3 sent, 3 received, 0% lost, min\/avg\/max [\d.]+\/[\d.]+\/[\d.]+ ms$/);
  assert.equal(printed.filter((line) => line.startsWith('pong from ')).length, 3);
  const tookMs = (world.now() - before) / 1_000;
  assert.ok(tookMs >= 4_000 && tookMs < 4_500, `${tookMs}`);
});

test('ping: all asks everybody at once and answers an array', async () => {
  const { value, world } = await openShell({ peers: 3 });
  const before = world.now();
  const answers = await value<Pinged[]>('ping all');
  assert.deepEqual(
    answers.map(({ received }) => received),
    [1, 1, 1],
  );
  assert.ok(world.now() - before < 1_000_000);
  assert.deepEqual(await (await openShell({ peers: 0 })).value('ping all'), []);
});

test('ping: a peer that answers no more is lost after 5 s, with the numbers in the error', async () => {
  const { failure, node, others, printed } = await openShell({ peers: 1 });
  others[0]?.state.sessions.clear();
  const lost = await failure('ping #1');
  assert.equal(lost.code, 'timeout');
  // That it did not come is said once, then what was counted.
  assert.match(lost.message, /^[0-9a-f]{8}: 1 sent, 0 received, 100% lost$/);
  assert.match(printed.join('\n'), /^no pong from [0-9a-f]{8} #1 in 5 s$/);
  assert.deepEqual([lost['sent'], lost['received'], lost['minMs']], [1, 0, null]);
  assert.equal(node.views.ready(), 1);
});

test('ping: a pong that comes too late for its ping does not count for the next one', async () => {
  const { failure, printed, world, node } = await openShell({ peers: 1 });
  for (const host of world.network.hosts.values())
    for (const end of host.ends.values()) Object.assign(end, { latencyUs: 3_000_000 });
  const lost = await failure('ping #1 -c 4');
  assert.deepEqual([lost['sent'], lost['received']], [4, 0]);
  assert.deepEqual(
    printed.filter((line) => line.startsWith('pong from')),
    [],
  );
  assert.equal(node.views.ready(), 1, 'it is alive all the same');
  assert.equal(node.views.peer(1)?.pingMs, 6_000);
});

test('ping: without an id, with a wrong one or wrong numbers it is one clear line', async () => {
  const { failure, others } = await openShell();
  const usage = await failure('ping');
  assert.equal(usage.code, 'usage');
  for (const { state } of others) assert.ok(usage.message.includes(state.id.slice(0, 8)));
  const unknown = await failure('ping zzz');
  assert.equal(unknown.code, 'no-such-peer');
  assert.match(unknown.message, /^no peer "zzz"; the live ones are /);
  assert.match((await failure('ping #1 -c many')).message, /-c takes a whole number from 1 to 1000/);
  assert.match((await failure('ping all -c -1')).message, /^-c takes a whole number from 1 to 1000/);
  assert.match((await failure('ping #1 -i 0.01')).message, /-i takes seconds from 0\.1/);
  assert.match((await (await openShell({ peers: 0 })).failure('ping')).message, /no peers; try connect HOST:PORT$/);
});

test('ping: an ID that is none is told in one sentence, by every command that takes one', async () => {
  const { failure, node } = await openShell();
  for (const command of ['ping', 'drop', 'peer', 'send'])
    for (const id of ['#99', '#x', 'zz']) {
      const wrong = await failure(`${command} ${id}${command === 'send' ? ' {"msgtype":"ping"}' : ''}`);
      assert.match(wrong.message, new RegExp(`^no peer "${id}"; the live ones are `), command);
      assert.equal(wrong.code, 'no-such-peer');
    }
  assert.equal((await failure('ban #x')).code, 'no-such-peer');
  for (const line of ['ping', 'drop # all', 'drop  # #1']) assert.equal((await failure(line)).code, 'usage', line);
  assert.equal(node.views.ready(), 2);
});

test('ping: a peer that has gone is named with why it went', async () => {
  const { failure, others, pass } = await openShell();
  await others[0]?.stop();
  await pass(500);
  const gone = await failure('ping #1');
  assert.equal(gone.code, 'no-such-peer');
  assert.match(gone.message, /\(#1\) is gone \(the peer said bye "stopping", \d+m?s ago\); peer #1 tells more$/);
});

test('ping: a question or an answer that is held is named, not a bare time-out', async () => {
  const { text, failure, printed, world } = await openShell({ peers: 1 });
  await text('break ping at send once');
  const before = world.now();
  const asked = await failure('ping #1');
  const [first] = world.tap.held();
  assert.deepEqual([asked.code, asked['held']], ['held', first?.id]);
  assert.match(asked.message, new RegExp(`^[0-9a-f]{8}: no pong: ping held as ${first?.id} by k1; held lists it$`));
  assert.equal(world.now(), before, 'the time stands still');
  await text('deliver all');
  await world.until(() => false, { limitMs: 500 });
  await text('break pong at send once');
  const second = await failure('ping #1');
  assert.match(second.message, /: no pong: pong held as m\d+ by k2; held lists it$/);
  assert.ok(printed.some((line) => /^no pong from [0-9a-f]{8} #1: pong held as m\d+ by k2$/.test(line)));
  assert.ok(!printed.some((line) => line.includes('in 5 s')));
});

test('ping: of another node of a lab, and a message in hand that is none of its own', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 2s');
  await text('break ping & node=n2 at recv once');
  assert.match((await failure('n1: ping n2')).message, /^n2: no pong: ping held as m\d+ by k1; held lists it$/);
  await text('deliver all');
  await text('break ping & from=n3');
  const failed = await failure('n1: ping n2 -c 300 -i 10');
  assert.deepEqual([failed.code, /^n2: .*held as/.test(failed.message)], ['held', false]);
});
