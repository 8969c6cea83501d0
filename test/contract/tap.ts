/** What messages in hand must do in every world, as tests: a factory of worlds goes in, each verdict and each deed of a user is tried on two nodes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import type { MessageInHand, TapChange, TapOrder } from '../../src/core/tap.ts';
import type { NodePort, World } from '../../src/core/world.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

const QUIET = { 'ping.interval': 3_600_000_000, 'ping.timeout': 3_600_000_000, 'getaddr.ask': 3_600_000_000 };

interface Scene {
  readonly world: World;
  readonly a: NodePort;
  readonly b: NodePort;
  /** Events of both nodes since they were made. */
  readonly events: readonly { readonly name: string; readonly event: NodeEvent }[];
  readonly changes: readonly TapChange[];
  /** Lines that b was heard to get from a, by type. */
  readonly heard: (type: string) => number;
  readonly order: (order: TapOrder) => readonly MessageInHand[];
  readonly rule: (text: string) => void;
  /** The only message in hand, as soon as there is one. */
  readonly taken: () => Promise<MessageInHand>;
  /** a pings b. */
  readonly ping: () => void;
  readonly pass: (ms: number) => Promise<void>;
}

export function tapContract(name: string, createWorld: () => World): void {
  const inScene = (title: string, isMet: boolean, run: (scene: Scene) => Promise<void>): void => {
    void test(`${name} in hand: ${title}`, async () => {
      const world = createWorld();
      try {
        await run(await open(world, isMet));
      } finally {
        await world.close();
      }
    });
  };

  inScene('a held hello keeps the two strangers, delivered it makes them peers', false, async (scene) => {
    const { world, a, b, order, rule, taken, pass } = scene;
    rule('hello at send once');
    meet(scene);
    const hello = await taken();
    assert.deepEqual(
      [hello.id, hello.node, hello.type, hello.direction, hello.by],
      ['m1', 'n1', 'hello', 'sent', 'k1'],
    );
    await pass(200);
    assert.equal(a.views.ready() + b.views.ready(), 0);
    order({ kind: 'deliver', id: 'm1', inUs: 0 });
    await reach(world, 'a handshake', () => a.views.ready() === 1 && b.views.ready() === 1);
    assert.deepEqual(world.tap.held(), []);
    assert.equal(world.tap.message('m1')?.fate, 'delivered');
  });

  inScene('a hello edited into the id of the other side is Connected to myself there', false, async (scene) => {
    const { world, b, events, order, rule, taken } = scene;
    rule('hello at send once');
    meet(scene);
    const hello = await taken();
    const line = hello.line.replace(/"nodeid":"[^"]*"/, `"nodeid":"${b.state.id}"`);
    order({ kind: 'edit', id: hello.id, line });
    order({ kind: 'deliver', id: hello.id, inUs: 0 });
    await reach(world, 'the close', () =>
      events.some((one) => one.name === 'n2' && one.event.kind === 'closed' && one.event.reason === 'self'),
    );
    assert.equal(b.views.ready(), 0);
  });

  inScene('a message is held before the core hears it, and the later ones wait behind it', true, async (scene) => {
    const { world, order, rule, taken, ping, heard, pass } = scene;
    rule('node=n2 & ping at recv once');
    ping();
    const held = await taken();
    assert.deepEqual([held.node, held.direction], ['n2', 'received']);
    scene.a.order({ kind: 'send-line', n: link(scene.a), line: '{"msgtype":"later"}' });
    await pass(300);
    assert.deepEqual(
      world.tap.held().map(({ type, fate, blockedBy }) => [type, fate, blockedBy]),
      [
        ['ping', 'held', null],
        ['later', 'blocked', held.id],
      ],
    );
    assert.deepEqual([heard('ping'), heard('later')], [0, 0]);
    order({ kind: 'deliver', id: 'all', inUs: 0 });
    assert.deepEqual([heard('ping'), heard('later')], [1, 1]);
  });

  inScene('hold! lets the later ones overtake', true, async ({ a, world, rule, taken, ping, heard, pass }) => {
    rule('ping at send once do hold!');
    ping();
    await taken();
    a.order({ kind: 'send-line', n: link(a), line: '{"msgtype":"later"}' });
    await pass(300);
    assert.deepEqual([heard('ping'), heard('later')], [0, 1]);
    assert.equal(world.tap.held().length, 1);
  });

  inScene('pass and deliver let everything through and count', true, async ({ world, rule, ping, heard, pass }) => {
    rule('ping at send do pass');
    rule('ping at send do deliver');
    rule('ping at send do drop');
    ping();
    await pass(300);
    assert.equal(heard('ping'), 1);
    assert.deepEqual(
      world.tap.rules().map(({ hits }) => hits),
      [1, 1, 0],
    );
  });

  inScene('drop loses a message at either point', true, async ({ rule, ping, heard, pass, changes, world }) => {
    rule('ping at send once do drop');
    rule('ping at recv once do drop');
    ping();
    await pass(1_500);
    ping();
    await pass(1_500);
    assert.equal(heard('ping'), 0);
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['dropped', 'dropped'],
    );
    assert.deepEqual(world.tap.held(), []);
  });

  inScene('edit and replace change a message on its way', true, async ({ world, a, rule, heard, pass, changes }) => {
    rule('body.msgtype=one at send do edit body.msgtype=two');
    rule('body.msgtype=three at recv do replace {"msgtype":"four"}');
    for (const type of ['one', 'three'])
      a.order({ kind: 'send-line', n: link(a), line: `{"msgtype":"${type}","x":1}` });
    await pass(300);
    assert.deepEqual(['one', 'two', 'three', 'four'].map(heard), [0, 1, 0, 1]);
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['changed', 'changed'],
    );
    assert.deepEqual(world.tap.held(), []);
  });

  inScene('dup says a message several times', true, async ({ rule, ping, heard, pass }) => {
    rule('ping at send once do dup 2');
    ping();
    await pass(300);
    assert.equal(heard('ping'), 3);
  });

  inScene('delay lets a message go by itself, not before its time', true, async ({ rule, ping, heard, pass }) => {
    rule('ping at send once do delay 400ms');
    ping();
    await pass(200);
    assert.equal(heard('ping'), 0);
    await pass(400);
    assert.equal(heard('ping'), 1);
  });

  inScene('reset cuts the connection on both sides', true, async ({ world, a, b, rule, ping, heard }) => {
    rule('ping at send once do reset');
    ping();
    await reach(world, 'the cut', () => a.state.sessions.size + b.state.sessions.size === 0);
    assert.equal(a.views.gone()[0]?.closed?.reason, 'reset');
    assert.equal(heard('ping'), 0);
  });

  inScene('dup, revert, drop, resend and delay by hand', true, async ({ a, order, rule, taken, heard, pass }) => {
    rule('body.msgtype=one at send');
    const say = () => a.order({ kind: 'send-line', n: link(a), line: '{"msgtype":"one"}' });
    say();
    const { id } = await taken();
    order({ kind: 'edit', id, line: '{"msgtype":"two"}' });
    order({ kind: 'revert', id });
    order({ kind: 'dup', id, copies: 1 });
    order({ kind: 'deliver', id, inUs: 300_000 });
    await pass(100);
    assert.equal(heard('one'), 0);
    await pass(400);
    assert.deepEqual([heard('one'), heard('two')], [2, 0]);
    say();
    const other = await taken();
    order({ kind: 'drop', id: other.id });
    await pass(200);
    assert.equal(heard('one'), 2);
    order({ kind: 'resend', id: other.id });
    await pass(200);
    assert.equal(heard('one'), 3);
  });

  inScene('an injected line is heard as if the peer had sent it', true, async ({ world, b, order, heard, events }) => {
    const before = events.length;
    order({ kind: 'inject', node: 'n2', n: link(b), line: '{"msgtype":"bye","reason":"made up"}' });
    assert.equal(heard('bye'), 1);
    b.order({ kind: 'drop', n: link(b) });
    await reach(world, 'the close', () =>
      events.slice(before).some(({ name, event }) => name === 'n2' && event.kind === 'closed'),
    );
    assert.equal(b.views.gone()[0]?.closed?.said, 'made up');
  });

  inScene('what is held goes with a connection that is cut', true, async (scene) => {
    const { world, a, b, rule, taken, ping, changes, heard } = scene;
    rule('ping at recv once');
    rule('body.msgtype=cut at send do reset');
    ping();
    const { id } = await taken();
    a.order({ kind: 'send-line', n: link(a), line: '{"msgtype":"cut"}' });
    await reach(world, 'the end', () => b.state.sessions.size === 0);
    assert.deepEqual(world.tap.held(), []);
    assert.equal(world.tap.message(id)?.fate, 'gone');
    assert.ok(changes.some(({ kind }) => kind === 'gone'));
    assert.equal(heard('ping'), 0);
  });

  inScene('the end of a connection waits behind what is held where it comes', true, async (scene) => {
    const { world, a, b, order, rule, taken, ping, heard, pass, events } = scene;
    rule('ping at recv once');
    ping();
    await taken();
    a.order({ kind: 'drop', n: link(a) });
    await pass(1_500);
    assert.deepEqual([b.state.sessions.size, heard('ping'), heard('bye')], [1, 0, 0]);
    assert.deepEqual(
      world.tap.held().map(({ type, fate }) => [type, fate]),
      [
        ['ping', 'held'],
        ['bye', 'blocked'],
      ],
    );
    order({ kind: 'deliver', id: 'all', inUs: 0 });
    await reach(world, 'the end', () => b.state.sessions.size === 0);
    assert.deepEqual([heard('ping'), heard('bye')], [1, 1]);
    const closed = events.flatMap(({ name: at, event }) =>
      at === 'n2' && event.kind === 'closed' ? [event.reason] : [],
    );
    assert.deepEqual(closed, ['bye']);
  });

  inScene('the end of a connection waits behind what is held where it leaves', true, async (scene) => {
    const { world, a, b, order, rule, taken, ping, heard, pass } = scene;
    rule('ping at send once');
    ping();
    const { id } = await taken();
    a.order({ kind: 'drop', n: link(a) });
    await pass(1_500);
    assert.deepEqual([a.state.sessions.size, b.state.sessions.size, b.views.ready()], [1, 1, 1]);
    b.order({ kind: 'send-line', n: link(b), line: '{"msgtype":"unheard"}' });
    order({ kind: 'deliver', id, inUs: 0 });
    await reach(world, 'the bye', () => b.views.gone()[0]?.closed?.said === 'dropped');
    assert.equal(heard('ping'), 1);
    await reach(world, 'the end', () => a.views.gone()[0]?.closed?.reason === 'dropped');
    assert.deepEqual(world.tap.held(), []);
  });

  inScene('a message that is dropped no longer keeps the end of its connection', true, async (scene) => {
    const { world, a, b, order, rule, taken, ping, heard, pass } = scene;
    rule('ping at send once do hold!');
    ping();
    const { id } = await taken();
    a.order({ kind: 'drop', n: link(a) });
    await pass(300);
    assert.deepEqual([b.state.sessions.size, heard('bye')], [1, 1]);
    order({ kind: 'drop', id });
    await reach(world, 'the end', () => a.state.sessions.size + b.state.sessions.size === 0);
    assert.equal(heard('ping'), 0);
  });

  inScene('a node that stops waits for nothing that is held', true, async (scene) => {
    const { world, a, b, rule, taken, ping, heard } = scene;
    rule('ping at send once');
    ping();
    await taken();
    await a.stop();
    await reach(world, 'the end', () => b.state.sessions.size === 0);
    assert.deepEqual(world.tap.held(), []);
    assert.equal(heard('ping'), 0);
  });

  inScene(
    'after the last rule nothing is stopped or counted',
    true,
    async ({ world, order, rule, ping, heard, pass }) => {
      rule('all');
      order({ kind: 'unbreak', id: 'k1' });
      ping();
      await pass(300);
      assert.equal(heard('ping'), 1);
      assert.deepEqual([world.tap.rules(), world.tap.held()], [[], []]);
    },
  );
}

