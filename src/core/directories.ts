/**
 * DNS names of the bootstrap list that list places (rule 48): when one is due it is asked, and what it answers goes in; some of the places
 * become entries of the list, and those that it lists no more leave it. It dials and closes nothing.
 */
import { type Address, addressOf, isSamePlace, parseAddress } from '../wire/address.ts';
import { placeText } from '../wire/directory.ts';
import { later } from './choice.ts';
import type { Context } from './context.ts';
import { DIRECTORIES_MAX, LISTED_MAX, NAME_ADDRESSES_MAX } from './limits.ts';
import type { DirectoryState, NodeState } from './state.ts';
import { addTarget, lookUpRetryUs } from './targets.ts';

/** False when there are as many as may be; one that is there already stays as it is. */
export function addDirectory(node: NodeState, host: string, port: number, now: number): boolean {
  if (node.directories.some((one) => one.host === host && one.port === port)) return true;
  if (node.directories.length >= DIRECTORIES_MAX) return false;
  node.directories.push({ host, port, listed: [], resolving: false, lookUpAt: now, failures: 0, trouble: null });
  return true;
}

/** With all that is in the list because of it; false when there is none such. */
export function removeDirectory(node: NodeState, host: string, port: number): boolean {
  const at = node.directories.findIndex((one) => one.host === host && one.port === port);
  if (at < 0) return false;
  node.directories.splice(at, 1);
  keepOnly(node, placeText(host, port), []);
  return true;
}

/** Asks those that are due. */
export function pumpDirectories(node: NodeState, ctx: Context): void {
  for (const directory of node.directories) {
    if (directory.resolving) continue;
    if (directory.lookUpAt > ctx.now) {
      later(node, directory.lookUpAt);
      continue;
    }
    // Two that ask for one name with two ports get one answer.
    const isAsked = node.directories.some(({ host, resolving }) => host === directory.host && resolving);
    directory.resolving = true;
    if (!isAsked) ctx.resolve(directory.host);
  }
}

/** All are asked again then, or before. */
export function askAgain(node: NodeState, at: number): void {
  for (const directory of node.directories) directory.lookUpAt = Math.min(directory.lookUpAt, at);
}

/** Places of an answer, none and what the resolver said when it failed: then what was known before still holds. */
export function directoryAnswered(
  node: NodeState,
  ctx: Context,
  host: string,
  places: readonly string[],
  detail: string | null,
): void {
  for (const directory of node.directories) {
    if (directory.host !== host || !directory.resolving) continue;
    directory.resolving = false;
    if (detail === null) takeAnswer(node, ctx, directory, places);
    else noteFailure(node, ctx, directory, detail);
  }
}

function noteFailure(node: NodeState, ctx: Context, directory: DirectoryState, detail: string): void {
  const { host, port, trouble } = directory;
  directory.failures += 1;
  directory.trouble = detail;
  directory.lookUpAt = ctx.now + lookUpRetryUs(node, directory.failures);
  if (trouble !== detail)
    ctx.emit({ kind: 'error', message: `${placeText(host, port)} could not be looked up (${detail})` });
}

/** What was taken before and is listed still stays; the rest is chosen at random, so that not all who ask meet at the same few. */
function takeAnswer(node: NodeState, ctx: Context, directory: DirectoryState, places: readonly string[]): void {
  const { host, port } = directory;
  directory.failures = 0;
  directory.trouble = null;
  directory.lookUpAt = ctx.now + node.settings['bootstrap.refresh'];
  const found = new Map<string, Address>();
  for (const place of places.slice(0, LISTED_MAX)) {
    const address = port === 0 ? parseAddress(place) : addressOf(place, port);
    if (address !== null && address.class !== 'special' && !isOurs(node, address)) found.set(address.text, address);
  }
  const listed = directory.listed.filter(({ text }) => found.delete(text));
  const fresh = [...found.values()];
  while (listed.length < NAME_ADDRESSES_MAX && fresh.length > 0)
    listed.push(...fresh.splice(Math.floor(ctx.random() * fresh.length), 1));
  directory.listed = listed;
  const from = placeText(host, port);
  keepOnly(node, from, listed);
  for (const address of listed) addTarget(node, address.ip, address.port, 'boot', ctx.now, from);
}

const isOurs = (node: NodeState, address: Address) =>
  node.selves.has(address.text) || node.listening.some((own) => isSamePlace(own, address));

function keepOnly(node: NodeState, from: string, listed: readonly Address[]): void {
  const kept = node.targets.filter(
    (target) => target.from !== from || listed.some(({ ip, port }) => target.host === ip && target.port === port),
  );
  if (kept.length < node.targets.length) node.targets.splice(0, node.targets.length, ...kept);
}
