/**
 * Random histories of a simulated world: orders, faults, joins, leaves, journeys and branches by lot. Wherever a world comes back to it is
 * the world that it was there, and every branch comes to the hash of a run without any journey. A failure prints the line that replays it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Moment, Watcher } from '../../src/core/simulation.ts';
import type { NodeConfig, Order } from '../../src/core/world.ts';
import { createScope } from '../../src/query/scope.ts';
import { defaultSettings } from '../../src/settings.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { createSimWorld, type SimWorld } from '../../src/sim/world.ts';

const HISTORIES = 16;
const NODES = 6;
const STEPS = 30;
const MARKS_MAX = 100;
/** Many events in little time, so that there are snapshots. */
const SETTINGS = {
  ...defaultSettings(),
  'ping.interval': 300_000,
  'ping.timeout': 3_000_000,
  'dial.timeout': 2_000_000,
};

const FAULTS = [
  'latency 80ms±40ms normal',
  'loss 20%',
  'loss 30% on ping & from=NODE',
  'dup 20% on NODE',
  'reorder 20%',
  'rate 2KiB/s on NODE',
  'slice 20B',
  'stall 700ms on NODE',
  'limit 4KiB on NODE',
  'reset on NODE',
  'slowclose 500ms',
  'refuse on NODE',
  'blackhole on NODE for 2s',
  'partition NODE|OTHER',
  'partition NODE|OTHER until NODE.peers>=3',
  'isolate NODE until !converged()',
  'latency 20ms until converged()',
  'crash NODE',
  'crash NODE for 1s',
  'restart NODE',
  'pause NODE for 800ms',
  'pause NODE',
  'resume NODE',
  'skew NODE +30s',
  'skew NODE -2s',
  'nat NODE restricted',
  'byzantine NODE lie-addr',
  'byzantine NODE wrong-id',
  'byzantine NODE silent',
  'byzantine NODE flood for 1s',
];
const WATCHED = ['ping', 'count(pong) > 5', 'kind=closed', 'peers >= 2'];

interface Mark {
  readonly moment: Moment;
  readonly hash: number;
  readonly state: string;
}

