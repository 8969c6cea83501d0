/** Lines without a terminal: runs them in order, answers on stdout, failures on stderr (or as JSON values), an exit code comes out. */
import { EXIT } from './errors.ts';
import type { RunResult } from './session.ts';
import type { Shell } from './shell.ts';

export interface ScriptOutput {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** Runs until the lines end, one fails (unless `keepGoing`), or `quit`. */
export async function runScript(
  shell: Shell,
  lines: AsyncIterable<string> | Iterable<string>,
  keepGoing: boolean,
  output: ScriptOutput,
): Promise<number> {
  let code: number = EXIT.ok;
  let pending = '';
  for await (const line of lines) {
    const input = pending === '' ? line : `${pending}\n${line}`;
    const result = await shell.run(input);
    pending = result.kind === 'more' ? input : '';
    const failed = report(shell, result, input, output);
    if (failed !== EXIT.ok) {
      code = failed;
      if (!keepGoing) break;
    }
    if (shell.quitting) break;
  }
  return code;
}

function report(shell: Shell, result: RunResult, input: string, output: ScriptOutput): number {
  const { json } = shell.options;
  switch (result.kind) {
    case 'ok':
      if (json && result.value !== undefined) output.out(toJson(result.value));
      else if (json && input.trim() !== '' && !input.trim().startsWith('#')) output.out('null');
      else if (!json && result.text !== '') output.out(result.text);
      return EXIT.ok;
    case 'error':
      if (json) output.out(toJson(result.value));
      else output.err(result.text);
      return result.code === 'usage' || result.code === 'unknown-command'
        ? EXIT.usage
        : result.code === 'timeout'
          ? EXIT.timeout
          : EXIT.failed;
    case 'aborted':
      return EXIT.interrupted;
    case 'more':
      return EXIT.ok;
    default:
      return result satisfies never;
  }
}

/** One value on one line; what JSON cannot say (functions, cycles, Maps) becomes text or arrays. */
export function toJson(value: unknown): string {
  try {
    const text = JSON.stringify(value, (_, one: unknown) =>
      one instanceof Map ? [...one] : typeof one === 'bigint' ? String(one) : one,
    );
    return text ?? 'null';
  } catch {
    return JSON.stringify(String(value));
  }
}
