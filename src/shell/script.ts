/** Lines without a terminal: runs them in order, answers on one side, failures on the other (or as JSON values), an exit code comes out. */
import { CommandError, EXIT, errorValue } from './errors.ts';
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
  for await (const line of lines) {
    const result = await shell.run(line);
    if (shell.options.json) await out.answer(jsonAnswer(result));
    else if (result.kind === 'ok') await (result.text === '' ? undefined : out.answer(result.text));
    else if (result.kind !== 'more') await err.answer(result.text);
    const failed = exitCode(result);
    if (failed !== EXIT.ok) code = failed;
    if ((failed !== EXIT.ok && !keepGoing) || shell.quitting) break;
  }
  return code;
}

function exitCode(result: RunResult): number {
  if (result.kind === 'aborted') return EXIT.interrupted;
  if (result.kind !== 'error') return EXIT.ok;
  if (result.code === 'usage' || result.code === 'unknown-command') return EXIT.usage;
  return result.code === 'timeout' ? EXIT.timeout : EXIT.failed;
}

/** Exactly one value for a line, whatever the line was: null for nothing. */
function jsonAnswer(result: RunResult): string {
  switch (result.kind) {
    case 'ok':
    case 'error':
      return toJson(result.value);
    case 'aborted':
      return toJson(errorValue(new CommandError('interrupted', 'the command was interrupted')));
    case 'more':
      return 'null';
    default:
      return result satisfies never;
  }
}

/** One value on one line; what JSON cannot say (functions, cycles, Maps) becomes text or arrays. */
export function toJson(value: unknown): string {
  try {
    const text = JSON.stringify(value, (_, one: unknown) =>
      one instanceof Map || one instanceof Set ? [...one] : typeof one === 'bigint' ? String(one) : one,
    ) as string | undefined;
    return text ?? 'null';
  } catch {
    return JSON.stringify(String(value));
  }
}
