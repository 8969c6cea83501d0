/**
 * `npm run soak -- [SECONDS] [SEED]`: nodes on real sockets with fast timers and churn, ten minutes by default. Prints memory, handles, timers
 * and what the nodes hold every few seconds; exits 1 when any of it has grown beyond its margin by the end. A failure prints the line that
 * goes through the same churn again: what happens in which order comes of the seed, how long the system takes for it does not.
 */
import type { NodePort } from '../../src/core/world.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { readWholes, runCommand } from '../helpers/command-line.ts';
import { component } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { until } from '../helpers/until.ts';
import { heapBytes } from './heap.ts';
import { sizesOf } from './sizes.ts';
import { Sockets } from './sockets.ts';

const NODES = 12;
/** These live all the time. */
const STEADY = 3;
const TURN_MS = 200;
const SAMPLES = 20;
/** The first samples are not compared: code is compiled and pools fill. */
const WARM = 4;
/** How much more the last samples may be than the first ones: memory by share and bytes, the rest by number. */
const HEAP_MARGIN_BYTES = 4 * 1_048_576;
const RSS_MARGIN_BYTES = 48 * 1_048_576;
const HANDLES_MARGIN = 0;
const SETTLE_MS = 60_000;

const FAST = {
  'ping.interval': 200_000,
  'ping.timeout': 2_000_000,
  'getaddr.ask': 500_000,
  'dial.rotate': 1_000_000,
  'dial.history': 1_000_000,
  'dial.retry': 200_000,
  'bootstrap.retry': 200_000,
  'drop.hold': 500_000,
};

interface Sample {
  readonly atS: number;
  readonly rss: number;
  readonly heap: number;
  readonly sockets: number;
  readonly timers: number;
  readonly others: number;
  readonly rows: number;
}

const isOne = (nodes: readonly NodePort[]) =>
  nodes.length === NODES && nodes.every((node) => node.views.ready() === NODES - 1) && component(nodes) === NODES;

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

