/** What a recorder must tell of messages that rules and users stop or change, as tests: a factory of worlds goes in, the record is asserted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TapOrder } from '../../src/core/tap.ts';
import type { NodePort, World } from '../../src/core/world.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

const QUIET = { 'ping.interval': 3_600_000_000, 'ping.timeout': 3_600_000_000, 'getaddr.ask': 3_600_000_000 };

interface Scene {
  readonly world: World;
  readonly b: NodePort;
  /** What was recorded of lines of that type since both nodes met, oldest first. */
  readonly of: (type: string) => TraceEvent[];
  readonly order: (order: TapOrder) => void;
  readonly rule: (text: string) => void;
  /** a says a line of that type. */
  readonly say: (type: string) => void;
  readonly pass: (ms: number) => Promise<void>;
  /** Id of the first message in hand, as soon as there are so many. */
  readonly taken: (count?: number) => Promise<string>;
}

export function verdictsContract(name: string, createWorld: () => World): void {
  const inScene = (title: string, run: (scene: Scene) => Promise<void>): void => {
    void test(`verdicts, ${name}: ${title}`, async () => {
      const world = createWorld();
      try {
        await run(await open(world));
      } finally {
        await world.close();
      }
    });
  };
  /** Kind, node, who did it, and whether the event before it about this message led to it. */
  const told = (events: readonly TraceEvent[]) =>
    events.map(({ k, n, by, cause }, at) => [k, n, by, at > 0 && cause === events[at - 1]?.i]);

  inScene('a line that a rule drops never leaves, and leads back to its command', async ({ of, rule, say, pass }) => {
    rule('body.msgtype=one at send do drop');
    say('one');
    await pass(200);
    const [drop, ...more] = of('one');
    assert.deepEqual([drop?.k, drop?.n, drop?.by, drop?.dir, drop?.ord], ['drop', 'n1', 'k1', 'out', null]);
    assert.match(drop?.m ?? '', /^m\d+$/);
    assert.ok((drop?.cause ?? 0) > 0);
    assert.deepEqual(more, []);
  });

  inScene('a line that is dropped where it comes was sent', async ({ of, rule, say, pass }) => {
    rule('body.msgtype=one & node=n2 at recv do drop');
    say('one');
    await pass(200);
    const events = of('one');
    assert.deepEqual(told(events), [
      ['send', 'n1', null, false],
      ['drop', 'n2', 'k1', true],
    ]);
    assert.equal(new Set(events.map(({ m }) => m)).size, 1);
  });

  inScene('hold, release by the user, and the way after it', async ({ world, of, rule, say, order, pass, taken }) => {
    rule('body.msgtype=one at send once');
    say('one');
    const id = await taken();
    say('two');
    await pass(100);
    assert.deepEqual(told(of('one')), [['hold', 'n1', 'k1', false]]);
    assert.equal(of('one')[0]?.m, id);
    assert.deepEqual([of('two')[0]?.k, of('two')[0]?.by, of('two')[0]?.text], ['hold', null, `behind ${id}`]);
    order({ kind: 'deliver', id, inUs: 0 });
    await reach(world, 'it', () => of('one').some(({ k }) => k === 'recv'));
    assert.deepEqual(told(of('one')), [
      ['hold', 'n1', 'k1', false],
      ['release', 'n1', 'user', true],
      ['send', 'n1', null, true],
      ['recv', 'n2', null, true],
    ]);
    assert.equal(new Set(of('one').map(({ m }) => m)).size, 1);
    await pass(100);
    assert.deepEqual(
      of('two').map(({ k }) => k),
      ['hold', 'send', 'recv'],
    );
  });

  inScene('a line held where it comes is the one that was sent', async ({ world, of, rule, say, order, taken }) => {
    rule('body.msgtype=one & node=n2 at recv once');
    say('one');
    assert.equal(await taken(), of('one')[0]?.m);
    order({ kind: 'deliver', id: 'all', inUs: 0 });
    await reach(world, 'it', () => of('one').some(({ k }) => k === 'recv'));
    assert.deepEqual(told(of('one')), [
      ['send', 'n1', null, false],
      ['hold', 'n2', 'k1', true],
      ['release', 'n2', 'user', true],
      ['recv', 'n2', null, true],
    ]);
    assert.equal(new Set(of('one').map(({ m }) => m)).size, 1);
  });

  inScene(
    'lines that wait where they come have the numbers they were sent with, in any order of going',
    async (scene) => {
      const { world, of, rule, say, order, pass, taken } = scene;
      rule('body.msgtype=one & node=n2 at recv once');
      const types = ['one', 'two', 'three'];
      for (const type of types) say(type);
      await taken(3);
      const sent = types.map((type) => of(type).find(({ k }) => k === 'send')?.m);
      assert.equal(new Set(sent).size, 3);
      assert.deepEqual(
        world.tap.held().map(({ id }) => id),
        sent,
      );
      order({ kind: 'drop', id: sent[1] ?? '' });
      order({ kind: 'deliver', id: 'all', inUs: 0 });
      say('four');
      await pass(200);
      for (const [type, ends] of [
        ['one', ['send n1', 'hold n2', 'release n2', 'recv n2']],
        ['two', ['send n1', 'hold n2', 'drop n2']],
        ['three', ['send n1', 'hold n2', 'release n2', 'recv n2']],
        ['four', ['send n1', 'recv n2']],
      ] as const) {
        const events = of(type);
        assert.deepEqual(
          events.map(({ k, n }) => `${k} ${n}`),
          ends,
          type,
        );
        assert.equal(new Set(events.map(({ m }) => m)).size, 1, type);
        assert.ok(
          events.every(({ text }) => text?.includes('in hand') !== true),
          type,
        );
      }
    },
  );

  inScene(
    'copies that were sent wait where they come with numbers of their own',
    async ({ world, of, rule, say, order, pass, taken }) => {
      rule('body.msgtype=one & node=n1 at send do dup 1');
      rule('body.msgtype=one & node=n2 at recv');
      say('one');
      await taken(2);
      const id = of('one')[0]?.m ?? '';
      assert.deepEqual(
        world.tap.held().map((one) => one.id),
        [id, `${id}.2`],
      );
      order({ kind: 'deliver', id: 'all', inUs: 0 });
      say('two');
      await pass(200);
      const heard = of('one').filter(({ k }) => k === 'recv');
      assert.equal(new Set(heard.map(({ m }) => m)).size, 2);
      assert.ok(heard.every(({ m }) => m?.startsWith(id)));
      assert.deepEqual(
        of('two').map(({ k, m }) => `${k} ${m}`),
        [`send ${of('two')[0]?.m}`, `recv ${of('two')[0]?.m}`],
      );
    },
  );

  inScene('what waited behind a line that ends the connection is gone, and not told as delivered', async (scene) => {
    const { world, b, of, rule, say, order, pass, taken } = scene;
    rule('body.msgtype=end & node=n2 at recv once');
    say('end');
    say('one');
    const id = await taken(2);
    order({ kind: 'edit', id, line: '{"msgtype":"hello","nodeid":"77d1c0de-8b1f-4c43-9f0a-6f6f6a2b1f0e"}' });
    order({ kind: 'deliver', id, inUs: 0 });
    await pass(200);
    assert.equal(world.tap.message(id)?.fate, 'delivered');
    assert.equal(b.views.gone()[0]?.closed?.reason, 'id-changed');
    const events = of('one');
    assert.deepEqual(told(events), [
      ['send', 'n1', null, false],
      ['hold', 'n2', null, true],
      ['drop', 'n2', null, true],
    ]);
    assert.equal(events[2]?.text, 'its connection is gone');
    assert.equal(world.tap.message(events[0]?.m ?? '')?.fate, 'gone');
  });

  inScene(
    'a copy whose turn comes when the first one ended the connection is dropped, and not told as gone on',
    async (scene) => {
      const { world, of, rule, say, order, pass, taken } = scene;
      rule('body.msgtype=end & node=n2 at recv once');
      say('end');
      const id = await taken();
      order({ kind: 'edit', id, line: '{"msgtype":"hello","nodeid":"77d1c0de-8b1f-4c43-9f0a-6f6f6a2b1f0e"}' });
      order({ kind: 'dup', id, copies: 2 });
      order({ kind: 'deliver', id, inUs: 0 });
      await pass(200);
      assert.equal(world.tap.message(id)?.fate, 'delivered');
      const events = [...of('end'), ...of('hello')].filter(({ m }) => m === id || m?.startsWith(`${id}.`));
      assert.deepEqual(
        events.map(({ k, m }) => `${k} ${m}`),
        [
          ...['send', 'hold', 'edit', 'release', 'recv'].map((kind) => `${kind} ${id}`),
          ...[`dup ${id}.2`, `drop ${id}.2`],
        ],
      );
      assert.equal(events.at(-1)?.text, 'its connection is gone');
    },
  );

  inScene('an edit tells the line that goes on and the one that was', async ({ of, rule, say, pass }) => {
    rule('body.msgtype=one at send do edit body.msgtype=one-more');
    say('one');
    await pass(200);
    const events = of('one');
    assert.deepEqual(told(events), [
      ['edit', 'n1', 'k1', false],
      ['send', 'n1', null, true],
      ['recv', 'n2', null, true],
    ]);
    assert.ok(events.every(({ line }) => line === '{"msgtype":"one-more"}'));
    assert.equal(events[0]?.text, 'was {"msgtype":"one"}');
  });

  inScene('edits, a delay and a drop by hand are by the user', async ({ of, rule, say, order, pass, taken }) => {
    rule('body.msgtype=one at send');
    say('one');
    const id = await taken();
    order({ kind: 'edit', id, line: '{"msgtype":"one","x":1}' });
    order({ kind: 'revert', id });
    order({ kind: 'deliver', id, inUs: 300_000 });
    await pass(100);
    assert.deepEqual(
      of('one').map(({ k, by, text }) => [k, by, text]),
      [
        ['hold', 'k1', null],
        ['edit', 'user', 'was {"msgtype":"one"}'],
        ['edit', 'user', 'was {"msgtype":"one","x":1}'],
        ['delay', 'user', '300 ms'],
      ],
    );
    order({ kind: 'drop', id });
    await pass(500);
    const last = of('one').at(-1);
    assert.deepEqual([last?.k, last?.by], ['drop', 'user']);
    order({ kind: 'resend', id });
    await pass(200);
    assert.deepEqual(told(of('one').slice(-3)), [
      ['release', 'n1', 'user', false],
      ['send', 'n1', null, true],
      ['recv', 'n2', null, true],
    ]);
  });

  inScene('each copy is a number of its own', async ({ of, rule, say, pass }) => {
    rule('body.msgtype=one at send do dup 2');
    say('one');
    await pass(200);
    const events = of('one');
    const id = events[0]?.m ?? '';
    const ids = (kind: string) => events.filter(({ k }) => k === kind).map(({ m }) => m);
    assert.deepEqual(ids('dup'), [`${id}.2`, `${id}.3`]);
    assert.deepEqual(ids('send'), [id, `${id}.2`, `${id}.3`]);
    assert.deepEqual(ids('recv'), [id, `${id}.2`, `${id}.3`]);
    assert.ok(events.filter(({ k }) => k === 'dup').every(({ by }) => by === 'k1'));
  });

  inScene('a delay by a rule, and a reset', async ({ of, rule, say, pass }) => {
    rule('body.msgtype=one at send do delay 200ms');
    rule('body.msgtype=two at send do reset');
    say('one');
    await pass(400);
    assert.deepEqual(told(of('one')), [
      ['delay', 'n1', 'k1', false],
      ['send', 'n1', null, true],
      ['recv', 'n2', null, true],
    ]);
    say('two');
    await pass(200);
    assert.deepEqual(
      of('two').map(({ k, by, text }) => [k, by, text]),
      [['drop', 'k2', 'its connection is reset']],
    );
  });

  inScene('an injected line has no sender', async ({ b, of, order, pass }) => {
    const { n } = b.views.peers()[0] ?? { n: 0 };
    order({ kind: 'inject', node: 'n2', n, line: '{"msgtype":"made-up"}' });
    await pass(100);
    assert.deepEqual(told(of('made-up')), [
      ['inject', 'n2', 'user', false],
      ['recv', 'n2', null, true],
    ]);
  });
}

