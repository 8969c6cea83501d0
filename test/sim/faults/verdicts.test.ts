/** What the record says of lines that faults drop, hold, edit, copy and delay: by which fault, after which event, and that nobody else's does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { LINE_KINDS } from '../../../src/trace/event.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { createSim, grow } from '../../helpers/grow.ts';

const ofLine = ({ k, m }: TraceEvent) => m !== null && LINE_KINDS.some((kind) => kind === k);
const isVerdict = (event: TraceEvent) => ofLine(event) && event.k !== 'send' && event.k !== 'recv';

/** Two nodes that are peers, then a fault, then a line from n1 and some time. */
async function open(fault: string | null, line = '{"msgtype":"one"}') {
  const world = createSim(3, 4);
  const recorder = new Recorder({ world: 'sim', app: 'test', seed: 3, epochMs: null });
  world.witness(recorder);
  const [a] = await grow(world, 2, 1, 5);
  const before = recorder.count;
  const harm = (text: string) => {
    const put = world.simulation.fault(text, {});
    assert.ok(put.ok, JSON.stringify(put));
  };
  if (fault !== null) harm(fault);
  a?.order({ kind: 'send-line', n: a.views.peers()[0]?.n ?? 0, line });
  await world.until(() => false, { limitMs: 100 });
  const since = () => recorder.events().filter(({ i }) => i > before);
  return {
    world,
    harm,
    since,
    type: (type: string) => since().filter((event) => ofLine(event) && event.line?.includes(`"${type}"`) === true),
    pass: (ms: number) => world.until(() => false, { limitMs: ms }),
  };
}

const told = (events: readonly TraceEvent[]) => events.map(({ k, n, m, by }) => [k, n, m?.replace(/^m\d+/, 'm'), by]);

test('fault verdicts: a line that a silent node does not say is dropped after its send', async () => {
  const { type, pass } = await open('byzantine n1 silent');
  await pass(1_000);
  const events = type('one');
  assert.deepEqual(told(events), [
    ['send', 'n1', 'm', null],
    ['drop', 'n1', 'm', 'f1'],
  ]);
  assert.equal(events[1]?.cause, events[0]?.i);
});

test('fault verdicts: a line on which a connection is reset is dropped', async () => {
  const { since, pass, world } = await open(null);
  world.simulation.fault('reset on n1>n2', {});
  world.nodes()[0]?.order({ kind: 'connect', host: '10.0.0.2', port: 5_999, keep: false });
  await pass(1_000);
  const drops = since().filter(({ k, by }) => k === 'drop' && by === 'f1');
  assert.ok(drops.length > 0);
  assert.ok(drops.every(({ n, text }) => n === 'n1' && text === 'its connection is reset'));
});

test('fault verdicts: what exceeds a limit is dropped with its connection', async () => {
  const { type } = await open('limit 1B on n1>n2');
  assert.deepEqual(
    type('one').map(({ k, by, text }) => [k, by, text]),
    [
      ['send', null, null],
      ['drop', 'f1', 'its connection is cut'],
    ],
  );
});

test('fault verdicts: a copy is the second one of its number, and comes', async () => {
  const { type } = await open('dup 100% on n1>n2');
  assert.deepEqual(told(type('one')), [
    ['send', 'n1', 'm', null],
    ['dup', 'n1', 'm.2', 'f1'],
    ['recv', 'n2', 'm', null],
    ['recv', 'n2', 'm.2', null],
  ]);
});

test('fault verdicts: late and delayed lines say by how much', async () => {
  const late = await open('reorder 100% on n1>n2');
  await late.pass(200);
  assert.deepEqual(
    late.type('one').map(({ k, by, text }) => [k, by, text]),
    [
      ['send', null, null],
      ['late', 'f1', '50 ms'],
      ['recv', null, null],
    ],
  );
  const slow = await open('latency 500ms on n1>n2');
  await slow.pass(600);
  const [, delay] = slow.type('one');
  assert.deepEqual([delay?.k, delay?.by], ['delay', 'f1']);
  assert.match(delay?.text ?? '', /^4\d\d(?:\.\d+)? ms$/);
});

test('fault verdicts: a way that is no slower than before is no delay', async () => {
  const { type } = await open('latency 1ms on n1>n2');
  assert.deepEqual(
    type('one').map(({ k }) => k),
    ['send', 'recv'],
  );
});

for (const fault of ['partition n1|n2', 'isolate n2', 'stall 300ms on n1>n2', 'pause n2'])
  test(`fault verdicts: ${fault} holds a line on its way until it is over`, async () => {
    const { type, pass, world } = await open(fault);
    assert.deepEqual(told(type('one')), [
      ['send', 'n1', 'm', null],
      ['hold', 'n1', 'm', 'f1'],
    ]);
    world.simulation.heal('all');
    await pass(3_000);
    assert.deepEqual(told(type('one')).slice(2), [['recv', 'n2', 'm', null]]);
  });

test('fault verdicts: a lie is an edit of what was sent, and comes', async () => {
  const { type, pass } = await open('byzantine n1 lie-addr', '{"msgtype":"addr","peers":[["10.9.9.9:5999","x1"]]}');
  await pass(200);
  const [send, edit, recv] = type('addr');
  assert.deepEqual([send?.k, edit?.k, edit?.by, recv?.k], ['send', 'edit', 'f1', 'recv']);
  assert.notEqual(send?.line, edit?.line);
  assert.equal(edit?.line, recv?.line);
  assert.equal(recv?.m, send?.m);
});

test('fault verdicts: what a flooding node makes up is injected', async () => {
  const { since } = await open('byzantine n1 flood');
  const made = since().filter(({ k }) => k === 'inject');
  assert.ok(made.length > 5);
  assert.ok(made.every(({ by, n, type }) => by === 'f1' && n === 'n1' && type === 'ping'));
  const sent = since().filter(({ k, cause }) => k === 'send' && made.some(({ i }) => i === cause));
  assert.equal(sent.length, made.length);
});

test('fault verdicts: what comes to a connection that a crash took is dropped', async () => {
  const { type, pass, harm, world } = await open('latency 200ms on n1>n2');
  harm('crash n2');
  await pass(500);
  const last = type('one').at(-1);
  assert.deepEqual([last?.k, last?.text], ['drop', 'its connection is gone']);
  assert.equal(world.simulation.faults().length, 2);
});

test('fault verdicts: without a fault and a rule there are none', async () => {
  const { since, pass } = await open(null);
  await pass(5_000);
  assert.ok(since().some(ofLine));
  assert.deepEqual(since().filter(isVerdict), []);
});
