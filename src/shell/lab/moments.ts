/** Places in the history of a lab as they are typed and printed: `12.5s`, `#1841`, `main#1841`, a label or a branch. */
import type { Moment } from '../../core/simulation.ts';
import { round3 } from '../render.ts';

/** `12.5s` of a time in microseconds, exact. */
export const timeText = (us: number) => `${Number((us / 1_000_000).toFixed(6))}s`;

export const momentText = ({ branch, index }: Pick<Moment, 'branch' | 'index'>) => `${branch}#${index}`;

/** As --json gives it. */
export const momentValue = ({ branch, index, time }: Moment) => ({
  moment: momentText({ branch, index }),
  branch,
  index,
  atMs: round3(time / 1_000),
});
