/** Which snapshots of a history stay: all that there are go in, oldest first, and those that are missed least go. */

/** What one stands for. */
interface Kept {
  readonly moment: { readonly taken: number };
  /** What it holds, by an estimate. */
  readonly bytes: number;
}

const SNAPSHOTS_MAX = 64;

/** One is kept whatever it holds. */
export function thinOut(kept: Kept[], bytesMax: number): void {
  while (hasTooMany(kept, bytesMax)) dropLeast(kept);
}

/** Later ones may hold more than earlier ones, so one more may be more than one too many. */
function hasTooMany(kept: readonly Kept[], bytesMax: number): boolean {
  let bytes = 0;
  for (const one of kept) bytes += one.bytes;
  return kept.length > SNAPSHOTS_MAX || (bytes > bytesMax && kept.length > 1);
}

/** The snapshot that is missed least goes: the one with the narrowest gap around it for its age. */
function dropLeast(kept: Kept[]): void {
  const newest = kept[kept.length - 1] as Kept;
  let worst = 0;
  let least = Infinity;
  for (let i = 0; i + 1 < kept.length; i += 1) {
    const before = i === 0 ? 0 : (kept[i - 1] as Kept).moment.taken;
    const gap = (kept[i + 1] as Kept).moment.taken - before;
    const worth = gap / (1 + newest.moment.taken - (kept[i] as Kept).moment.taken);
    if (worth >= least) continue;
    least = worth;
    worst = i;
  }
  kept.splice(worst, 1);
}
