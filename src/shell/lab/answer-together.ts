/** One line asked of several nodes, one after the other: names and how to ask each go in, one answer comes out. */
import { CommandError } from '../errors.ts';
import { ABORTED } from '../failure.ts';
import { count } from '../render.ts';
import type { RunResult } from '../session.ts';
import type { Shell } from '../shell.ts';

/** Answers that a person sees, the rest is counted; --json has all of them. */
const SHOWN_MAX = 50;

/** The answer of each as `{node, value}` or `{node, error}`; one that fails fails the line, after all were asked. */
export async function answerTogether(
  shell: Shell,
  nodes: readonly string[],
  ask: (name: string) => Promise<RunResult>,
  signal: AbortSignal,
): Promise<RunResult> {
  const answers: object[] = [];
  const failures: string[] = [];
  let firstCode = '';
  for (const name of nodes) {
    if (signal.aborted) break;
    const result = await ask(name);
    if (result.kind === 'more') throw new CommandError('javascript', 'the JavaScript is not finished');
    const isFailed = result.kind === 'error';
    if (isFailed) {
      if (failures.length === 0) firstCode = result.code;
      failures.push(`${name}: ${result.message}`);
    }
    const value = result.kind === 'aborted' ? null : result.value;
    answers.push(isFailed ? { node: name, ...(value as object) } : { node: name, value: value ?? null });
    const isSilent = result.text === '' && shell.play !== null;
    if (answers.length <= SHOWN_MAX && !shell.options.json && !isSilent) shell.print(headed(name, result.text), true);
  }
  const rest = answers.length - SHOWN_MAX;
  const text = rest > 0 ? `… ${rest} more` : '';
  if (signal.aborted) return { kind: 'aborted', text: ABORTED };
  if (failures.length === 0) return { kind: 'ok', text, value: answers };
  const told = `${count(failures.length, 'node')} of ${nodes.length} failed, first ${failures[0]}`;
  throw new CommandError(firstCode, told, [], { answers });
}

/** The name before one line, above several. */
function headed(name: string, text: string): string {
  if (!text.includes('\n')) return `${name}: ${text === '' ? 'done' : text}`;
  return `${name}:\n${text}`;
}
