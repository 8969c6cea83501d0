/** How long the real program takes to answer a line on stdin while messages pour in over many connections, as rows. */
import { setTimeout as delay } from 'node:timers/promises';
import { LineProcess } from '../helpers/lines.ts';
import { PROGRAM } from '../helpers/program.ts';
import { Child } from './child.ts';
import { RAISED } from './ours.ts';
import { median, ROUNDS } from './rounds.ts';
import type { Line } from './table.ts';

const CONNECTIONS = 100;
const PER_SECOND = 50_000;
/** Lines a write. One line a write at this rate is 50,000 reads a second, more than one core can do with any program. */
const TOGETHER = 5;
const QUESTIONS = 50;
/** Longer than an answer takes, and in no step with anything. */
const PAUSE_MS = 17;

export async function benchAnswers(): Promise<Line[]> {
  const settings = RAISED.flatMap((setting) => ['--set', setting]);
  const program = new LineProcess<{ listening?: readonly string[] }>('our program', process.execPath, [
    ...[PROGRAM, '--json', '-k', '--no-rc', '--no-data', '--no-bootstrap', '--listen', '127.0.0.1:0'],
    ...settings,
  ]);
  const load = new Child('load', 'load', []);
  let asked = 0;
  const ask = async () => {
    const startedAt = performance.now();
    program.write('status');
    asked += 1;
    const answer = await program.value(asked - 1);
    const tookMs = performance.now() - startedAt;
    if (answer.listening === undefined) throw new Error(`status answered ${JSON.stringify(answer)}`);
    return { tookMs, port: Number(answer.listening[0]?.split(':').at(-1)) };
  };
  const askMany = async () => {
    const timesMs: number[] = [];
    for (let i = 0; i < QUESTIONS; i += 1) {
      await delay(PAUSE_MS);
      timesMs.push((await ask()).tookMs);
    }
    return timesMs;
  };
  try {
    const { port } = await ask();
    await load.ask({ kind: 'open', port, greets: true, connections: CONNECTIONS });
    await askMany();
    const rates: number[] = [];
    const quiet: number[][] = [];
    const busy: number[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      quiet.push(await askMany());
      await load.ask({ kind: 'stream', port, perSecond: PER_SECOND, together: TOGETHER });
      busy.push(await askMany());
      rates.push(await load.ask<number>({ kind: 'halt' }));
    }
    const p50 = (rounds: readonly number[][]) => median(rounds.map(median));
    const what = `answer on stdin at ${Math.round(median(rates) / 1_000)} k messages/s over ${CONNECTIONS} connections`;
    return [
      {
        what: `${what}: p50`,
        unit: 'ms',
        ours: p50(busy),
        other: { name: 'the same, idle', value: p50(quiet), ratio: p50(busy) / p50(quiet) },
        target: { of: 'value', atMost: 5 },
      },
      {
        what: `${what}: longest of ${ROUNDS * QUESTIONS}`,
        unit: 'ms',
        ours: Math.max(...busy.flat()),
        other: null,
        target: { of: 'value', atMost: 50 },
      },
    ];
  } finally {
    await Promise.all([load.stop(), program.kill()]);
  }
}
