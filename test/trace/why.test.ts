/** Why: chains of causes through a run, and that each hop was told what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from '../../src/trace/recorder.ts';
import { sessionStory } from '../../src/trace/story.ts';
import { Chronicle, chainOfAddress, eventsOfPeer } from '../../src/trace/why.ts';
import { createSim, grow } from '../helpers/grow.ts';
import { traceWith } from '../helpers/traces.ts';

async function recorded(seed: number, count: number, seconds: number) {
  const world = createSim(seed, count);
  const recorder = new Recorder({ world: 'sim', app: 'test', seed, epochMs: null });
  world.witness(recorder);
  const nodes = await grow(world, count, 1, seconds);
  return { world, recorder, nodes, chronicle: new Chronicle(recorder.events()) };
}

test('why: every address that a node knows leads back to where it began', async () => {
  const { nodes, chronicle } = await recorded(4, 30, 20);
  let told = 0;
  for (const { name, state } of nodes)
    for (const { text } of state.book.addresses) {
      const chain = chainOfAddress(chronicle, name, text);
      const last = chain.at(-1);
      assert.equal(chain[0]?.node, name);
      assert.ok(last !== undefined && ['own', 'bootstrap', 'met'].includes(last.how), `${name} ${text} ${last?.how}`);
      told = Math.max(told, chain.length - 1);
      for (const [at, one] of chain.slice(0, -1).entries()) {
        const next = chain[at + 1];
        assert.equal(one.how, 'told');
        assert.equal(one.from, next?.node);
        assert.ok(one.event?.line?.includes(`"${text}"`));
        // Who told it had learnt it before it sent the line.
        assert.ok((next?.event?.i ?? Infinity) < (one.event?.cause ?? 0));
      }
    }
  assert.ok(told >= 1, 'some address was told');
});

test('why: an address that nobody learnt has no event', async () => {
  const { chronicle } = await recorded(4, 4, 2);
  assert.deepEqual(chainOfAddress(chronicle, 'n1', '10.9.9.9:1'), [
    { node: 'n1', how: 'unseen', from: null, event: null },
  ]);
});

test('why: causes end at what needs none, effects are what they caused', async () => {
  const { chronicle, recorder } = await recorded(5, 6, 70);
  const roots = new Set<string>();
  for (const event of chronicle.events) {
    const chain = chronicle.causes(event);
    assert.equal(chain.at(-1), event);
    assert.ok(chain.every((one, at) => at === 0 || one.cause === chain[at - 1]?.i));
    roots.add(chain[0]?.k ?? '');
  }
  assert.deepEqual([...roots].sort(), ['join', 'timer']);
  const [hello] = recorder.match('hello & out');
  assert.ok(hello !== undefined);
  const effects = chronicle.effects(chronicle.at(hello.i) ?? hello, 1_000);
  assert.deepEqual([effects[0]?.event.k, effects[0]?.event.m, effects[0]?.depth], ['recv', hello.m, 1]);
  const all = new Set([hello.i, ...effects.map(({ event }) => event.i)]);
  assert.ok(effects.every(({ event }) => all.has(event.cause ?? 0)));
  assert.equal(chronicle.effects(hello, 3).length, 3);
});

test('why: events of a chosen part are found by their index, too', async () => {
  const { recorder } = await recorded(5, 4, 2);
  const some = new Chronicle(recorder.match('ping | pong'));
  for (const event of some.events) assert.equal(some.at(event.i), event);
  assert.equal(some.at(1), null);
  assert.equal(some.at(1_000_000), null);
  assert.equal(some.at(null), null);
});

test('why: a peer’s events begin with the dial, before anybody knew who it is, and have none of others', async () => {
  const { chronicle, nodes } = await recorded(6, 5, 5);
  const own = nodes[0]?.state.listening[0]?.text;
  const events = eventsOfPeer(chronicle, 'n3', (name) => name === 'n1');
  assert.deepEqual(events.map(({ k }) => k).slice(0, 2), ['dialing', 'connected']);
  assert.equal(events[0]?.text, `${own} (boot)`);
  assert.ok(events.every(({ n, peer }) => n === 'n3' && (peer === 'n1' || peer === null)));
});

test('story: a connection begins with its own dial, not with an earlier one of the same moment', () => {
  const { events } = traceWith(
    [],
    [
      { t: 1, n: 'n1', k: 'dialing', peer: 'b:2', text: 'b:2 (boot)' },
      { t: 1, n: 'n1', k: 'dialing', peer: 'c:3', text: 'c:3 (boot)', cause: 1 },
      { t: 2, n: 'n1', k: 'connected', dir: 'out', peer: 'n3', c: 'n1#1', text: 'outbound c:3 (boot)', cause: 2 },
      { t: 3, n: 'n1', k: 'ready', peer: 'n3', c: 'n1#1', cause: 3 },
    ],
  );
  const [first] = sessionStory(new Chronicle(events), events, 'n3', (name) => name);
  assert.equal(first, '0.001s n1 dialled c:3 of its bootstrap list');
});