/** Everything that nodes keep and that a world keeps of them, as text. */
function stateOf({ network }: SimWorld): string {
  const faults = { ...network.faults, links: network.links !== null, queue: network.kernel.size };
  const nodes = [...network.names.values()].map(
    ({ inhabitant, port, ends, dials, frozen, skewUs, random, wakeTicket }) => ({
      node: (inhabitant as unknown as { readonly node: unknown }).node,
      name: port?.name ?? null,
      ends: [...ends.values()].map(({ id, n, isOpen, backlog, other }) => [
        id,
        n,
        isOpen,
        backlog?.length,
        other?.isOpen,
      ]),
      dials,
      frozen: frozen?.length ?? null,
      skewUs,
      random,
      wakeTicket,
    }),
  );
  return JSON.stringify({ faults, nodes }, (key, value: unknown) => {
    // Counted anew whenever it is not known.
    if (key === 'slots') return null;
    if (value instanceof Map) return [...value];
    if (value instanceof Set) return [...value];
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

class History {
  readonly world: SimWorld;
  readonly marks: Mark[] = [];
  readonly told: string[] = [];
  private readonly random: ReturnType<typeof createRandom>;
  private watchers: Watcher[] = [];
  private readonly isWhole: Watcher;
  private born = 0;

  constructor(seed: number) {
    this.random = createRandom(seed, 1);
    // Every other network is spread over public places.
    const nodes = seed % 2 === 0 ? NODES : 100;
    // A snapshot is due at every look.
    let taken = () => 0;
    this.world = createSimWorld({
      seed,
      nodes,
      agent: 'peersh/test',
      breathe: () => Promise.resolve(),
      wallMs: () => taken(),
    });
    const { kernel } = this.world.network;
    taken = () => kernel.taken;
    this.isWhole = this.world.simulation.watch('converged()', 'n1');
  }

  private below(n: number): number {
    return Math.floor(nextRandom(this.random) * n);
  }

  private one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  private config(): NodeConfig {
    this.born += 1;
    const { host, port } = this.world.placeOf(0);
    const bootstrap = this.born === 1 ? [] : [{ host, port }];
    return { name: `n${this.born}`, settings: SETTINGS, listen: [], bootstrap, data: null };
  }

  async begin(): Promise<void> {
    const { simulation } = this.world;
    for (let i = 0; i < NODES; i += 1) {
      await this.world.spawn(this.config());
      this.pass(this.below(20_000));
    }
    simulation.begin();
    this.mark();
  }

  pass(us: number): void {
    const { simulation } = this.world;
    simulation.advanceFor(simulation.moment().time + us, Infinity, null);
  }

  private mark(): void {
    const { simulation } = this.world;
    // A clock that went back has left times behind that are later than they should be.
    const isSkewed = this.told.some((text) => text.startsWith('skew'));
    for (const { name, state } of isSkewed ? [] : this.world.nodes())
      assert.deepEqual(brokenInvariants(state), [], name);
    assert.equal(this.isWhole.hit(), this.countAnew(), 'the pieces of the network');
    const mark = { moment: simulation.moment(), hash: simulation.hash(), state: stateOf(this.world) };
    if (this.marks.length < MARKS_MAX) this.marks.push(mark);
    else this.marks[this.below(MARKS_MAX)] = mark;
  }

  /** Whether the network is one and nobody is still to join, by a look at every node. */
  private countAnew(): boolean {
    const { names } = this.world.network;
    if (this.world.simulation.planned > names.size) return false;
    const list = [...names.keys()];
    const states = new Map(this.world.nodes().map(({ name, state }) => [name, state]));
    return createScope({ names: () => list, state: (name) => states.get(name) ?? null }).converged();
  }

  async step(): Promise<void> {
    const { simulation } = this.world;
    const kind = this.one([
      'pass',
      'pass',
      'pass',
      'walk',
      'order',
      'fault',
      'fault',
      'heal',
      'life',
      'time',
      'index',
      'mark',
      'branch',
      'watch',
    ] as const);
    this.told.push(`${kind} at ${simulation.moment().branch}#${simulation.moment().index}`);
    switch (kind) {
      case 'pass':
        this.pass(this.below(3_000_000));
        break;
      case 'walk':
        for (let i = this.below(40); i > 0; i -= 1) simulation.advance(Infinity);
        break;
      case 'order':
        this.order();
        break;
      case 'fault': {
        const template = this.one(FAULTS).replace('OTHER', this.name()).replaceAll('NODE', this.name());
        this.told.push(template);
        // Of two sides one may be the other.
        simulation.fault(template, {});
        break;
      }
      case 'heal':
        simulation.heal(this.one(['all', ...simulation.faults().map(({ id }) => id)]));
        break;
      case 'life':
        await this.live();
        break;
      case 'time':
        await simulation.goTo({ kind: 'time', time: this.within(this.first.time, simulation.end().time) });
        break;
      case 'index': {
        const index = this.within(this.first.index, simulation.end().index);
        await simulation.goTo({ kind: 'index', index });
        assert.ok(simulation.moment().index >= index);
        break;
      }
      case 'mark':
        await this.visit(this.one(this.marks));
        break;
      case 'branch':
        await simulation.checkout(this.one(simulation.branches()).name);
        break;
      case 'watch':
        this.watch();
        break;
      default:
        kind satisfies never;
    }
    this.mark();
  }

  private get first(): Moment {
    return (this.marks[0] as Mark).moment;
  }

  private within(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  private name(): string {
    return `n${1 + this.below(NODES)}`;
  }

  private order(): void {
    const [node, other] = [this.one(this.world.nodes()), this.one(this.world.nodes())];
    if (node === undefined || other === undefined) return;
    const n = this.one([0, ...node.state.sessions.keys()]);
    const [place] = other.state.listening;
    const orders: Order[] = [
      { kind: 'ping', n },
      { kind: 'getaddr', n },
      { kind: 'drop', n },
      { kind: 'connect', host: place?.ip ?? '10.0.0.9', port: place?.port ?? 1, keep: this.below(2) === 0 },
      { kind: 'connect', host: other.name, port: 5_999, keep: false },
      { kind: 'ban', target: other.state.id, forUs: 1_000_000 },
      { kind: 'set', key: 'ping.interval', value: 200_000 + this.below(200_000) },
    ];
    node.order(this.one(orders));
  }

  private async live(): Promise<void> {
    const { simulation, network } = this.world;
    const node = this.one(this.world.nodes());
    const kind = this.below(3);
    if (kind === 0 && node !== undefined) await node.stop();
    else if (kind === 1 && !network.names.has(`n${this.born + 1}`)) await this.world.spawn(this.config());
    else simulation.announce(this.config(), this.world.now() + this.below(2_000_000));
  }

  private watch(): void {
    const [watcher, ...others] = this.watchers;
    if (watcher !== undefined && this.below(2) === 0) {
      watcher.hit();
      watcher.close();
      this.watchers = others;
    } else this.watchers.push(this.world.simulation.watch(this.one(WATCHED), 'n1'));
  }

  async visit({ moment, hash, state }: Mark): Promise<void> {
    const { simulation } = this.world;
    const shown = `${moment.branch}#${moment.index}`;
    await simulation.goTo({ kind: 'moment', moment });
    assert.deepEqual({ ...simulation.moment(), hash: simulation.hash() }, { ...moment, hash }, shown);
    assert.equal(stateOf(this.world), state, shown);
  }

  /** Every mark once more, and every branch against a run of its own. */
  async end(): Promise<void> {
    const { simulation } = this.world;
    for (let i = 0; i < 5; i += 1) await this.visit(this.one(this.marks));
    for (const { name } of simulation.branches().slice(-3)) {
      await simulation.checkout(name);
      const checked = await simulation.check();
      assert.deepEqual([checked.isSame, checked.divergence], [true, null], name);
    }
  }
}

async function live(seed: number): Promise<void> {
  const history = new History(seed);
  try {
    await history.begin();
    for (let i = 0; i < STEPS; i += 1) await history.step();
    await history.end();
  } catch (error) {
    console.error(`${history.told.join('\n')}\nHISTORY=${seed} npm run test:only -- sim/histories`);
    throw error;
  }
}

const asked = process.env['HISTORY'];

test(`histories: ${HISTORIES} worlds taken back and forth are what they were, and what they would be without`, async () => {
  const seeds = asked === undefined ? Array.from({ length: HISTORIES }, (_, i) => i + 1) : [Number(asked)];
  for (const seed of seeds) await live(seed);
});
