/** Runs one command in a shell: the command and the text after its word go in, its answer comes out. What a read-only shell may not do is refused. */
import type { Answer, Command } from './command.ts';
import { readArguments } from './command-arguments.ts';
import { CommandError, ONLY_LOOKS } from './errors.ts';
import { inTurn, worksInLab } from './lab/in-turn.ts';
import { momentText } from './lab/moments.ts';
import type { Shell } from './shell.ts';

export async function callCommand(shell: Shell, command: Command, rest: string, signal: AbortSignal): Promise<Answer> {
  const typed = readArguments(command, rest);
  const { options } = typed;
  const { labHere } = shell;
  const words =
    command.takesNodes === true && labHere !== null
      ? typed.words.map((word) => labHere.addressOf(word) ?? word)
      : typed.words;
  if (shell.options.isReadOnly === true && command.looks?.(words) !== true)
    throw new CommandError('read-only', `${command.name} may change something, and ${ONLY_LOOKS}`);
  // A command that did not give way in time goes on unheard.
  const say = (text: string) => {
    if (!shell.options.json && !signal.aborted) shell.print(text, true);
  };
  const run = async () => command.run(shell, { words, rest, options, signal, say });
  const isOfLab = worksInLab(shell, command);
  const answer = await (isOfLab ? inTurn(shell, signal, run) : run()).finally(() => tellFork(shell));
  if (isOfLab) shell.lab?.onlookers.moved();
  if (command.group !== 'shell' && !signal.aborted) shell.lastRows = answer.value;
  return answer;
}

function tellFork(shell: Shell): void {
  const branch = shell.lab?.forked() ?? null;
  if (branch === null || branch.from === null) return;
  const at = momentText(branch.from);
  shell.notices.say('forked', { branch: branch.name, from: at }, `forked ${branch.name} at ${at}`);
}
