/**
 * A text in the user's editor: it goes in, and comes out as the editor left it. It lies in a folder that only its owner may enter, which
 * is gone afterwards, and the terminal is the editor's meanwhile.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../errors.ts';
import { safe } from '../render.ts';

/** No larger text comes back: a line of the wire with blanks is far below it. */
const TEXT_BYTES_MAX = 1_048_576;
/** An editor that was told to end is ended before the command is taken for one that does not give way. */
const KILL_MS = 150;
const NOT_FOUND = 127;
/** A program and its arguments, which can take the place of the shell that reads them, so that a signal to end reaches it. */
const PROGRAM = /^\s*(?:'[^']+'|"[^"$`]+"|[\w./~+-]+)(?:\s[^;&|<>()]*)?$/;

/** The user's editor as typed, which may have arguments; null: none is set. */
export const editorName = (environment: NodeJS.ProcessEnv = process.env): string | null =>
  [environment['VISUAL'], environment['EDITOR']].find((name) => name !== undefined && name.trim() !== '') ?? null;

export interface EditorRun {
  readonly editor: string;
  /** Of the file. */
  readonly name: string;
  readonly text: string;
  readonly signal: AbortSignal;
  /** Gives the terminal away while the work goes on. */
  readonly lend: (work: () => Promise<void>) => Promise<void>;
}

/** '' where the editor took the file away. Throws a CommandError when the editor failed. */
export async function editText({ editor, name, text, signal, lend }: EditorRun): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'peersh-edit-'));
  try {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    await lend(() => run(editor, file, signal));
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > TEXT_BYTES_MAX) throw failed(`the text is larger than ${TEXT_BYTES_MAX / 1_048_576} MiB`);
    return size === 0 ? '' : await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As git has it: the shell reads the editor's arguments, the file is one more. */
function run(editor: string, file: string, signal: AbortSignal): Promise<void> {
  const isWindows = process.platform === 'win32';
  const child = isWindows
    ? spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' })
    : spawn('sh', ['-c', `${PROGRAM.test(editor) ? 'exec ' : ''}${editor} "$@"`, editor, file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    let killing: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill('SIGTERM');
      killing = setTimeout(() => child.kill('SIGKILL'), KILL_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = (error: CommandError | null) => {
      clearTimeout(killing);
      signal.removeEventListener('abort', stop);
      if (error === null) resolve();
      else reject(error);
    };
    child.once('error', ({ message }) => end(failed(`the editor cannot be started: ${safe(message, 200)}`)));
    child.once('exit', (code, by) => {
      if (code === 0) return end(null);
      const why =
        code === NOT_FOUND ? `${safe(editor, 100)} cannot be started` : `it ended with ${by ?? `exit code ${code}`}`;
      end(failed(`the editor failed: ${why}; nothing is changed`));
    });
  });
}

const failed = (message: string) => new CommandError('editor', message);
