/** Lines without a terminal: runs them in order, answers on one side, failures on the other (or as JSON values), an exit code comes out. */

import { asciiOnly } from '../util/ascii.ts';
import { CommandError, EXIT, errorValue } from './errors.ts';
import { unfinished } from './failure.ts';
import type { Output } from './output.ts';
import type { RunResult } from './session.ts';
import type { Shell } from './shell.ts';

/** Runs until the lines end, one fails (unless `keepGoing`), or `quit`. The code is that of the last line that failed. */
export async function runScript(
  shell: Shell,
  lines: AsyncIterable<string> | Iterable<string>,
  keepGoing: boolean,
  out: Output,
  err: Output,
): Promise<number> {
  let code: number = EXIT.ok;
  for await (const { result } of runAll(lines, (input) => shell.run(input), shell)) {
    if (shell.options.json) await out.answer(jsonAnswer(result));
    else if (result.kind === 'ok') await (result.text === '' ? undefined : out.answer(result.text));
    else await err.answer(result.text);
    const failed = exitCode(result);
    if (failed !== EXIT.ok) code = failed;
    if ((failed !== EXIT.ok && !keepGoing) || shell.quitting) break;
  }
  return code;
}

type Done = Exclude<RunResult, { kind: 'more' }>;

/** Lines of JavaScript that belong together, at most; each further one has the whole parsed again. */
const INPUT_LINES_MAX = 2_000;

/**
 * Runs lines one after the other; those of JavaScript that is not finished yet are run together with what follows, as at the prompt.
 * What comes out is each answer and the number of the line that its input begins with.
 */
export async function* runAll(
  lines: AsyncIterable<string> | Iterable<string>,
  run: (input: string) => Promise<RunResult>,
  shell: Shell,
): AsyncGenerator<{ readonly result: Done; readonly line: number; readonly input: string }> {
  let line = 1;
  let pending: string[] = [];
  for await (const text of lines) {
    pending.push(text);
    const input = pending.join('\n');
    const result = await run(input);
    if (result.kind === 'more' && pending.length < INPUT_LINES_MAX) continue;
    yield { result: result.kind === 'more' ? unfinished(shell, input) : result, line, input };
    line += pending.length;
    pending = [];
  }
  const input = pending.join('\n');
  if (pending.length > 0) yield { result: unfinished(shell, input), line, input };
}

export function exitCode(result: Done): number {
  if (result.kind === 'aborted') return EXIT.interrupted;
  if (result.kind !== 'error') return EXIT.ok;
  if (result.code === 'usage' || result.code === 'unknown-command') return EXIT.usage;
  return result.code === 'timeout' ? EXIT.timeout : EXIT.failed;
}

/** Exactly one value for a line, whatever the line was: null for nothing. */
export function jsonAnswer(result: Done): string {
  switch (result.kind) {
    case 'ok':
    case 'error':
      return toJson(result.value);
    case 'aborted':
      return toJson(errorValue(new CommandError('interrupted', 'the command was interrupted')));
    default:
      return result satisfies never;
  }
}

/** One value on one line of ASCII (rule 60); what JSON cannot say (functions, cycles, Maps) becomes text or arrays. */
export function toJson(value: unknown): string {
  try {
    const text = JSON.stringify(value, (_, one: unknown) =>
      one instanceof Map || one instanceof Set ? [...one] : typeof one === 'bigint' ? String(one) : one,
    ) as string | undefined;
    return asciiOnly(text ?? 'null');
  } catch {
    return asciiOnly(JSON.stringify(String(value)));
  }
}
