/** Runs one line in a shell: it goes in; nodes that it names, aliases, commands and JavaScript are told apart, and its answer comes out. It never throws. */
import type { NodePort } from '../core/world.ts';
import type { Answer, Command } from './command.ts';
import { CommandError, UsageError } from './errors.ts';
import { ABORTED, failed } from './failure.ts';
import { answerTogether } from './lab/answer-together.ts';
import { labOf } from './lab/lab.ts';
import { type NodeFirst, readNodeFirst } from './lab/node-first.ts';
import type { Line } from './line.ts';
import { lineHere } from './line-here.ts';
import type { RunResult } from './session.ts';
import type { Shell } from './shell.ts';

type CommandLine = Extract<Line, { kind: 'command' }>;

const ALIAS_DEPTH_MAX = 8;

/** `depth` counts the aliases that led to the line. */
export async function answerLine(shell: Shell, input: string, signal: AbortSignal, depth = 0): Promise<RunResult> {
  try {
    const first = readNodeFirst(input);
    if (first !== null && isAbout(shell, first)) return await answerAs(shell, first, signal, depth);
    const line = lineHere(shell, input);
    if (line.kind === 'empty') return { kind: 'ok', text: '', value: undefined };
    if (line.kind === 'javascript') return await shell.javascript.answer(line.code, input, signal);
    const alias = shell.options.aliases.get(line.word);
    if (alias === undefined) return await answerCommand(shell, line, signal);
    if (line.help) return { kind: 'ok', text: `${line.word} = ${alias}`, value: [{ name: line.word, line: alias }] };
    if (depth >= ALIAS_DEPTH_MAX) throw new CommandError('usage', `the alias ${line.word} leads back to itself`);
    return await answerLine(shell, `${alias} ${line.rest}`.trim(), signal, depth + 1);
  } catch (error) {
    return failed(shell, input, error, signal);
  }
}

/** Whether a line names its nodes first; without a lab `all: for (…)` is a label of JavaScript. */
function isAbout(shell: Shell, { rest }: NodeFirst): boolean {
  return shell.lab !== null || lineHere(shell, rest).kind === 'command';
}

/** A line about the nodes that it names. */
async function answerAs(
  shell: Shell,
  { who, rest }: NodeFirst,
  signal: AbortSignal,
  depth: number,
): Promise<RunResult> {
  const { spokenTo } = shell;
  if (rest.trim() === '') throw new UsageError(`usage: ${who}: COMMAND, such as ${who}: peers`);
  const ask = (node: NodePort) => spokenTo.at(node, () => answerLine(shell, rest, signal, depth));
  const names = who === 'live' ? [] : spokenTo.namesOf(who);
  const [only] = names.length > 1 ? [] : spokenTo.named(who);
  if (only !== undefined) return ask(only);
  if (names.length === 0) throw new CommandError('no-such-node', `${who} is nobody`);
  const lab = labOf(shell);
  for (const name of names) lab.inhabitants.expect(name);
  const running = new Map(lab.world.nodes().map((node) => [node.name, node]));
  const askOrSay = async (name: string): Promise<RunResult> => {
    const node = running.get(name);
    return node === undefined ? failed(shell, rest, lab.inhabitants.unknown(name), signal) : ask(node);
  };
  return answerTogether(shell, names, askOrSay, signal);
}

async function answerCommand(shell: Shell, line: CommandLine, signal: AbortSignal): Promise<RunResult> {
  const command = shell.vocabulary.command(line.word);
  if (command === null) throw shell.vocabulary.unknown(line.word);
  const help = shell.vocabulary.command('help');
  const answer =
    line.help && help !== null
      ? await shell.call(help, command.name, signal)
      : await shell.call(command, argumentOf(line, command), signal);
  const text = shell.options.json ? '' : await textOf(answer);
  if (signal.aborted) return { kind: 'aborted', text: text === '' ? ABORTED : `${ABORTED}\n${text}` };
  return { kind: 'ok', text, value: answer.value };
}

/** Where an ID must stand, `#x` is a mistyped `#3` and no comment. */
const argumentOf = ({ rest, comment }: CommandLine, { usage }: Command): string =>
  rest === '' && /^\S+ ID\b/.test(usage) && /^#\S/.test(comment) ? comment : rest;

const textOf = async (answer: Answer) => (typeof answer.text === 'string' ? answer.text : await answer.text());
