/**
 * The address book on disk: entries, and bans by hand, go in and come out; a file that cannot be trusted is put aside, never lost. It
 * judges no entry: core/book-saved.ts and core/bans-saved.ts check each as if a stranger had told it. Rule 64.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../util/make-folder.ts';

const VERSION = 1;
const FILE = 'book.json';
/** Several times what a full book needs, so that a wrong file is not read into memory. */
const FILE_BYTES_MAX = 4_194_304;

export interface BookFile {
  readonly path: string;
  /** What was saved, unchecked, and the seconds that have passed since; `trouble` is one line for a person, or null. */
  read(): Promise<Saved & { readonly trouble: string | null }>;
  /** Atomic, 0600. Rejects with the system's error. */
  write(entries: readonly unknown[], bans: readonly unknown[]): Promise<void>;
}

interface Saved {
  readonly entries: readonly unknown[];
  readonly bans: readonly unknown[];
  readonly agedS: number;
}

const NOTHING: Saved = { entries: [], bans: [], agedS: 0 };

/** Without bans the same as of a file that has no place for them, as earlier versions wrote it. */
const checksum = (entries: readonly unknown[], bans: readonly unknown[]) =>
  createHash('sha256')
    .update(JSON.stringify(entries))
    .update(bans.length === 0 ? '' : JSON.stringify(bans))
    .digest('hex');

export function openBookFile(folder: string): BookFile {
  const path = join(folder, FILE);
  return {
    path,
    async read() {
      const saved = await readSaved(path);
      if (typeof saved !== 'string') return { ...saved, trouble: null };
      const aside = `${path}.bad-${Date.now()}`;
      const moved = await rename(path, aside).then(
        () => `kept as ${aside}`,
        (error: NodeJS.ErrnoException) => `and could not be put aside (${error.code})`,
      );
      return { ...NOTHING, trouble: `the address book ${path} ${saved}; ${moved}; starting without it` };
    },
    async write(entries, bans) {
      const { default: writeFileAtomic } = await import('write-file-atomic');
      makeFolder(folder);
      await writeFileAtomic(
        path,
        `${JSON.stringify({ version: VERSION, savedAtMs: Date.now(), checksum: checksum(entries, bans), entries, bans })}\n`,
        { mode: 0o600 },
      );
    },
  };
}

/** What was saved, nothing where there is no file, or what is wrong with it. */
async function readSaved(path: string): Promise<Saved | string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) return `is larger than ${FILE_BYTES_MAX} bytes`;
    return parseSaved(await readFile(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? NOTHING : `cannot be read (${code})`;
  }
}

/** What was saved, or what is wrong with the text. */
function parseSaved(text: string): Saved | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const { version, savedAtMs, checksum: sum, entries, bans = [] } = (value ?? {}) as Record<string, unknown>;
  if (typeof version === 'number' && version > VERSION) return 'was written by a later version';
  if (version !== VERSION || !Array.isArray(entries) || !Array.isArray(bans)) return 'is not an address book';
  if (sum !== checksum(entries, bans)) return 'is damaged (its checksum is wrong)';
  const agedS = typeof savedAtMs === 'number' ? Math.max(0, Math.floor((Date.now() - savedAtMs) / 1_000)) : 0;
  return { entries, bans, agedS };
}
