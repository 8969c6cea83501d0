/**
 * What a directory lists (wire/directory.ts), asked of DNS itself and not of the system, which knows no services: a name goes in; IP texts
 * come out, of a service `IP:PORT`. Each question ends within five seconds (rule 48). It keeps no answer.
 */
import { promises as dns } from 'node:dns';
import { isIPv6 } from 'node:net';
import { LISTED_MAX, LOOKUP_US_MAX, MILLISECOND_US } from '../core/limits.ts';
import type { Directory } from '../wire/directory.ts';

/** Of a service this many hosts are looked up, as many as may be listed if each has two addresses. */
const SERVICE_HOSTS_MAX = LISTED_MAX / 2;
/** How long one server has for its first answer; the second question waits twice as long. */
const TRY_MS = 1_500;
const TRIES = 2;
/** There is no address of this family; some servers say of a name without one that it does not exist. */
const NO_ADDRESS: ReadonlySet<string | undefined> = new Set(['ENODATA', 'ENOTFOUND']);

export type DirectoryAnswer = (error: NodeJS.ErrnoException | null, places: readonly string[]) => void;

export interface Directories {
  ask(directory: Directory, answer: DirectoryAnswer): void;
  /** Calls off what is asked; the answers come, as failures. */
  stop(): void;
}

/** `server` is `IP:PORT`, or empty for those of the system. */
export function createDirectories(server: () => string): Directories {
  const asked = new Set<dns.Resolver>();

  async function look(resolver: dns.Resolver, directory: Directory): Promise<readonly string[]> {
    const servers = server();
    if (servers !== '') resolver.setServers([servers]);
    return directory.kind === 'addresses' ? addressesOf(resolver, directory.name) : placesOf(resolver, directory.name);
  }

  return {
    ask(directory, answer) {
      const resolver = new dns.Resolver({ timeout: TRY_MS, tries: TRIES });
      asked.add(resolver);
      let isLate = false;
      const limit = setTimeout(() => {
        isLate = true;
        resolver.cancel();
      }, LOOKUP_US_MAX / MILLISECOND_US);
      const end: DirectoryAnswer = (error, places) => {
        clearTimeout(limit);
        asked.delete(resolver);
        answer(isLate ? Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' }) : error, places);
      };
      look(resolver, directory).then(
        (places) => end(null, places),
        (error: NodeJS.ErrnoException) => end(error, []),
      );
    },
    stop() {
      for (const resolver of asked) resolver.cancel();
    },
  };
}

/** IPv6 only where there is no IPv4. */
async function addressesOf(resolver: dns.Resolver, name: string): Promise<string[]> {
  try {
    return await resolver.resolve4(name);
  } catch (error) {
    if (!NO_ADDRESS.has((error as NodeJS.ErrnoException).code)) throw error;
    return resolver.resolve6(name);
  }
}

/** Of the records whose hosts have addresses, those of the lowest priority (RFC 2782); weights do not count, since all are dialled. */
async function placesOf(resolver: dns.Resolver, name: string): Promise<string[]> {
  const records = await resolver.resolveSrv(name);
  const inOrder = records.sort((a, b) => a.priority - b.priority).slice(0, SERVICE_HOSTS_MAX);
  let trouble: unknown = null;
  for (const priority of new Set(inOrder.map((record) => record.priority))) {
    const group = inOrder.filter((record) => record.priority === priority);
    const answers = await Promise.allSettled(group.map(({ name: host }) => addressesOf(resolver, host)));
    const places = answers.flatMap((one, index) => {
      if (one.status === 'rejected') trouble = one.reason;
      const port = group[index]?.port ?? 0;
      return one.status === 'rejected' ? [] : one.value.map((ip) => (isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`));
    });
    if (places.length > 0) return places;
  }
  throw trouble;
}