async function open(world: World): Promise<Scene> {
  const recorder = new Recorder({ world: world.kind, app: 'test', seed: null, epochMs: null });
  world.witness(recorder);
  const a = await spawn(world, 'n1', { settings: QUIET });
  const b = await spawn(world, 'n2', { settings: QUIET });
  a.order({ kind: 'connect', ...placeOf(b), keep: false });
  await reach(world, 'a pong on both sides', () =>
    [a, b].every((node) => node.views.ready() === 1 && node.views.peers()[0]?.pingMs != null),
  );
  await world.until(() => false, { limitMs: 200 });
  return {
    world,
    b,
    of: (type) => recorder.events().filter(({ line }) => line?.includes(`"${type}`) === true),
    order(one) {
      const answer = world.tap.order(one);
      assert.ok(answer.ok, JSON.stringify(answer));
    },
    rule(text) {
      const answer = world.tap.order({ kind: 'break', text, node: null });
      assert.ok(answer.ok, JSON.stringify(answer));
    },
    say: (type) => void a.order({ kind: 'send-line', n: a.views.peers()[0]?.n ?? 0, line: `{"msgtype":"${type}"}` }),
    async pass(ms) {
      await world.until(() => false, { limitMs: ms });
    },
    async taken(count = 1) {
      for (let i = 0; i < 50 && world.tap.held().length < count; i += 1)
        await world.until(() => false, { limitMs: 50 });
      return world.tap.held()[0]?.id ?? '';
    },
  };
}
