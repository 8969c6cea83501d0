/**
 * `npm run bench [-- PART]`: measures the parts that were asked for, all by default, and prints one table. Ratios are between
 * contenders that took turns within this run. A target that is missed is only told, because a busy machine is not a bug; a ratio below its
 * gate ends the run with 1, and a broken contender is an error.
 */
import { availableParallelism, loadavg } from 'node:os';
import { benchAnswers } from './answers.ts';
import { benchAttach } from './attach.ts';
import { benchHandshakes } from './handshakes.ts';
import { benchMemory } from './memory.ts';
import { benchMessages } from './messages.ts';
import { RAISED } from './ours.ts';
import { benchQueue } from './queue.ts';
import { ROUNDS } from './rounds.ts';
import { benchCrowd, benchRatio, benchSimulation } from './simulation.ts';
import { benchStart } from './start.ts';
import { fallOf, HEADING, isMissed, type Line, printLine } from './table.ts';
import { benchTrace } from './trace.ts';

const PARTS: Readonly<Record<string, () => Promise<Line[]>>> = {
  messages: benchMessages,
  handshakes: benchHandshakes,
  memory: benchMemory,
  start: benchStart,
  answers: benchAnswers,
  queue: benchQueue,
  simulation: benchSimulation,
  trace: benchTrace,
  attach: benchAttach,
};

/** Parts that run only when they are asked for. */
const LONG_PARTS: Readonly<Record<string, () => Promise<Line[]>>> = { ratio: benchRatio, crowd: benchCrowd };
const ALL_PARTS = { ...PARTS, ...LONG_PARTS };

async function main(asked: readonly string[]): Promise<number> {
  const unknown = asked.find((name) => !Object.hasOwn(ALL_PARTS, name));
  if (unknown !== undefined) {
    console.error(`no part ${unknown}; there are ${Object.keys(ALL_PARTS).join(', ')}`);
    return 2;
  }
  const startedAt = performance.now();
  const load = loadavg()[0] ?? 0;
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} cores, load ${load.toFixed(2)} before; medians of ${ROUNDS} rounds or more.`,
  );
  console.log(`Our node is whole, with ${RAISED.join(' ')}.\n`);
  console.log(HEADING);
  let missed = 0;
  const falls: string[] = [];
  for (const [name, bench] of Object.entries(asked.length === 0 ? PARTS : ALL_PARTS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    for (const line of await bench()) {
      console.log(printLine(line));
      if (isMissed(line)) missed += 1;
      const fall = fallOf(line);
      if (fall !== null) falls.push(fall);
    }
  }
  const tookS = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`\n${missed === 0 ? 'All targets met' : `${missed} not met`} in ${tookS} s.`);
  for (const fall of falls) console.error(fall);
  return falls.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
