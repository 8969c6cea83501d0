/** Host names to IP addresses: at most four look-ups at once, five seconds each, IPv6 only where there is no IPv4 (rule 48). */
import { lookup } from 'node:dns/promises';

const LOOKUPS_MAX = 4;
const LOOKUP_MS_MAX = 5_000;
const ADDRESSES_MAX = 8;

export type NameAnswer = (ips: readonly string[], detail: string | null) => void;

export interface Names {
  look(host: string, answer: NameAnswer): void;
  /** No answer comes after this. */
  stop(): void;
}

export function createNames(): Names {
  const waiting: { host: string; answer: NameAnswer }[] = [];
  let running = 0;
  let stopped = false;

  async function run(host: string, answer: NameAnswer): Promise<void> {
    running += 1;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('ETIMEOUT')), LOOKUP_MS_MAX);
    });
    let ips: string[] = [];
    let detail: string | null = null;
    try {
      const found = await Promise.race([lookup(host, { all: true }), limit]);
      const v4 = found.filter(({ family }) => family === 4);
      ips = (v4.length > 0 ? v4 : found).slice(0, ADDRESSES_MAX).map(({ address }) => address);
    } catch (error) {
      detail = (error as NodeJS.ErrnoException).code ?? 'ETIMEOUT';
    }
    clearTimeout(timer);
    running -= 1;
    if (stopped) return;
    answer(ips, detail);
    next();
  }

  function next(): void {
    if (running >= LOOKUPS_MAX) return;
    const job = waiting.shift();
    if (job !== undefined) void run(job.host, job.answer);
  }

  return {
    look(host, answer) {
      waiting.push({ host, answer });
      next();
    },
    stop() {
      stopped = true;
      waiting.length = 0;
    },
  };
}
