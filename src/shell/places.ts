/** Where things are (REFERENCE, Starting and Places): what a node starts with, or a typed place, goes in; addresses and paths of files come out. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { HostPort } from '../core/world.ts';
import { parseHostPort } from '../wire/address.ts';
import { parsePlace } from '../wire/directory.ts';
import { UsageError } from './errors.ts';
import type { Startup } from './startup.ts';

const RC_NAME = '.noderc';

const isLoopback = (host: string) => host === 'localhost' || host.startsWith('127.') || host === '::1';

/** Where to listen, in order of choice. */
export function listenChoices({ listen, bootstrap }: Startup): HostPort[] {
  if (listen !== null) return [listen];
  return [...bootstrap.filter(({ host }) => isLoopback(host)), { host: '127.0.0.1', port: 0 }];
}

/** The folder of the address book; null when nothing is saved. */
export function dataFolder({ data, listen }: Startup): string | null {
  if (data !== 'default') return data?.folder ?? null;
  return join(envPaths('peersh', { suffix: '' }).data, String(listen?.port ?? 0));
}

/** env-paths calls the state folder of XDG `log`. */
export const historyPath = (): string => join(envPaths('peersh', { suffix: '' }).log, 'history');

/** The file that is read: the given one, else the working directory's, else the home folder's; null when there is none. */
export function findRc(given: string | undefined): string | null {
  return given ?? [join(process.cwd(), RC_NAME), join(homedir(), RC_NAME)].find((path) => existsSync(path)) ?? null;
}

/** host:port as a user types it; with `anyPort` port 0 is good too. */
export function readPlace(text: string, anyPort = false): HostPort {
  const reading = parseHostPort(text, { anyPort });
  if ('error' in reading) throw new UsageError(reading.error);
  return reading;
}

/** A place of the bootstrap list. */
export function readListed(text: string): HostPort {
  const reading = parsePlace(text);
  if ('error' in reading) throw new UsageError(reading.error);
  return reading;
}
