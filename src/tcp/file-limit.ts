/** How many files this process may open: the system's answer goes in, a number comes out. Rule 49. */
import { readFileSync } from 'node:fs';

const LINE = /^Max open files\s+(\d+)/m;

/** The soft limit; Infinity where the system has none or does not say. */
export function openFilesMax(): number {
  try {
    const found = LINE.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? Infinity : Number(found[1]);
  } catch {
    return reportedMax();
  }
}

/** Elsewhere than on Linux; a report costs some milliseconds. */
function reportedMax(): number {
  const report = process.report?.getReport() as
    | { userLimits?: { open_files?: { soft?: number | string } } }
    | undefined;
  const soft = Number(report?.userLimits?.open_files?.soft);
  return soft > 0 ? soft : Infinity;
}
