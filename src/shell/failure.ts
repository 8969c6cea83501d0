/** What went wrong with a line: the line and what was thrown go in; its answer comes out, and `wtf` finds what passed just before. */
import { TooManyBranches } from '../core/simulation.ts';
import type { LastLines, RingLine } from '../trace/ring.ts';
import { CommandError, errorValue } from './errors.ts';
import { folded, harmless, quoted, safe } from './render.ts';
import type { RunResult } from './session.ts';
import type { Shell } from './shell.ts';

export interface Failure {
  readonly line: string;
  readonly error: CommandError;
  readonly at: number;
  /** What passed just before, oldest first, and how many lines had passed by then. */
  readonly wire: readonly RingLine[];
  readonly lines: number;
  /** Where those that came after are found. */
  readonly ring: LastLines;
}

type Failed = Extract<RunResult, { kind: 'error' | 'aborted' }>;

/** Lines of the wire that are kept with a failure. */
const FAILURE_LINES = 8;
/** The answer to a line that was interrupted. */
export const ABORTED = '^C';

/** The answer to a line that threw; the shell keeps what is to be known of it. */
export function failed(shell: Shell, line: string, raw: unknown, signal: AbortSignal): Failed {
  if (signal.aborted) return { kind: 'aborted', text: ABORTED };
  const error = asCommandError(raw);
  const { ring } = shell;
  const at = shell.options.live === null && shell.lab === null ? 0 : shell.world.now();
  shell.failure = { line, error, at, ring, wire: ring.last(FAILURE_LINES), lines: ring.mark() };
  const near =
    error.near.length > 0 && error.code === 'unknown-command' ? `; did you mean ${error.near.join(' or ')}?` : '';
  return {
    kind: 'error',
    code: error.code,
    message: error.message,
    near: error.near,
    text: shell.paint.bad(folded(harmless(`${error.message}${near}`), shell.columns(), 2)),
    value: errorValue(error),
  };
}

/** The answer to JavaScript of which no more lines come. */
export function unfinished(shell: Shell, input: string): Failed {
  const error = new CommandError('javascript', `the JavaScript is not finished that begins with ${firstLine(input)}`);
  return failed(shell, input, error, new AbortController().signal);
}

/** How a line begins, to be named by. */
export const firstLine = (input: string): string => quoted(input.split('\n')[0] ?? '', 60);

function asCommandError(raw: unknown): CommandError {
  if (raw instanceof CommandError) return raw;
  if (raw instanceof TooManyBranches)
    return new CommandError('too-many', `${raw.message}; checkout BRANCH goes on at the end of one`);
  return new CommandError('internal', safe(raw instanceof Error ? raw.message : String(raw), 300));
}