async function soak(seconds: number, seed: number): Promise<number> {
  const random = createRandom(seed, 1);
  const sockets = new Sockets();
  const world = createTcpWorld('peersh/soak');
  const started = performance.now();
  const elapsedS = () => (performance.now() - started) / 1_000;
  const names = Array.from({ length: NODES }, (_, i) => `n${i + 1}`);
  const below = (n: number) => Math.floor(nextRandom(random) * n);
  const first = await spawn(world, 'n1', { settings: FAST });
  const bootstrap = [placeOf(first)];
  /** Who comes back does so at the same port: the book may know twelve places, not one more for every life. */
  const places = new Map([['n1', bootstrap]]);
  const samples: Sample[] = [];

  async function startMissing(most: number): Promise<void> {
    const up = new Set(world.nodes().map(({ name }) => name));
    for (const name of names.filter((one) => !up.has(one)).slice(0, most)) {
      const listen = places.get(name) ?? [{ host: '127.0.0.1', port: 0 }];
      places.set(name, [placeOf(await spawn(world, name, { settings: FAST, bootstrap, listen }))]);
    }
  }

  async function churn(): Promise<void> {
    const nodes = [...world.nodes()];
    const node = nodes[below(nodes.length)] as NodePort;
    const peers = [...node.state.peers.values()];
    const n = peers[below(peers.length)]?.n ?? 0;
    const mortal = nodes.filter(({ name }) => Number(name.slice(1)) > STEADY);
    const victim = mortal[below(mortal.length)];
    const kind = below(8);
    if (kind === 0) await victim?.stop();
    else if (kind === 1 && victim !== undefined) await sockets.kill(victim);
    else if (kind <= 3) await startMissing(2);
    else if (kind === 4) node.order({ kind: 'drop', n });
    else if (kind === 5) node.order({ kind: 'connect', ...placeOf(first), keep: false });
    else for (let i = 0; i < 20; i += 1) node.order({ kind: i === 0 ? 'getaddr' : 'ping', n });
  }

  /** All are up and nobody is being dialled, so that two samples can be compared. */
  async function sample(): Promise<void> {
    await startMissing(NODES);
    await until('one whole network', () => (isOne(world.nodes()) ? null : 'not yet'), SETTLE_MS);
    await until('nothing in progress', () => (sessions() === NODES * (NODES - 1) ? null : `${sessions()}`), SETTLE_MS);
    const heap = heapBytes();
    const kinds = process.getActiveResourcesInfo();
    const count = (test: (kind: string) => boolean) => kinds.filter(test).length;
    const timers = count((kind) => kind === 'Timeout');
    const own = count((kind) => kind === 'TCPSocketWrap' || kind === 'TCPServerWrap');
    const rows = world
      .nodes()
      .filter(({ name }) => Number(name.slice(1)) <= STEADY)
      .reduce((sum, { state }) => sum + Object.values(sizesOf(state)).reduce((a, b) => a + b, 0), 0);
    const { rss } = process.memoryUsage();
    samples.push({ atS: elapsedS(), rss, heap, sockets: own, timers, others: kinds.length - timers - own, rows });
    const mib = (bytes: number) => (bytes / 1_048_576).toFixed(1).padStart(7);
    console.log(
      `${elapsedS().toFixed(0).padStart(5)} s  rss ${mib(rss)} MiB  heap ${mib(heap)} MiB  sockets ${own}  timers ${timers}  ` +
        `others ${kinds.length - timers - own}  rows of the steady ${rows}`,
    );
  }

  const sessions = () => world.nodes().reduce((sum, { state }) => sum + state.sessions.size + state.dials.size, 0);

  for (let taken = 0; taken < SAMPLES; taken += 1) {
    const untilS = (seconds * (taken + 1)) / SAMPLES;
    while (elapsedS() < untilS) {
      await churn();
      await world.until(() => false, { limitMs: below(2 * TURN_MS) });
    }
    await sample();
  }
  await world.close();
  await until('every socket closed', () => (sockets.count === 0 ? null : `${sockets.count} open`));
  sockets.stop();
  const left = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'));
  await until('every handle closed', () => (left().length === 0 ? null : left().join(', ')));
  return judge(samples);
}

function judge(samples: readonly Sample[]): number {
  const compared = samples.slice(WARM);
  const third = Math.max(1, Math.floor(compared.length / 3));
  const grown = (of: (sample: Sample) => number) =>
    median(compared.slice(-third).map(of)) - median(compared.slice(0, third).map(of));
  const verdicts: readonly (readonly [string, number, number])[] = [
    ['heap bytes', grown(({ heap }) => heap), HEAP_MARGIN_BYTES],
    ['rss bytes', grown(({ rss }) => rss), RSS_MARGIN_BYTES],
    ['sockets', grown(({ sockets }) => sockets), HANDLES_MARGIN],
    ['other handles', grown(({ others }) => others), HANDLES_MARGIN],
    // A connection that is being closed has one, a wait of the soak itself another.
    ['timers', grown(({ timers }) => timers), NODES],
    ['rows', grown(({ rows }) => rows), 100],
  ];
  for (const [what, by, margin] of verdicts)
    console.log(`${by > margin ? 'GREW' : 'ok  '} ${what}: ${Math.round(by)} more, at most ${margin}`);
  return verdicts.some(([, by, margin]) => by > margin) ? 1 : 0;
}

async function main(): Promise<number> {
  const anySeed = 1 + Math.floor(Math.random() * 0x7ffffffe);
  const { SECONDS: seconds, SEED: seed } = readWholes(process.argv.slice(2), { SECONDS: 600, SEED: anySeed });
  console.log(`${seconds} s from seed ${seed}`);
  let code = 1;
  try {
    code = await soak(seconds, seed);
  } finally {
    if (code !== 0) console.log(`again: npm run soak -- ${seconds} ${seed}`);
  }
  return code;
}

process.exitCode = await runCommand('npm run soak -- [SECONDS] [SEED]', main);
