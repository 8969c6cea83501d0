/**
 * Host names to IP addresses: at most four look-ups at once, five seconds each, IPv6 only where there is no IPv4 (rule
 * 48). It keeps no answer: how long one holds is the core's decision.
 */
import { lookup } from 'node:dns';
import { LOOKUP_US_MAX, LOOKUPS_MAX, MILLISECOND_US, NAME_ADDRESSES_MAX } from '../core/limits.ts';

/** IP texts, none and the system's code when there is no answer. */
export type NameAnswer = (ips: readonly string[], detail: string | null) => void;

export interface Names {
  look(host: string, answer: NameAnswer): void;
  /** No answer comes after this. */
  stop(): void;
}

export function createNames(): Names {
  /** Bounded by what asks: one for each bootstrap entry, and the commands a user types. */
  const waiting: { readonly host: string; readonly answer: NameAnswer }[] = [];
  const limits = new Set<NodeJS.Timeout>();
  let running = 0;
  let stopped = false;

  function run(host: string, answer: NameAnswer): void {
    running += 1;
    const settle = (ips: readonly string[], detail: string | null) => {
      if (!limits.delete(limit)) return;
      clearTimeout(limit);
      running -= 1;
      answer(ips, detail);
      next();
    };
    const limit = setTimeout(() => settle([], 'ETIMEOUT'), LOOKUP_US_MAX / MILLISECOND_US);
    limits.add(limit);
    lookup(host, { all: true }, (error, found) => {
      if (error !== null) return settle([], error.code ?? error.message);
      const v4 = found.filter(({ family }) => family === 4);
      const ips = new Set((v4.length > 0 ? v4 : found).map(({ address }) => address));
      settle([...ips].slice(0, NAME_ADDRESSES_MAX), null);
    });
  }

  function next(): void {
    if (stopped || running >= LOOKUPS_MAX) return;
    const job = waiting.shift();
    if (job !== undefined) run(job.host, job.answer);
  }

  return {
    look(host, answer) {
      waiting.push({ host, answer });
      next();
    },
    stop() {
      stopped = true;
      waiting.length = 0;
      for (const limit of limits) clearTimeout(limit);
      limits.clear();
    },
  };
}
