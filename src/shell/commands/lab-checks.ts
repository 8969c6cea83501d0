/** What `lab check`, `lab hash` and `lab script` answer: whether a run is the same twice, its hash, and the lines that lead to it. */
import type { Divergence, Happened } from '../../core/simulation.ts';
import type { Answer } from '../command.ts';
import { CommandError } from '../errors.ts';
import { happenedText, happenedValue } from '../lab/happened.ts';
import { standingLab } from '../lab/lab.ts';
import { hashText, momentText, momentValue } from '../lab/moments.ts';
import { withProgress } from '../lab/progress.ts';
import { scriptText } from '../lab/script-text.ts';
import { count, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const side = (one: Happened | null) => (one === null ? 'nothing more' : happenedText(one));

/** Both sides of where two runs part. */
export const divergenceTexts = ({ a, b }: Divergence) => [side(a), side(b)] as const;

export const divergenceValue = ({ a, b }: Divergence) => ({
  a: a === null ? null : happenedValue(a),
  b: b === null ? null : happenedValue(b),
});

export function hash(shell: Shell): Answer {
  const { simulation } = standingLab(shell, 'lab hash');
  const here = simulation.moment();
  const text = hashText(simulation.hash());
  return { value: { hash: text, ...momentValue(here) }, text: `${text} at ${momentText(here)}` };
}

export async function check(shell: Shell, signal: AbortSignal): Promise<Answer> {
  const { simulation } = standingLab(shell, 'lab check');
  const {
    events,
    hash: came,
    isSame,
    divergence,
  } = await withProgress(
    shell,
    () => `running ${momentText(simulation.moment())} again, twice …`,
    () => simulation.check(signal),
  );
  const value = {
    same: isSame,
    events,
    hash: hashText(came),
    divergence: divergence === null ? null : divergenceValue(divergence),
  };
  if (isSame)
    return { value, text: `the same twice, as objects and encoded: ${count(events, 'event')}, hash ${hashText(came)}` };
  const where =
    divergence === null
      ? 'it comes to another hash than this world'
      : `first ${divergenceTexts(divergence).join(', encoded ')}`;
  throw new CommandError('differs', `not the same twice: ${where}`, [], value);
}

export async function script(shell: Shell, branch: string | undefined, signal: AbortSignal): Promise<Answer> {
  const { lab, simulation } = standingLab(shell, 'lab script');
  const here = simulation.moment();
  const end = branch === undefined ? here : lab.calendar().ends.get(branch);
  if (end === undefined)
    throw new CommandError(
      'no-such-branch',
      `no branch ${JSON.stringify(safe(branch ?? ''))}; there are ${[...lab.calendar().ends.keys()].join(', ')}`,
    );
  const told = () =>
    scriptText({
      options: lab.options,
      settings: lab.settings,
      inputs: simulation.inputs().slice(lab.setUpInputs),
      end: simulation.moment(),
      hash: simulation.hash(),
    });
  const lines = await withProgress(
    shell,
    () => `on the way to ${momentText(end)} …`,
    () => lab.visit(end, signal, told),
  );
  return { value: { script: lines, ...momentValue(end) }, text: lines.join('\n') };
}
