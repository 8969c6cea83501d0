/** A day of churn on virtual time: nodes stop, are killed, come back, drop and ban each other; afterwards nothing is left over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GONE_MAX } from '../../src/core/limits.ts';
import { REASONS } from '../../src/core/reasons.ts';
import type { NodePort } from '../../src/core/world.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import type { SimWorld } from '../../src/sim/world.ts';
import { component, createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { kill } from '../seeds/run.ts';
import { heapBytes } from './heap.ts';
import { sizesOf } from './sizes.ts';

const NODES = 12;
/** These live all day, so that what grows has a day to grow in. */
const STEADY = 4;
const MINUTE_MS = 60_000;
const HOURS = 24;
const TURNS_PER_HOUR = 120;
const TURN_MS = 30_000;
/** Longer than a drop holds (10 min) and the next look at what is held (5 min). */
const QUIET_MS = 20 * MINUTE_MS;

const pass = (world: SimWorld, ms: number) => world.until(() => false, { limitMs: ms });

class Churn {
  readonly world: SimWorld;
  readonly #below: (n: number) => number;
  #bootstrap: { host: string; port: number }[] = [];

  constructor(seed: number, places: number) {
    const random = createRandom(seed, 1);
    this.world = createSim(seed, places);
    this.#below = (n) => Math.floor(nextRandom(random) * n);
  }

  async start(): Promise<void> {
    // Both are on the list of all, so that each meets itself.
    for (const name of ['n1', 'n2']) this.#bootstrap.push(placeOf(await spawn(this.world, name)));
    for (const { host, port } of this.#bootstrap)
      for (const node of this.world.nodes()) node.order({ kind: 'bootstrap-add', host, port });
    await this.#startMissing(NODES);
  }

  async #startMissing(most: number): Promise<void> {
    const up = new Set(this.world.nodes().map(({ name }) => name));
    let started = 0;
    for (let i = 1; i <= NODES && started < most; i += 1) {
      if (up.has(`n${i}`)) continue;
      await spawn(this.world, `n${i}`, { bootstrap: this.#bootstrap });
      started += 1;
    }
  }

  async hour(): Promise<void> {
    for (let turn = 0; turn < TURNS_PER_HOUR; turn += 1) {
      await this.#oneThing();
      await pass(this.world, this.#below(2 * TURN_MS));
    }
  }

  async #oneThing(): Promise<void> {
    const nodes = this.world.nodes();
    const node = nodes[this.#below(nodes.length)] as NodePort;
    const mortal = nodes.filter(({ name }) => Number(name.slice(1)) > STEADY);
    const victim = mortal[this.#below(mortal.length)];
    const peers = [...node.state.peers.values()];
    const peer = peers[this.#below(peers.length)];
    const n = peer?.n ?? 0;
    switch (this.#below(8)) {
      case 0:
        return victim?.stop();
      case 1:
        return victim === undefined ? undefined : kill(this.world, victim);
      case 2:
      case 3:
        return this.#startMissing(2);
      case 4:
        return void node.order({ kind: 'drop', n });
      case 5: {
        const other = nodes[this.#below(nodes.length)] as NodePort;
        return void node.order({ kind: 'connect', ...placeOf(other), keep: this.#below(4) === 0 });
      }
      case 6:
        return void node.order({ kind: 'ban', target: n, forUs: 60_000_000 });
      default:
        for (let i = 0; i < 5; i += 1) node.order({ kind: i === 0 ? 'getaddr' : 'ping', n });
    }
  }

  /** All are up and left alone until what is held or banned is let go of. */
  async settle(): Promise<void> {
    await this.#startMissing(NODES);
    await pass(this.world, QUIET_MS);
  }
}

/** What a settled network holds, the greatest of all nodes by name. */
function holds(world: SimWorld): Map<string, number> {
  const most = new Map<string, number>();
  const note = (name: string, size: number) => most.set(name, Math.max(size, most.get(name) ?? 0));
  for (const { state } of world.nodes()) for (const [name, size] of Object.entries(sizesOf(state))) note(name, size);
  for (const host of world.network.hosts.values()) {
    note('network.ends', host.ends.size);
    note('network.dials', host.dials.size);
  }
  note('network.hosts', world.network.hosts.size);
  note('network.names', world.network.names.size);
  note('network.queue', world.network.kernel.size);
  return most;
}

/** What may differ between two settled moments, and its bound. */
const BOUNDED: Readonly<Record<string, number>> = {
  gone: GONE_MAX,
  reasons: Object.keys(REASONS).length,
  // Wake-ups that were replaced stay in the queue until their time: at most 300 s of them, a few for every ping.
  'network.queue': 20 * NODES * NODES,
  // One entry for each other node that connected within the last minutes.
  accepts: NODES,
  dialledIps: NODES,
  targets: NODES,
};

for (const [kind, places] of [
  ['a LAN', NODES],
  ['public networks', 1_000],
] as const) {
  test(`day: ${NODES} nodes of ${kind} hold no more after 24 hours of churn than after one`, async () => {
    const churn = new Churn(24, places);
    const { world } = churn;
    await churn.start();
    await churn.hour();
    await churn.settle();
    const first = holds(world);
    const firstBytes = heapBytes();
    for (let hour = 2; hour <= HOURS; hour += 1) await churn.hour();
    await churn.settle();
    const last = holds(world);
    const grownBytes = heapBytes() - firstBytes;

    assert.ok(world.now() > 23 * 3_600 * 1_000_000, `${world.now() / 3.6e9} hours have passed`);
    for (const node of world.nodes()) {
      assert.deepEqual(brokenInvariants(node.state), [], node.name);
      const { sessions, peers, dials, names, held, bans, dialbacks } = node.state;
      assert.equal(sessions.size, peers.size, `${node.name}: every session is a peer`);
      assert.deepEqual([dials.size, names.size, held.size, bans.size, dialbacks.length], [0, 0, 0, 0, 0], node.name);
    }
    assert.equal(component(world.nodes()), NODES);
    const grown = [...last].filter(([name, size]) => size > Math.max(first.get(name) ?? 0, BOUNDED[name] ?? 0));
    assert.deepEqual(grown, [], `at hour 1: ${JSON.stringify([...first])}`);
    assert.ok(grownBytes < 4 * 1_048_576, `${grownBytes} bytes more`);
    await world.close();
    assert.equal(world.network.hosts.size, 0);
    await pass(world, 10 * MINUTE_MS);
    assert.equal(world.network.kernel.size, 0, 'and when all have stopped no timer is left');
  });
}
