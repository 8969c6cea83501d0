/**
 * A message in hand, edited in the user's editor: its id goes in; the new line, or that it is as it was, comes out. What was typed and
 * cannot be taken is kept for the next time.
 */
import type { MessageInHand } from '../../core/tap.ts';
import { CommandError } from '../errors.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { messageOf, tell } from './in-hand.ts';
import { manyLines, oneLine, readJsonText } from './json-text.ts';
import { editorName, editText } from './run-editor.ts';

/** Texts that could not be taken: the oldest is forgotten. */
const DRAFTS_MAX = 16;
/** A message goes on by itself when nobody deals with it for a minute. */
const TOUCH_MS = 20_000;
const LINE_SHOWN_MAX = 4_096;

export interface Draft {
  /** Of the message: in another world, or after a journey, the same id may be another one's. */
  readonly original: string;
  readonly text: string;
}

/** Null: it is as it was. */
export async function editByHand(shell: Shell, id: string, signal: AbortSignal): Promise<string | null> {
  const message = messageOf(shell, id);
  const instead = `use ${id} with a change: edit ${id} body.nodeid=…`;
  const lend = shell.isTyped(signal) ? shell.lendTerminal : null;
  if (lend === null) throw new CommandError('no-terminal', `there is no terminal for an editor here; ${instead}`);
  if (shell.isTerminalLent) throw new CommandError('busy', 'an editor is open already');
  const editor = editorName();
  if (editor === null) throw new CommandError('no-editor', `neither VISUAL nor EDITOR is set; ${instead}`);
  if (message.fate !== 'held' && message.fate !== 'blocked') touch(shell, message);
  const original = textOf(message.line);
  const draft = shell.drafts.get(id);
  const begun = draft?.original === message.original ? draft.text : original;
  const text = await whileTouched(shell, message, () =>
    editText({ editor, name: `${id}.json`, text: begun, signal, lend }),
  );
  shell.drafts.delete(id);
  const typed = text.replace(/^\uFEFF/, '');
  if (typed.trim() === '' || typed === original) return null;
  const line = lineOf(shell, message, typed);
  if (line === message.line) return null;
  try {
    tell(shell, { kind: 'edit', id, line });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    keep(shell, message, typed);
    throw new CommandError(error.code, `${error.message}; what you wrote: ${safe(line, LINE_SHOWN_MAX)}`);
  }
  return line;
}

function lineOf(shell: Shell, message: MessageInHand, typed: string): string {
  const read = readJsonText(typed);
  if (read.ok) return oneLine(read.tokens);
  keep(shell, message, typed);
  const { line, column, wanted } = read;
  throw new CommandError(
    'usage',
    `not JSON: line ${line}, column ${column}: ${wanted} should stand there; edit ${message.id} opens it again`,
  );
}

function keep({ drafts }: Shell, { id, original }: MessageInHand, text: string): void {
  drafts.delete(id);
  drafts.set(id, { original, text });
  if (drafts.size > DRAFTS_MAX) drafts.delete(drafts.keys().next().value ?? '');
}

/** As it is where it is no JSON. */
function textOf(line: string): string {
  const read = readJsonText(line);
  return read.ok ? manyLines(read.tokens) : `${line}\n`;
}

/** Throws when the message is not in hand any more. */
const touch = (shell: Shell, { id, line }: MessageInHand) => tell(shell, { kind: 'edit', id, line });

/** Who has it open in an editor deals with it. */
async function whileTouched(shell: Shell, message: MessageInHand, work: () => Promise<string>): Promise<string> {
  if (message.dueUs === null) return work();
  const { tap } = shell.world;
  const timer = setInterval(() => tap.order({ kind: 'edit', id: message.id, line: message.line }), TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
