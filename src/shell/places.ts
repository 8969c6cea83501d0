/** Where things are (REFERENCE, Starting and Places): what a node starts with goes in; addresses to listen on and paths of files come out. */
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { HostPort } from '../core/world.ts';
import type { Startup } from './startup.ts';

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
