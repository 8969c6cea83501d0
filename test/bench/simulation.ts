/**
 * The simulated world, as rows: networks that form and live on, beside a bare simulation of the same traffic; how their cost grows; how
 * long going back takes; what an expression costs that is asked after every event. Each network has a process of its own, with a young
 * generation that holds what is on its way.
 */
import { Child } from './child.ts';
import { median } from './rounds.ts';
import type { NetworkAnswer, NetworkRequest } from './simulated.ts';
import type { Line, Target } from './table.ts';

const FLAGS = ['--max-semi-space-size=64', '--max-old-space-size=16000'];
const MINUTES_10_S = 600;
const ROUNDS = 3;
/** Of the reference's events/s; three quarters of what the code reached when this was set. */
const RATIO_GATE = 0.06;
const KIB = 1_024;
const MIB = 1_048_576;

const ask = (request: Partial<NetworkRequest> & Pick<NetworkRequest, 'nodes' | 'virtualS'>) =>
  run({ what: 'run', wallMs: 60_000, watch: null, ...request });

async function run(request: NetworkRequest): Promise<NetworkAnswer> {
  const child = new Child('simulated', 'simulated', [], FLAGS);
  try {
    return await child.ask<NetworkAnswer>(request);
  } finally {
    await child.stop();
  }
}

const perSecond = ({ events, wallMs }: NetworkAnswer) => events / (wallMs / 1_000);

const name = (nodes: number) => `simulated world, ${nodes.toLocaleString('en-US')} nodes`;

function row(what: string, unit: string, ours: number, target: Target | null): Line {
  return { what, unit, ours, other: null, target };
}

export async function benchSimulation(): Promise<Line[]> {
  return [...(await small()), ...(await large()), ...(await watched())];
}

/** A thousand nodes beside the reference in the same rounds: what a change must not lose. */
export async function benchRatio(): Promise<Line[]> {
  return rowsOfRounds(await rounds());
}

interface Round {
  readonly ours: NetworkAnswer;
  readonly bare: NetworkAnswer;
}

async function rounds(): Promise<Round[]> {
  const all: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    all.push({
      ours: await ask({ nodes: 1_000, virtualS: MINUTES_10_S }),
      bare: await ask({ nodes: 1_000, virtualS: MINUTES_10_S, what: 'bare' }),
    });
  return all;
}

function rowsOfRounds(all: readonly Round[]): Line[] {
  const eventsPerS = median(all.map(({ ours }) => perSecond(ours)));
  const ratio = median(all.map(({ ours, bare }) => perSecond(ours) / perSecond(bare)));
  const other = { name: 'bare columns', value: median(all.map(({ bare }) => perSecond(bare))), ratio };
  const what = `${name(1_000)}, 10 virtual minutes`;
  return [
    { what, unit: 'events/s', ours: eventsPerS, other, target: { of: 'ratio', atLeast: 0.15 }, gate: RATIO_GATE },
    row(what, 'events/s', eventsPerS, { of: 'value', atLeast: 400_000 }),
    row(what, 's', median(all.map(({ ours }) => ours.wallMs / 1_000)), { of: 'value', atMost: 1.5 }),
  ];
}

async function small(): Promise<Line[]> {
  const rewound: NetworkAnswer[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rewound.push(await ask({ nodes: 1_000, virtualS: 60, what: 'rewind' }));
  const journeys = row(`${name(1_000)}, longest of 20 journeys to a moment`, 'ms', median(rewound.map(longest)), {
    of: 'value',
    atMost: 500,
  });
  return [...(await benchRatio()), journeys];
}

const longest = ({ rewindMs }: NetworkAnswer) => Math.max(...rewindMs);

/** How cost grows with size: each network lives for a minute after its nodes have joined. */
async function large(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const nodes of [100, 300, 1_000, 3_000, 10_000]) {
    const virtualS = Math.min(30, nodes / 1_000) + 60;
    const one = await ask({ nodes, virtualS, wallMs: 110_000 });
    const what = `${name(nodes)}, ${one.virtualS.toFixed(0)} virtual seconds`;
    const target: Target | null = nodes === 10_000 ? { of: 'value', atLeast: 250_000 } : null;
    lines.push(row(what, 'events/s', perSecond(one), target));
    lines.push(
      row(`${what}, heap for each node`, 'KiB', one.heapBytes / nodes / KIB, {
        of: 'value',
        atMost: 25,
      }),
    );
    if (nodes === 10_000)
      lines.push(row(`${what}, resident`, 'MiB', one.residentBytes / MIB, { of: 'value', atMost: 500 }));
  }
  return lines;
}

/** What an expression costs, as the share of the rate that is left. */
async function watched(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const watch of ['type=bye & from=n7', 'converged()']) {
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const without = await ask({ nodes: 1_000, virtualS: 60 });
      const rate = perSecond(await ask({ nodes: 1_000, virtualS: 60, watch }));
      rates.push(rate);
      ratios.push(rate / perSecond(without));
    }
    lines.push({
      what: `${name(1_000)}, "${watch}" asked after every event`,
      unit: 'events/s',
      ours: median(rates),
      other: { name: 'nothing asked', value: median(rates) / median(ratios), ratio: median(ratios) },
      target: { of: 'ratio', atLeast: 0.85 },
    });
  }
  return lines;
}

/** A hundred thousand nodes join within 30 virtual seconds. Minutes and gigabytes: to be asked for by name. */
export async function benchCrowd(): Promise<Line[]> {
  const one = await ask({ nodes: 100_000, virtualS: 300, what: 'converge', wallMs: 110_000 });
  const what = `${name(100_000)} ${one.isWhole ? 'one piece after' : 'cut off after'} ${one.virtualS.toFixed(1)} virtual seconds`;
  return [
    row(what, 's', one.wallMs / 1_000, { of: 'value', atMost: 180 }),
    row(what, 'events/s', perSecond(one), { of: 'value', atLeast: 50_000 }),
    row(`${what}, resident`, 'MiB', one.residentBytes / MIB, { of: 'value', atMost: 3_000 }),
  ];
}