const link = (node: NodePort) => node.views.peers()[0]?.n ?? 0;

function meet({ a, b }: Pick<Scene, 'a' | 'b'>): void {
  a.order({ kind: 'connect', ...placeOf(b), keep: false });
}

async function open(world: World, isMet: boolean): Promise<Scene> {
  const events: { name: string; event: NodeEvent }[] = [];
  const changes: TapChange[] = [];
  const types: string[] = [];
  world.onEvent((node, event) => events.push({ name: node.name, event }));
  const a = await spawn(world, 'n1', { settings: QUIET });
  const b = await spawn(world, 'n2', { settings: QUIET });
  if (isMet) {
    meet({ a, b });
    await reach(world, 'a pong on both sides', () =>
      [a, b].every((node) => node.views.ready() === 1 && node.views.peers()[0]?.pingMs != null),
    );
    await world.until(() => false, { limitMs: 200 });
  }
  world.tap.onChange((change) => changes.push(change));
  world.onLine((node, _, direction, line) => {
    if (node === b && direction === 'received') types.push((JSON.parse(line) as { msgtype: string }).msgtype);
  });
  const order = (one: TapOrder) => {
    const answer = world.tap.order(one);
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer.messages;
  };
  return {
    world,
    a,
    b,
    events,
    changes,
    heard: (type) => types.filter((one) => one === type).length,
    order,
    rule: (text) => void order({ kind: 'break', text, node: null }),
    async taken() {
      for (let i = 0; i < 50 && world.tap.held().length === 0; i += 1) await world.until(() => false, { limitMs: 50 });
      const [one, ...others] = world.tap.held();
      assert.ok(one !== undefined && others.length === 0, JSON.stringify(world.tap.held()));
      return one;
    },
    ping: () => void a.order({ kind: 'ping', n: link(a) }),
    async pass(ms) {
      await world.until(() => false, { limitMs: ms });
    },
  };
}
