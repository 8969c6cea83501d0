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
  if (command.group === 'peers' || command.asksNode === true) refuseGone(shell);
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

/** What a node of the lab was when it crashed is no answer. */
function refuseGone({ labHere, node }: Shell): void {
  if (labHere === null || labHere.world.nodes().includes(node)) return;
  const { code, message } = labHere.inhabitants.unknown(node.name);
  const [other] = labHere.world.nodes();
  const elsewhere = other === undefined ? '' : `, use ${other.name} goes to another node`;
  throw new CommandError(code, `${message}; restart ${node.name} starts it anew${elsewhere}`);
}

function tellFork(shell: Shell): void {
  const branch = shell.lab?.forked() ?? null;
  if (branch === null || branch.from === null) return;
  const at = momentText(branch.from);
  shell.notices.say('forked', { branch: branch.name, from: at }, `forked ${branch.name} at ${at}`);
}
