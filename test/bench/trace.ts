/**
 * The recorder, as rows: what it costs a live node and a simulated network, as the share of the rate that is left; and how long log, match,
 * seq and why take on a full one.
 */

import { RECORDED_MAX } from '../../src/trace/columns.ts';
import { FileRecording } from '../../src/trace/file-recording.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { layOut } from '../../src/trace/sequence.ts';
import { Chronicle, chainOfAddress } from '../../src/trace/why.ts';
import { resultOf } from '../helpers/generators.ts';
import { createSim, grow } from '../helpers/grow.ts';
import { Child } from './child.ts';
import { type Contender, startServer } from './contenders.ts';
import type { LoadResult } from './load.ts';
import { median, ROUNDS, ratioOf, takeTurns, WARM_UPS } from './rounds.ts';
import type { NetworkAnswer, NetworkRequest } from './simulated.ts';
import type { Line } from './table.ts';

const ROUND_MS = 500;
const IN_FLIGHT = 2_000;
const ANSWER_MS_MAX = 200;
const FLAGS = ['--max-semi-space-size=64'];

export const benchTrace = async (): Promise<Line[]> => [
  ...(await live()),
  ...(await simulated(60, 600)),
  ...(await simulated(1_000, 60)),
  ...(await answers()),
];

const MODES = { recorded: 'recorded live node', breaking: 'live node with an idle `break bye`' } as const;

/** Messages per second of CPU time: the load has a core of its own. */
async function live(): Promise<Line[]> {
  const load = new Child('load', 'load', []);
  const contenders = new Map<string, Contender>();
  const lines: Line[] = [];
  try {
    contenders.set('recorded', await startServer('recorded'));
    contenders.set('breaking', await startServer('breaking'));
    contenders.set('plain', await startServer('ours'));
    for (const connections of [1, 100]) {
      for (const { port, greets } of contenders.values()) await load.ask({ kind: 'open', port, greets, connections });
      const run = async (name: string) => {
        const contender = contenders.get(name) as Contender;
        const before = await contender.cpuUs();
        const inFlight = connections === 1 ? IN_FLIGHT : 1;
        const { messages } = await load.ask<LoadResult>({
          kind: 'run',
          port: contender.port,
          inFlight,
          forMs: ROUND_MS,
        });
        return (messages * 1_000_000) / ((await contender.cpuUs()) - before);
      };
      const names = ['recorded', 'breaking', 'plain'] as const;
      await takeTurns(names, run, WARM_UPS);
      const { plain, ...others } = await takeTurns(names, run);
      for (const [name, rates] of Object.entries(others))
        lines.push({
          what: `${MODES[name as keyof typeof MODES]}, ${connections} ${connections === 1 ? 'connection' : 'connections'}: messages per second of CPU`,
          unit: '/s',
          ours: median(rates),
          other: { name: 'not recorded', value: median(plain), ratio: ratioOf(rates, plain) },
          target: { of: 'ratio', atLeast: 0.85 },
        });
    }
    return lines;
  } finally {
    await load.stop();
    await Promise.all([...contenders.values()].map((contender) => contender.stop()));
  }
}

async function simulated(nodes: number, virtualS: number): Promise<Line[]> {
  const run = async (isRecorded: boolean) => {
    const child = new Child('simulated', 'simulated', [], FLAGS);
    try {
      const request: NetworkRequest = {
        what: isRecorded ? 'recorded' : 'run',
        nodes,
        virtualS,
        wallMs: 60_000,
        watch: null,
      };
      const { events, wallMs } = await child.ask<NetworkAnswer>(request);
      return events / (wallMs / 1_000);
    } finally {
      await child.stop();
    }
  };
  const { recorded, plain } = await takeTurns(['recorded', 'plain'] as const, (name) => run(name === 'recorded'));
  return [
    {
      what: `recorded simulated world, ${nodes.toLocaleString('en-US')} nodes, ${virtualS} virtual seconds`,
      unit: 'events/s',
      ours: median(recorded),
      other: { name: 'not recorded', value: median(plain), ratio: ratioOf(recorded, plain) },
      target: { of: 'ratio', atLeast: 0.75 },
    },
  ];
}

/** A full recorder of a simulated network, and the same as a file would give it. */
async function answers(): Promise<Line[]> {
  const world = createSim(1, 60);
  const recorder = new Recorder({ world: 'sim', app: 'bench', seed: 1, epochMs: null });
  world.witness(recorder);
  const nodes = await grow(world, 60, 3, 1);
  while (recorder.count < RECORDED_MAX) await world.until(() => false, { limitMs: 60_000 });
  const address = nodes[30]?.state.listening[0]?.text ?? '';
  const questions: Readonly<Record<string, () => unknown>> = {
    'log -n 20': () =>
      recorder
        .events()
        .slice(-20)
        .map((event) => event.line),
    'log type=pong & from=n7': () => recorder.match('type=pong & from=n7'),
    'log body.nonce>1000': () => recorder.match('body.nonce>1000'),
    'match ping & len>20': () => [recorder.match('kind=message'), recorder.match('(ping & len>20) & kind=message')],
    seq: () => resultOf(layOut({ header: recorder.header(), events: recorder.events() })),
    'why ADDR': () => chainOfAddress(new Chronicle(recorder.events()), 'n50', address),
    'why m17': () => {
      const chronicle = new Chronicle(recorder.events());
      const event = chronicle.events[10];
      return event === undefined ? null : [chronicle.causes(event), chronicle.effects(event, 1_000_000)];
    },
  };
  const lines = Object.entries(questions).map(
    ([name, ask]): Line => timed(`${name}, ${recorder.count.toLocaleString('en-US')} events`, ask),
  );
  const events = recorder.events().map((event) => JSON.parse(JSON.stringify(event)) as typeof event);
  const file = new FileRecording('bench', { header: recorder.header(), events });
  return [...lines, timed('log type=pong & from=n7, as many of a file', () => file.match('type=pong & from=n7'))];
}

function timed(what: string, ask: () => unknown): Line {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    ask();
    return performance.now() - startedAt;
  });
  return { what, unit: 'ms', ours: median(times), other: null, target: { of: 'value', atMost: ANSWER_MS_MAX } };
}
