/**
 * Host names to IP addresses, and directories to what they list: at most four look-ups at once, an answer within five seconds, IPv6 only
 * where there is no IPv4 (rule 48). It keeps no answer: how long one holds is the core's decision.
 */
import { lookup } from 'node:dns';
import { LOOKUP_US_MAX, LOOKUPS_MAX, LOOKUPS_WAITING_MAX, MILLISECOND_US, NAME_ADDRESSES_MAX } from '../core/limits.ts';
import { readDirectory } from '../wire/directory.ts';
import { createDirectories, type Directories } from './directory.ts';

/** IP texts, of services `IP:PORT`; or none, and the system's code or why it was not asked. */
export type NameAnswer = (ips: readonly string[], detail: string | null) => void;

type Found = { readonly address: string; readonly family: number }[];

/** Asks the system, which may answer at any time or never. */
type Resolver = (host: string, answer: (error: NodeJS.ErrnoException | null, found: Found) => void) => void;

export interface Names {
  look(host: string, answer: NameAnswer): void;
  /** No answer comes after this. */
  stop(): void;
}

interface Job {
  readonly host: string;
  readonly settle: NameAnswer;
}

function chosen(found: Found): string[] {
  const v4 = found.filter(({ family }) => family === 4);
  const ips = new Set((v4.length > 0 ? v4 : found).map(({ address }) => address));
  return [...ips].slice(0, NAME_ADDRESSES_MAX);
}

const askSystem: Resolver = (host, answer) => lookup(host, { all: true }, answer);

export function createNames(ask: Resolver = askSystem, directories: Directories = createDirectories(() => '')): Names {
  const waiting: Job[] = [];
  const limits = new Set<NodeJS.Timeout>();
  /** A look-up cannot be called off: until it ends it holds a thread that files need, too, whoever still waits for it. */
  let running = 0;
  let stopped = false;

  function run({ host, settle }: Job): void {
    running += 1;
    const end = (error: NodeJS.ErrnoException | null, ips: readonly string[]) => {
      running -= 1;
      if (error === null) settle(ips, null);
      else settle([], error.code ?? error.message);
      next();
    };
    const directory = readDirectory(host);
    if (directory === null) ask(host, (error, found) => end(error, error === null ? chosen(found) : []));
    else directories.ask(directory, end);
  }

  function next(): void {
    if (stopped || running >= LOOKUPS_MAX) return;
    const job = waiting.shift();
    if (job !== undefined) run(job);
  }

  return {
    look(host, answer) {
      const settle: NameAnswer = (ips, detail) => {
        if (!limits.delete(limit)) return;
        clearTimeout(limit);
        answer(ips, detail);
      };
      const job = { host, settle };
      const hasRoom = waiting.length < LOOKUPS_WAITING_MAX;
      const giveUp = () => {
        const at = waiting.indexOf(job);
        if (at >= 0) waiting.splice(at, 1);
        settle([], !hasRoom ? 'too many look-ups wait' : at >= 0 ? 'other look-ups have not ended' : 'ETIMEOUT');
      };
      const limit = setTimeout(giveUp, hasRoom ? LOOKUP_US_MAX / MILLISECOND_US : 0);
      limits.add(limit);
      if (hasRoom) waiting.push(job);
      next();
    },
    stop() {
      stopped = true;
      waiting.length = 0;
      for (const limit of limits) clearTimeout(limit);
      limits.clear();
      directories.stop();
    },
  };
}
