/** `run`, `until` and `pause`: let the time of the lab pass, at once or in step with the wall's clock. */
import type { Simulation } from '../../core/simulation.ts';
import { readDuration } from '../../settings.ts';
import type { Answer, Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { asTypedExpression, expressionWords, refuseOptions } from '../expressions.ts';
import { faultCandidates } from '../lab/fault-candidates.ts';
import { type Lab, labOf, simulationOf, standingLab } from '../lab/lab.ts';
import { momentText, momentValue, timeText } from '../lab/moments.ts';
import { withProgress } from '../lab/progress.ts';
import { putFault } from '../lab/put-fault.ts';
import { holdsSince, moveTo } from '../lab/runner.ts';
import { count, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const SPEED_MIN = 0.001;
const SPEED_MAX = 1_000_000;

export const run: Command = {
  name: 'run',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'run T|to #N [T] [max T]|until EXPR [max T] [--speed S|max]',
  summary: 'let time pass',
  details: [
    'run until peers>=3 max 30s goes on until an expression holds.',
    'What does not come true in time (10m unless max says) fails, exit code 4; so does an event of run to #N.',
    'run 5s lets 5 s pass at once. run to #1841 goes on to an event, run to 12.5s to a time, run to #1841 12.5s to both.',
    'With --speed it runs in the background until pause: 1 is the pace of the wall clock, max full speed.',
    'A message that break holds ends it; run to goes on all the same, as a script that is done again must.',
    'After a rewind what was done before is done again until the end of the branch.',
  ],
  options: { speed: { type: 'string' } },
  needsLab: true,
  candidates(shell, before, word) {
    if (before.length === 0) return ['to', 'until'];
    return before[0] === 'until' ? untilWords(shell, before.slice(1), word) : [];
  },
  async run(shell, { words, rest, options, signal }) {
    const speed = typeof options['speed'] === 'string' ? readSpeed(options['speed']) : null;
    if (speed !== null && shell.play !== null)
      throw new UsageError('--speed runs in the background, and nothing in a lab script waits for that; leave it out');
    const { lab, simulation } = standingLab(shell, 'run');
    const [first, second] = words;
    if (first === 'until' && speed === null)
      return runUntil(shell, lab, simulation, rest.replace(/^\s*until\b/, ''), `${this.name} until`, signal);
    if (first === 'to' && speed === null)
      return runTo(shell, lab, simulation, readGoals(words.slice(1), this.usage), signal);
    if (first === 'to' || second !== undefined || (first === undefined && speed === null))
      throw new UsageError(`usage: ${this.usage}`);
    const us = first === undefined ? Infinity : readTime(first);
    const limit = simulation.moment().time + us;
    const isStopped = holdsSince(simulation);
    if (speed === null)
      return forward(shell, lab, simulation, () => moveTo(lab.clockwork(), limit, isStopped, signal), limit);
    lab.runner().start(speed, limit);
    const told = speed === Infinity ? 'full speed' : `speed ${speed}`;
    return {
      value: { ...momentValue(simulation.moment()), speed: speed === Infinity ? 'max' : speed },
      text: `running at ${told}${us === Infinity ? '' : ` until ${timeText(limit)}`}; pause stops it`,
    };
  },
};

function readTime(text: string): number {
  const us = readDuration(text);
  if (us === null) throw new UsageError(`${JSON.stringify(safe(text))} is not a duration such as 500ms or 5s`);
  return us;
}

function readSpeed(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(text);
  if (!(speed >= SPEED_MIN && speed <= SPEED_MAX))
    throw new UsageError(`--speed takes a number such as 0.1, 1 or 10, or max, not ${JSON.stringify(safe(text))}`);
  return speed;
}

/** Moves and tells how far it came, also when it was interrupted. */
async function forward(
  shell: Shell,
  lab: Lab,
  simulation: Simulation,
  move: () => Promise<void>,
  limitUs: number | null = null,
): Promise<Answer> {
  const before = simulation.moment();
  const goal = limitUs === null ? '' : ` of ${timeText(limitUs)}`;
  await withProgress(shell, () => `${momentText(simulation.moment())} ${timeText(lab.world.now())}${goal} …`, move);
  const after = simulation.moment();
  const events = after.index - before.index;
  return {
    value: { ...momentValue(after), events },
    text: `${momentText(after)} ${timeText(after.time)}: ${count(events, 'event')}`,
  };
}

interface Goals {
  readonly goals: readonly { readonly time: number | null; readonly index: number | null }[];
  /** How long an event is waited for; null: as long as without max. */
  readonly limitUs: number | null;
}

/** `#1841`, `12.5s`, both in either order, and `max 30s` where there is an event. */
function readGoals(words: readonly string[], usage: string): Goals {
  const at = words.indexOf('max');
  const typed = at < 0 ? words : words.slice(0, at);
  const [, most, ...others] = at < 0 ? [] : words.slice(at);
  const goals = typed.map((word) => {
    const index = /^#([0-9]{1,15})$/.exec(word)?.[1];
    return index === undefined ? { time: readTime(word), index: null } : { time: null, index: Number(index) };
  });
  const isLimited = goals.some(({ index }) => index !== null);
  if (goals.length < 1 || goals.length > 2 || others.length > 0 || (at >= 0 && (most === undefined || !isLimited)))
    throw new UsageError(`usage: ${usage}`);
  return { goals, limitUs: most === undefined ? null : readTime(most) };
}

/** To an event, then to a time: what is behind already is no error, so that a script may say both. */
function runTo(
  shell: Shell,
  lab: Lab,
  simulation: Simulation,
  { goals, limitUs }: Goals,
  signal: AbortSignal,
): Promise<Answer> {
  const here = simulation.moment();
  for (const { time, index } of goals)
    if ((time ?? here.time) < here.time || (index ?? here.index) < here.index)
      throw new CommandError(
        'no-such-moment',
        `it is ${momentText(here)} ${timeText(here.time)} already; rewind goes back`,
      );
  // A time beside an event says how far off it may be.
  const latest = Math.max(here.time + UNTIL_US, ...goals.map(({ time }) => time ?? 0));
  const limit = limitUs === null ? latest : here.time + limitUs;
  return forward(shell, lab, simulation, async () => {
    for (const { time, index } of goals) {
      if (time !== null && time > lab.world.now()) await moveTo(lab.clockwork(), time, null, signal);
      const isThere = () => simulation.moment().index >= (index ?? 0);
      if (index !== null && !isThere()) await moveTo(lab.clockwork(), limit, isThere, signal);
      if (index !== null && !isThere() && !signal.aborted) {
        const end = simulation.moment();
        const at = `${momentText(end)} ${timeText(end.time)}`;
        throw new CommandError('timeout', `#${index} did not come in ${timeText(limit - here.time)}; it is ${at}`);
      }
    }
  });
}

/** Without max. */
const UNTIL_US = 600_000_000;

export const until: Command = {
  name: 'until',
  aliases: [],
  group: 'lab',
  takesTime: true,
  raw: true,
  takesExpression: true,
  usage: 'until EXPR [max T]',
  summary: 'run until it holds',
  details: ['The same as run until EXPR [max T].'],
  needsLab: true,
  candidates: untilWords,
  async run(shell, { rest, signal }) {
    refuseOptions(rest, this.options ?? {}, this.usage);
    const { lab, simulation } = standingLab(shell, 'until');
    return runUntil(shell, lab, simulation, rest, 'until', signal);
  },
};

function untilWords(shell: Shell, before: readonly string[], word: string): string[] {
  if (before.includes('max')) return [];
  return [...expressionWords(shell, before, word), '', ...(before.length > 0 ? ['max'] : [])];
}

/** Until an expression holds; where it was stopped is told also when it did not come true. `name` is what was typed before it. */
async function runUntil(
  shell: Shell,
  lab: Lab,
  simulation: Simulation,
  typed: string,
  name: string,
  signal: AbortSignal,
): Promise<Answer> {
  const [, text = '', most] = /^(.*?)(?:\s+max\s+(\S+))?$/s.exec(typed.trim()) ?? [];
  if (text === '') throw new UsageError(`usage: ${name} EXPR [max T], such as ${name} peers>=3 max 30s`);
  const limitUs = most === undefined ? UNTIL_US : readTime(most);
  const limit = simulation.moment().time + limitUs;
  const watcher = asTypedExpression(() => simulation.watch(text, lab.speaker(shell).name));
  let isTrue = false;
  const isStopped = holdsSince(simulation);
  const isDone = () => {
    isTrue ||= watcher.hit();
    return isTrue || isStopped();
  };
  try {
    const answer = await forward(shell, lab, simulation, async () => {
      if (!isDone()) await moveTo(lab.clockwork(), limit, isDone, signal);
    });
    if (!isTrue && !isStopped() && !signal.aborted)
      throw new CommandError('timeout', `${safe(text, 200)} did not come true in ${timeText(limitUs)}`);
    return answer;
  } finally {
    watcher.close();
  }
}

export const pause: Command = {
  name: 'pause',
  aliases: [],
  group: 'lab',
  usage: 'pause [NODE [for TIME] [until EXPRESSION]]',
  summary: 'stop the run, or a node',
  details: ['Alone it ends run --speed. pause n3 is the fault of that name: help faults.'],
  needsLab: true,
  raw: true,
  candidates(shell, before, word) {
    const row = shell.options.labs?.faultRows.find(({ name }) => name === this.name);
    return row === undefined ? [] : faultCandidates(shell, row, before, word);
  },
  run(shell, { rest }) {
    if (rest.trim() !== '') return putFault(shell, `${this.name} ${rest}`, this.name);
    const simulation = simulationOf(shell, 'pause');
    const hasRun = labOf(shell).runner().pause();
    const here = simulation.moment();
    return {
      value: { ...momentValue(here), hasRun },
      text: `${hasRun ? 'paused' : 'nothing runs; it is paused'} at ${momentText(here)} ${timeText(here.time)}`,
    };
  },
};
