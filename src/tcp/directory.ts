/**
 * What a directory lists (wire/directory.ts), asked of DNS itself and not of the system, which knows no services: a name goes in; IP texts
 * come out, of a service `IP:PORT`. Each look-up ends within five seconds, with what was found until then (rule 48). It keeps no answer.
 */
import { promises as dns, type SrvRecord } from 'node:dns';
import { isIPv6 } from 'node:net';
import { LISTED_MAX, LOOKUP_US_MAX, LOOKUPS_MAX, MILLISECOND_US, NAME_ADDRESSES_MAX } from '../core/limits.ts';
import type { Directory } from '../wire/directory.ts';

/** Of a service this many hosts are looked up, as many as may be listed if each has all the addresses that are taken of one. */
const SERVICE_HOSTS_MAX = LISTED_MAX / NAME_ADDRESSES_MAX;
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

/** Questions of one look-up. */
interface LookUp {
  readonly resolver: dns.Resolver;
  /** Its time is up, or nobody wants it any more: nothing more is asked. */
  isOver: boolean;
}

function endLookUp(lookUp: LookUp): void {
  lookUp.isOver = true;
  lookUp.resolver.cancel();
}

/** `server` is `IP:PORT`, or empty for those of the system. */
export function createDirectories(server: () => string): Directories {
  const running = new Set<LookUp>();

  async function look(lookUp: LookUp, { kind, name }: Directory): Promise<readonly string[]> {
    const servers = server();
    if (servers !== '') lookUp.resolver.setServers([servers]);
    if (kind === 'services') return placesOf(lookUp, name);
    return (await addressesOf(lookUp, name)).slice(0, LISTED_MAX);
  }

  return {
    ask(directory, answer) {
      const lookUp: LookUp = { resolver: new dns.Resolver({ timeout: TRY_MS, tries: TRIES }), isOver: false };
      running.add(lookUp);
      let isLate = false;
      const limit = setTimeout(() => {
        isLate = true;
        endLookUp(lookUp);
      }, LOOKUP_US_MAX / MILLISECOND_US);
      const end: DirectoryAnswer = (error, places) => {
        clearTimeout(limit);
        running.delete(lookUp);
        answer(error, places);
      };
      look(lookUp, directory).then(
        (places) => end(null, places),
        (error: NodeJS.ErrnoException) =>
          end(isLate ? Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' }) : error, []),
      );
    },
    stop() {
      for (const lookUp of running) endLookUp(lookUp);
    },
  };
}

/** IPv6 only where there is no IPv4. */
async function addressesOf({ resolver }: LookUp, name: string): Promise<string[]> {
  try {
    return await resolver.resolve4(name);
  } catch (error) {
    if (!NO_ADDRESS.has((error as NodeJS.ErrnoException).code)) throw error;
    return resolver.resolve6(name);
  }
}

/** Of the records whose hosts have addresses, those of the lowest priority (RFC 2782); weights do not count, since all are dialled. */
async function placesOf(lookUp: LookUp, name: string): Promise<string[]> {
  const records = await lookUp.resolver.resolveSrv(name);
  const inOrder = records.sort((a, b) => a.priority - b.priority).slice(0, SERVICE_HOSTS_MAX);
  let trouble: unknown = null;
  for (const priority of new Set(inOrder.map((record) => record.priority))) {
    const found = await hostsOf(
      lookUp,
      inOrder.filter((record) => record.priority === priority),
    );
    if (found.places.length > 0) return found.places;
    trouble = found.trouble ?? trouble;
  }
  throw trouble;
}

/** The places of some records, and what went wrong last; a few are looked up at once. */
async function hostsOf(lookUp: LookUp, records: readonly SrvRecord[]) {
  const places: string[] = [];
  let trouble: unknown = null;
  const waiting = records.values();
  const turn = async () => {
    for (const { name, port } of waiting) {
      try {
        const ips = (await addressesOf(lookUp, name)).slice(0, NAME_ADDRESSES_MAX);
        places.push(...ips.map((ip) => (isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`)));
      } catch (error) {
        trouble = error;
      }
      if (lookUp.isOver) return;
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_MAX }, turn));
  return { places, trouble };
}
