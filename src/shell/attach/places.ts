/**
 * Where control sockets are (REFERENCE, Places): the environment goes in; folders that are this user's alone come out, or why one is not.
 * Whoever can write into such a folder could pose as a node, and whoever can connect could drive one.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { safe } from '../render.ts';

/** Longer paths do not fit into an address of a socket, and some systems cut them off without a word. */
export const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

/** On systems without users there are no such sockets either. */
export const ownUid = (): number => process.getuid?.() ?? -1;

/** Where a node puts its socket, in order of choice. */
export const socketFolders = (env: NodeJS.ProcessEnv = process.env): string[] => [
  ...runtimeFolders(env),
  join(tmpdir(), `peersh-${ownUid()}`),
];

/** Where a client looks for nodes: cron has no XDG_RUNTIME_DIR, and the node that it means was started by somebody who had one. */
export function searchedFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const usual = process.platform === 'linux' ? [join('/run/user', String(ownUid()), 'peersh')] : [];
  const runtime = runtimeFolders(env);
  return [...(runtime.length > 0 ? runtime : usual), join(tmpdir(), `peersh-${ownUid()}`)];
}

function runtimeFolders({ XDG_RUNTIME_DIR: runtime }: NodeJS.ProcessEnv): string[] {
  return runtime !== undefined && isAbsolute(runtime) ? [join(runtime, 'peersh')] : [];
}

/** Why a folder is not this user's alone; null when it is. */
export function whyNotOurs(folder: string): string | null {
  const shown = safe(folder, 300);
  try {
    const status = lstatSync(folder);
    if (!status.isDirectory()) return `${shown} is no folder`;
    if (status.uid !== ownUid()) return `${shown} belongs to another user (uid ${status.uid})`;
    if ((status.mode & 0o077) !== 0) return `${shown} is open to other users; chmod 700 closes it`;
    return null;
  } catch (error) {
    return `${shown}: ${codeOf(error)}`;
  }
}

/** Makes it where it is missing, for its owner alone. */
export function whyNotMade(folder: string): string | null {
  try {
    // Only the last folder: one that has no room for it is not ours to make.
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return `${safe(folder, 300)}: ${codeOf(error)}`;
  }
  return whyNotOurs(folder);
}

export function whyTooLong(path: string): string | null {
  const bytes = Buffer.byteLength(path);
  if (bytes <= PATH_BYTES_MAX) return null;
  return `${safe(path, 300)} has ${bytes} bytes, and a socket's path ${PATH_BYTES_MAX} at most; set XDG_RUNTIME_DIR to a shorter folder`;
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
