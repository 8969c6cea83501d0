/** Puts faults on a shell's lab: a text as a user types it goes in, the faults that came of it come out, or one line that says what is wrong. */
import type { Groups, Refused, Simulation } from '../../core/simulation.ts';
import type { Answer } from '../command.ts';
import { UsageError } from '../errors.ts';
import { expressionFault } from '../expressions.ts';
import { shownFault } from '../render.ts';
import type { Shell } from '../shell.ts';
import { type Lab, labOf } from './lab.ts';
import type { There } from './there.ts';
import type { LabWorlds } from './worlds.ts';

/** The simulation of the lab, or why real nodes take no faults. */
export function harmedLab(shell: Shell, what: string): { readonly lab: Lab; readonly simulation: Simulation } {
  const lab = labOf(shell);
  const { simulation } = lab;
  if (simulation === null)
    throw new UsageError(
      `${what} needs a simulated lab: here the sockets, processes and clocks are the system's; lab ${lab.options.nodes} without --tcp has faults`,
    );
  return { lab, simulation };
}

export interface Put {
  readonly id: string;
  readonly text: string;
}

/** Throws a UsageError when the text is none. */
export function putOn({ groups }: Lab, simulation: Simulation, text: string): readonly Put[] {
  const named: Groups = Object.fromEntries(groups);
  const answer = simulation.fault(text, named);
  if (!answer.ok) throw faultError(answer);
  return answer.ids.map((id, i) => ({ id, text: answer.texts[i] ?? '' }));
}

/** The same of a line that is to be done later. */
export async function checkFault(labs: LabWorlds, text: string, { names, groups }: There): Promise<void> {
  const refused = await labs.faultRefusal(text, names, groups);
  if (refused !== null) throw faultError(refused);
}

const faultError = ({ message, near }: Refused) => new UsageError(expressionFault(message), near);

/** So many of one line are shown, the rest is counted. */
const SHOWN_MAX = 20;

/** A line each, with a word before it. */
export const putLines = (rows: readonly Put[], word = ''): string =>
  [
    ...rows.slice(0, SHOWN_MAX).map(({ id, text }) => `${word}${id} ${shownFault(text)}`),
    ...(rows.length > SHOWN_MAX ? [`… ${rows.length - SHOWN_MAX} more`] : []),
  ].join('\n');

export function putFault(shell: Shell, text: string, what: string): Answer {
  const { lab, simulation } = harmedLab(shell, what);
  const rows = putOn(lab, simulation, text);
  return { value: rows, text: putLines(rows) };
}
