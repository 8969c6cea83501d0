/** A line whose time has come, while somebody else moves the time: it goes in, and soon its failure comes out. What it would wait for never comes. */
import type { World } from '../../core/world.ts';
import { answerLine } from '../answer-line.ts';
import { failed } from '../failure.ts';
import type { RunResult } from '../session.ts';
import type { Shell } from '../shell.ts';
import { labOf } from './lab.ts';
import { readNodeFirst } from './node-first.ts';

/** Does it as far as it goes without waiting. `hearFailure` hears of what was wrong with it. */
export function doNow(
  shell: Shell,
  input: string,
  hearFailure: (result: Extract<RunResult, { kind: 'error' }>) => void,
): void {
  const { spokenTo } = shell;
  const { signal } = new AbortController();
  const lab = labOf(shell);
  const hear = (result: RunResult) => {
    if (result.kind === 'error') hearFailure(result);
  };
  try {
    const first = readNodeFirst(input);
    const world = Object.create(lab.world, { until: { value: () => new Promise(() => undefined) } }) as World;
    for (const node of first === null ? [lab.onlookers.focusOf(shell)] : spokenTo.named(first.who)) {
      const spoken = { node, world, isOfLab: true, isNamed: first !== null, isNow: true };
      void spokenTo.during(spoken, () => answerLine(shell, first?.rest ?? input, signal)).then(hear);
    }
  } catch (error) {
    hear(failed(shell, input, error, signal));
  }
}
