/** Pings and pongs: rate, CPU of the server per message and latency of our whole node, floor, reference and Twisted, as rows. */
import { Child } from './child.ts';
import { type Contender, startServer, startTwisted, whyNoTwisted } from './contenders.ts';
import type { LoadResult } from './load.ts';
import { median, ratioOf, takeTurns, WARM_UPS } from './rounds.ts';
import type { Line, Row, Target } from './table.ts';

const ROUND_MS = 500;
const IN_FLIGHT = 2_000;

type Name = 'ours' | 'floor' | 'reference' | 'Twisted';
type Measure = 'cpuUs' | 'perSecond' | 'p50Us';

interface Result {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Us: number;
}

const UNITS: Readonly<Record<Measure, readonly [what: string, unit: string]>> = {
  cpuUs: ['CPU per message', 'µs'],
  perSecond: ['messages per second', '/s'],
  p50Us: ['p50 latency', 'µs'],
};

interface Shape {
  readonly what: string;
  readonly connections: number;
  readonly inFlight: number;
  /** What is compared with whom; null has no target. */
  readonly rows: readonly (readonly [measure: Measure, other: Exclude<Name, 'ours'>, target: Target | null])[];
}

const atMost = (bound: number): Target => ({ of: 'ratio', atMost: bound });
const atLeast = (bound: number): Target => ({ of: 'ratio', atLeast: bound });

const many = (connections: number): Shape => ({
  what: `${connections.toLocaleString('en-US')} connections, 1 in flight each`,
  connections,
  inFlight: 1,
  rows: [
    ['cpuUs', 'floor', atMost(1.25)],
    ['cpuUs', 'reference', null],
    ['cpuUs', 'Twisted', atMost(0.7)],
  ],
});

const SHAPES: readonly Shape[] = [
  {
    what: `1 connection, ${IN_FLIGHT.toLocaleString('en-US')} in flight`,
    connections: 1,
    inFlight: IN_FLIGHT,
    rows: [
      ['cpuUs', 'reference', atMost(1.25)],
      ['cpuUs', 'floor', null],
      ['perSecond', 'Twisted', atLeast(7)],
    ],
  },
  {
    what: '1 connection, 1 in flight',
    connections: 1,
    inFlight: 1,
    rows: [
      ['cpuUs', 'floor', atMost(1.25)],
      ['p50Us', 'floor', null],
      ['p50Us', 'Twisted', null],
    ],
  },
  many(100),
  many(1_000),
];

export async function benchMessages(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const shape of SHAPES) lines.push(...(await benchShape(shape)));
  return lines;
}

async function benchShape(shape: Shape): Promise<Line[]> {
  const load = new Child('load', 'load', []);
  const contenders = new Map<Name, Contender>();
  try {
    for (const name of ['ours', 'floor', 'reference'] as const) contenders.set(name, await startServer(name));
    if (whyNoTwisted === null) contenders.set('Twisted', await startTwisted());
    for (const { port, greets } of contenders.values())
      await load.ask({ kind: 'open', port, greets, connections: shape.connections });
    const run = (name: Name) => measure(load, contenders.get(name) as Contender, shape);
    await takeTurns([...contenders.keys()], run, WARM_UPS);
    const results = await takeTurns([...contenders.keys()], run);
    return shape.rows.map(([measured, other, target]) => rowOf(shape, measured, other, target, results));
  } finally {
    await load.stop();
    await Promise.all([...contenders.values()].map((contender) => contender.stop()));
  }
}

async function measure(load: Child, contender: Contender, { inFlight }: Shape): Promise<Result> {
  const before = await contender.cpuUs();
  const { messages, seconds, p50Us } = await load.ask<LoadResult>({
    kind: 'run',
    port: contender.port,
    inFlight,
    forMs: ROUND_MS,
  });
  const cpuUs = (await contender.cpuUs()) - before;
  return { cpuUs: cpuUs / messages, perSecond: messages / seconds, p50Us: p50Us ?? Number.NaN };
}

function rowOf(
  shape: Shape,
  measured: Measure,
  other: Exclude<Name, 'ours'>,
  target: Target | null,
  results: Readonly<Record<Name, readonly Result[]>>,
): Line {
  const [measuredWhat, unit] = UNITS[measured];
  const what = `${shape.what}: ${measuredWhat}`;
  if (other === 'Twisted' && whyNoTwisted !== null) return { what: `${what} against Twisted`, skipped: whyNoTwisted };
  const ours = results.ours.map((result) => result[measured]);
  const theirs = results[other].map((result) => result[measured]);
  return {
    what,
    unit,
    ours: median(ours),
    other: { name: other, value: median(theirs), ratio: ratioOf(ours, theirs) },
    target,
  } satisfies Row;
}
