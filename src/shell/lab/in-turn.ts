/** Whose turn it is in the lab: a shell and its work go in; the work is done at once, or when no other shell is at work there any more. */
import type { Command } from '../command.ts';
import type { Shell } from '../shell.ts';
import { withProgress } from './progress.ts';

/** Whether it may not be done while another shell is at work in the lab. */
export function worksInLab({ spokenTo, labHere }: Shell, { name, group, takesTime }: Command): boolean {
  if (spokenTo.isNow || name === 'use' || name === 'watch') return false;
  if (name === 'lab' || group === 'lab') return true;
  return labHere !== null && (group !== 'shell' || takesTime === true);
}

/** A person who waits for the turn is told. */
export async function inTurn<Result>(shell: Shell, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  const { workshop } = shell;
  if (!workshop.isTakenFor(shell)) return workshop.inTurn(shell, signal, work);
  const started = new AbortController();
  const wait = () =>
    workshop.inTurn(shell, signal, () => {
      started.abort();
      return work();
    });
  return withProgress(shell, () => 'another shell is at work in the lab; Ctrl-C gives up', wait, started.signal);
}
