/** Places in the history of a lab as they are typed and printed: `12.5s`, `#1841`, `main#1841`, a label or a branch. */
import type { Destination, Moment } from '../../core/simulation.ts';
import { readDuration } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import { CommandError } from '../errors.ts';
import { round3, safe } from '../render.ts';

/** `12.503s` of a time in microseconds, never later than it is. */
export const timeText = (us: number) => `${Math.floor(us / 1_000) / 1_000}s`;

/** The same to the microsecond. */
export const exactTime = (us: number) => `${Number((us / 1_000_000).toFixed(6))}s`;

export const momentText = ({ branch, index }: Pick<Moment, 'branch' | 'index'>) => `${branch}#${index}`;

export const hashText = (hash: number) => (hash >>> 0).toString(16).padStart(8, '0');

/** As --json gives it. */
export const momentValue = ({ branch, index, time }: Moment) => ({
  moment: momentText({ branch, index }),
  branch,
  index,
  atMs: round3(time / 1_000),
});

/** What names of moments are looked up in. */
export interface Calendar {
  readonly labels: ReadonlyMap<string, Moment>;
  /** The ends of the branches, by name. */
  readonly ends: ReadonlyMap<string, Moment>;
}

/** Where a word leads; `branch` is set when that is another one's event. */
export interface Place {
  readonly branch: string | null;
  readonly to: Destination;
}

export function readMoment(calendar: Calendar, word: string): Place {
  const { labels, ends } = calendar;
  const [, branch, digits] = /^([A-Za-z][\w.-]*)?#([0-9]{1,15})$/.exec(word) ?? [];
  if (digits !== undefined) {
    if (branch !== undefined && !ends.has(branch)) throw unknown(calendar, branch);
    return { branch: branch ?? null, to: { kind: 'index', index: Number(digits) } };
  }
  const time = readDuration(word);
  if (time !== null) return { branch: null, to: { kind: 'time', time } };
  const moment = labels.get(word) ?? ends.get(word);
  if (moment !== undefined) return { branch: null, to: { kind: 'moment', moment } };
  if (/^[0-9]+$/.test(word))
    throw new CommandError('no-such-moment', `${word} is no moment; type ${word}s for a time or #${word} for an event`);
  throw unknown(calendar, word);
}

function unknown({ labels, ends }: Calendar, word: string): CommandError {
  const near = nearest(word, [...labels.keys(), ...ends.keys()]);
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : 'type a time such as 5s, an event such as #12, a label or a branch';
  return new CommandError('no-such-moment', `no moment ${JSON.stringify(safe(word))}; ${hint}`, near);
}
