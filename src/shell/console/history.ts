/**
 * The history file: lines entered go in, the lines of earlier shells come out. Several shells may use one file. Nothing
 * that is wrong with the file may stop a shell; it is said once, in one sentence.
 */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../util/make-folder.ts';

/** Lines offered again, and kept when the file is compacted. */
export const HISTORY_LINES_MAX = 1_000;
/** A file with more lines than this is compacted at start. */
const FILE_LINES_MAX = 2_000;
/** A longer line is a paste that nobody wants to scroll through; it is not kept. In UTF-16 units. */
const LINE_LENGTH_MAX = 4_000;
/** Of a longer file only the end is read: 1,000 lines of the greatest length. */
const READ_BYTES_MAX = 4_000_000;

export interface History {
  /** Lines of earlier shells and then of this one, oldest first, at most 1,000; it grows. */
  readonly lines: readonly string[];
  /** What is wrong with the file, for the user; null while nothing is. */
  readonly problem: string | null;
  /** Keeps a line unless it starts with a space or repeats the one before. Never throws: see `problem`. */
  add(line: string): void;
}

export function openHistory(path: string): History {
  let problem: string | null = null;
  let lines: string[] = [];
  let isUsable = true;
  const fail = (doing: string, error: unknown): void => {
    problem ??= `history is not ${doing}: ${error instanceof Error ? error.message : String(error)}`;
    isUsable = false;
  };

  try {
    makeFolder(dirname(path));
    lines = load(path);
  } catch (error) {
    fail('read', error);
  }

  return {
    lines,
    get problem() {
      return problem;
    },
    add(line) {
      if (!isKept(line) || line === lines.at(-1)) return;
      lines.push(line);
      if (lines.length > HISTORY_LINES_MAX) lines.shift();
      if (!isUsable) return;
      try {
        // Opened for each line: another shell may have compacted the file, and O_APPEND on the old one would write into
        // a file without a name. One write of one line is never torn by another shell's.
        appendFileSync(path, `${line}\n`, { mode: 0o600 });
      } catch (error) {
        fail('kept', error);
      }
    },
  };
}

function isKept(line: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a file that is something else has them, a typed line has not.
  return line.trim() !== '' && !/^ |[\x00-\x08\x0a-\x1f\x7f\ufffd]/.test(line) && line.length <= LINE_LENGTH_MAX;
}

function load(path: string): string[] {
  const { text, bytes, lineCount } = read(path);
  const lines = text.split('\n').filter((line, index, all) => isKept(line) && line !== all[index - 1]);
  const kept = lines.slice(-HISTORY_LINES_MAX);
  if (lineCount > FILE_LINES_MAX) compact(path, kept, bytes);
  return kept;
}

function read(path: string): { text: string; bytes: number; lineCount: number } {
  // Also makes the file, so that what is wrong with it is said at the start and not after the first line.
  const file = openSync(path, 'a+', 0o600);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error(`${path} is not a file`);
    if ((status.mode & 0o077) !== 0) chmodSync(path, 0o600);
    const from = Math.max(0, status.size - READ_BYTES_MAX);
    const buffer = Buffer.alloc(status.size - from);
    const length = readSync(file, buffer, 0, buffer.length, from);
    const text = buffer.toString('utf8', 0, length);
    const lineCount = text.split('\n').length - 1 + (from > 0 ? FILE_LINES_MAX : 0);
    return { text: from > 0 ? text.slice(text.indexOf('\n') + 1) : text, bytes: from + length, lineCount };
  } finally {
    closeSync(file);
  }
}

/** Replaces the file by its kept lines, and by what other shells appended since `bytes` of it were read. */
function compact(path: string, kept: readonly string[], bytes: number): void {
  const target = realpathSync(path);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, kept.map((line) => `${line}\n`).join(''), { mode: 0o600, flag: 'wx' });
    const added = statSync(target).size - bytes;
    if (added > 0) {
      const file = openSync(target, 'r');
      const buffer = Buffer.alloc(added);
      const length = readSync(file, buffer, 0, added, bytes);
      closeSync(file);
      appendFileSync(temporary, buffer.subarray(0, length));
    }
    renameSync(temporary, target);
  } catch {
    // The long file still serves; the next start tries again.
    rmSync(temporary, { force: true });
  }
}
