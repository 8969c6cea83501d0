/**
 * Which nodes run, and which of them is meant: folders and a target as typed go in, live nodes with their sockets come out. A socket that
 * nobody is behind is taken away, one that does not answer is not.
 */
import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CommandError } from '../errors.ts';
import { quoted, safe } from '../render.ts';
import { SOCKETS_MAX } from './limits.ts';
import { NoLink, openLink, type Who } from './link.ts';
import { codeOf, searchedFolders, whyNotOurs } from './places.ts';
import type { NodeFacts } from './protocol.ts';

const ENDING = '.sock';
const LOOK: Who = {
  role: 'look',
  columns: null,
  color: false,
  isReadOnly: true,
  wantsNews: false,
  folder: '/',
  history: [],
};

/** Names of control sockets: the process, and a number where another one had the name. */
export const socketName = (pid: number, at: number): string => `${pid}${at === 0 ? '' : `-${at}`}${ENDING}`;
const NAME = /^(\d+)(?:-\d+)?\.sock$/;

export interface Live {
  readonly path: string;
  readonly node: NodeFacts;
}

export interface Found {
  readonly live: readonly Live[];
  /** Sockets that gave no answer, and folders that cannot be used: one sentence each. */
  readonly troubles: readonly string[];
  readonly folders: readonly string[];
}

/** Asks every socket who is behind it, all at once. */
export async function findNodes(folders: readonly string[] = searchedFolders()): Promise<Found> {
  const troubles: string[] = [];
  const paths = folders.flatMap((folder) => {
    const names = namesIn(folder);
    const why = names === null ? null : whyNotOurs(folder);
    if (why !== null) troubles.push(why);
    return why === null ? (names ?? []).map((name) => join(folder, name)) : [];
  });
  const looks = await Promise.all(paths.map(lookAt));
  const live: Live[] = [];
  for (const look of looks) {
    if (typeof look === 'string') troubles.push(look);
    else if (look !== null) live.push(look);
  }
  live.sort((a, b) => (a.node.address ?? '').localeCompare(b.node.address ?? '', 'en', { numeric: true }));
  return { live, troubles, folders };
}

function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .slice(0, SOCKETS_MAX);
  } catch {
    return null;
  }
}

/** null: nobody is there, and the socket is gone now. */
async function lookAt(path: string): Promise<Live | string | null> {
  const link = await openLink(path, LOOK).catch(noLink);
  if (link instanceof NoLink) {
    if (link.why !== 'gone') return link.message;
    removeStale(path);
    return null;
  }
  link.close();
  return { path, node: link.node };
}

function noLink(error: unknown): NoLink {
  if (error instanceof NoLink) return error;
  throw error;
}

/** Whether somebody is behind a socket, be it one that hangs. */
export async function isAnswered(path: string): Promise<boolean> {
  const look = await openLink(path, LOOK).catch(noLink);
  if (look instanceof NoLink) return look.why !== 'gone';
  look.close();
  return true;
}

/** Takes a socket away to which a connection was refused; false when it stays: its process lives, or it is not ours to take. */
export function removeStale(path: string): boolean {
  const pid = Number(NAME.exec(basename(path))?.[1] ?? 'NaN');
  // One whose queue is full refuses on some systems, too.
  if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) return false;
  try {
    if (!lstatSync(path).isSocket()) return false;
    unlinkSync(path);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** The one node that is meant; null: the only one. */
export async function findTarget(target: string | null): Promise<Live> {
  if (target?.includes('/') === true) {
    const path = resolve(target);
    const link = await openLink(path, LOOK);
    link.close();
    return { path, node: link.node };
  }
  const found = await findNodes();
  const meant = target === null ? found.live : found.live.filter(({ node }) => isMeant(node, target));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  if (only !== undefined)
    throw new CommandError(
      'ambiguous',
      `${target === null ? 'several nodes run' : `${quoted(target)} may be several nodes`}; name one:\n${listed(meant)}`,
      meant.map(({ node }) => node.address ?? node.id),
    );
  const what = target === null ? 'no node runs' : `no running node is ${quoted(target)}`;
  const there = found.live.length === 0 ? '' : `; there are:\n${listed(found.live)}`;
  throw new CommandError('no-node', `${what}${there === '' ? whereText(found) : there}`);
}

/** Where was looked, and what stood in the way. */
export function whereText({ folders, troubles }: Found): string {
  const looked = ` (looked into ${folders.map((folder) => safe(folder, 300)).join(' and ')})`;
  return `${looked}${troubles.map((trouble) => `\n  ${trouble}`).join('')}`;
}

export const nodeText = ({ id, address, pid }: NodeFacts): string =>
  `${safe(id.slice(0, 8))} at ${safe(address ?? '-')} (pid ${pid})`;

const listed = (live: readonly Live[]): string => live.map(({ node }) => `  ${nodeText(node)}`).join('\n');

/** A port, an address, the beginning of an id, or a process. */
function isMeant({ id, address, pid }: NodeFacts, target: string): boolean {
  if (address === target || String(pid) === target) return true;
  if (/^\d{1,5}$/.test(target) && address?.endsWith(`:${target}`) === true) return true;
  return target.length >= 4 && id.startsWith(target.toLowerCase());
}

/** The shortest that means this node and no other of those that live: its port, else its process. */
export function targetOf(node: NodeFacts, live: readonly Live[]): string {
  const port = /\d+$/.exec(node.address ?? '')?.[0];
  const isOwn = (target: string) => live.filter((one) => isMeant(one.node, target)).length === 1;
  return port !== undefined && isOwn(port) ? port : isOwn(String(node.pid)) ? String(node.pid) : safe(node.id);
}

/** Whether a word names a node rather than something to run: no line of a shell looks like one. */
export const isTarget = (word: string): boolean =>
  /^\d+$/.test(word) ||
  /^[0-9a-f]{4,}(?:-[0-9a-f]*)*$/i.test(word) ||
  /^[\w.[\]:-]+:\d+$/.test(word) ||
  /^\.{0,2}\/\S+$/.test(word);
