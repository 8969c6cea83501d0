/** The recorder: what it tells of simulated nodes (contract/recording.ts), what faults do to lines, and that it stays within its bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECORDED_MAX } from '../../src/trace/columns.ts';
import { recordedLines } from '../../src/trace/recorded-lines.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { recordingContract } from '../contract/recording.ts';
import { verdictsContract } from '../contract/verdicts.ts';
import { createSim, grow } from '../helpers/grow.ts';

const OPTIONS = { world: 'sim', app: 'test', seed: 1, epochMs: null } as const;

recordingContract('sim', () => createSim(7, 20));
verdictsContract('sim', () => createSim(7, 20));

test('recorder: a copy of a line is the second one of its number', async () => {
  const world = createSim(3, 4);
  const recorder = new Recorder(OPTIONS);
  world.witness(recorder);
  world.simulation.fault('dup 100%', {});
  await grow(world, 2, 1, 5);
  const received = recorder.events().filter(({ k }) => k === 'recv');
  const twice = received.filter(({ m }) => m?.endsWith('.2') === true);
  assert.ok(twice.length > 0);
  for (const copy of twice) {
    const first = received.find(({ m }) => `${m}.2` === copy.m);
    assert.equal(first?.cause, copy.cause);
    assert.equal(first?.line, copy.line);
  }
});

test('recorder: a copy that is edited where it comes is still the second one', async () => {
  const world = createSim(3, 4);
  const recorder = new Recorder(OPTIONS);
  world.witness(recorder);
  const [a] = await grow(world, 2, 1, 5);
  world.simulation.fault('dup 100% on n1>n2', {});
  world.tap.order({ kind: 'break', text: 'body.msgtype=one at recv do edit body.msgtype=two', node: null });
  a?.order({ kind: 'send-line', n: a.views.peers()[0]?.n ?? 0, line: '{"msgtype":"one"}' });
  await world.until(() => false, { limitMs: 500 });
  const came = recorder.events().filter(({ k, line }) => k === 'recv' && line?.includes('"two"') === true);
  const id = came[0]?.m ?? '';
  assert.deepEqual(
    came.map(({ m }) => m),
    [id, `${id}.2`],
  );
});

test('recorder: keeps the last events and counts those it forgot', () => {
  const recorder = new Recorder(OPTIONS);
  recorder.fact('n1', 0, { kind: 'join', id: 'a1' });
  for (let i = 0; i < RECORDED_MAX + 500; i += 1) recorder.event('n1', i, { kind: 'saved', addresses: i });
  assert.equal(recorder.count, RECORDED_MAX);
  assert.equal(recorder.forgotten, 501);
  const events = recorder.events();
  assert.equal(events[0]?.i, 502);
  assert.equal(events[0]?.text, '500 addresses');
  assert.equal(events.at(-1)?.text, `${RECORDED_MAX + 499} addresses`);
});

test('recorder: long lines cost events, not memory', () => {
  const recorder = new Recorder({ ...OPTIONS, world: 'tcp' });
  for (let i = 0; i < 60_000; i += 1)
    recorder.line('n1', i, 1, 'received', `{"msgtype":"unheard","x":"${'y'.repeat(1_300)}"}`, null, i + 1);
  assert.ok(recorder.count < 25_000);
  assert.ok(recorder.count > 15_000);
  assert.equal(recorder.count + recorder.forgotten, 60_000);
});

test('recorded lines: are the last ones of that node, by connection and after a moment, and none of others', () => {
  const recorder = new Recorder({ ...OPTIONS, world: 'tcp' });
  const lines = recordedLines(recorder, 'live');
  const [ping, pong] = ['{"msgtype":"ping"}', '{"msgtype": "pong"}'];
  assert.deepEqual(lines.last(5), []);
  recorder.line('live', 5, 1, 'sent', ping, { type: 'ping', nonce: null }, 1);
  recorder.line('other', 6, 1, 'sent', pong, { type: 'pong', nonce: null }, 2);
  recorder.event('live', 7, { kind: 'saved', addresses: 1 });
  recorder.line('live', 8, 2, 'received', 'x', null, 3);
  const mark = lines.mark();
  // As in a simulated world, where a message travels without its line.
  recorder.line('live', 9, 1, 'received', null, { type: 'pong', nonce: null }, 4);
  const [first, second, third] = [
    { at: 5, n: 1, direction: 'sent', line: ping },
    { at: 8, n: 2, direction: 'received', line: 'x' },
    { at: 9, n: 1, direction: 'received', line: '{"msgtype":"pong"}' },
  ];
  assert.deepEqual(lines.last(5), [first, second, third]);
  assert.deepEqual(lines.last(2), [second, third]);
  assert.deepEqual(lines.of(1, 5), [first, third]);
  assert.deepEqual(lines.of(1, 1), [third]);
  assert.deepEqual(lines.after(mark, 5), [third]);
  assert.deepEqual(lines.after(0, 1), [first]);
});

test('recorder: events are JSON with every field, null where there is nothing', () => {
  const recorder = new Recorder(OPTIONS);
  recorder.event('n1', 1_234, { kind: 'listening', address: '10.0.0.1:5999' });
  assert.equal(
    JSON.stringify(recorder.events()[0]),
    '{"i":1,"t":1.234,"n":"n1","k":"listening","m":null,"re":null,"c":null,"dir":null,"ord":null,"peer":null,"type":null,"line":null,"len":null,"lc":1,"cause":null,"by":null,"text":"10.0.0.1:5999"}',
  );
});

test('recorder: a peer that claims the own id of the node is not the node, but who is at that address', () => {
  const recorder = new Recorder({ ...OPTIONS, world: 'tcp' });
  const place = { n: 1, address: '127.0.0.1:4000', dir: 'outbound' } as const;
  recorder.fact('live', 0, { kind: 'join', id: 'a1' });
  const ends = { local: '127.0.0.1:40000', remote: '127.0.0.1:4000' };
  recorder.event('live', 1, { kind: 'connected', ...place, id: null, attempt: null, via: 'manual', ...ends });
  recorder.line('live', 2, 1, 'received', '{"msgtype":"hello","nodeid":"a1"}', null, 1);
  recorder.event('live', 3, { kind: 'self', ...place, id: 'a1' });
  assert.deepEqual(
    recorder.events().map(({ k, peer }) => [k, peer]),
    [
      ['join', null],
      ['connected', '127.0.0.1:4000'],
      ['recv', '127.0.0.1:4000'],
      ['self', '127.0.0.1:4000'],
    ],
  );
});

test('recorder: a world is the same with and without it', async () => {
  const hashOf = async (isRecorded: boolean) => {
    const world = createSim(9, 40);
    if (isRecorded) world.witness(new Recorder(OPTIONS));
    await grow(world, 20, 2, 10);
    return world.network.hash;
  };
  assert.equal(await hashOf(true), await hashOf(false));
});
