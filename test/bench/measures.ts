/** What the system says of a process: a pid goes in; CPU time, memory and limits come out. Linux only where it says so. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether this system has the files that the memory of a process and the CPU time of a foreign one are read from. */
export const hasProc: boolean = existsSync('/proc/self/status');

/** Microseconds of CPU time of a process that cannot be asked, all its threads together. Linux. */
export function cpuUsOf(pid: number): number {
  let ns = 0;
  for (const task of readdirSync(`/proc/${pid}/task`))
    ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1_000;
}

/** Bytes of anonymous memory that are in use, of this process. Linux. */
export function anonymousBytes(): number {
  const [, kib] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kib === undefined) throw new Error('no RssAnon in /proc/self/status');
  return Number(kib) * 1_024;
}

/** How many files one process may open: Node raises its own soft limit to the hard one when it starts. */
export function openFilesMax(): number {
  if (!hasProc) return 1_024;
  const [, files] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return files === 'unlimited' ? Infinity : Number(files ?? 1_024);
}
