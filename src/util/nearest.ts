/** Which of some words a mistyped one was probably meant to be: a text and candidates go in, the nearest candidates come out. */

/** Optimal string alignment distance; any above `max` is `max + 1`, known as soon as a whole row is above it. */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    if (Math.min(...row) > max) return max + 1;
    before = above;
    above = row;
  }
  return Math.min(above[b.length] ?? 0, max + 1);
}

const WORD_LENGTH_MAX = 64;

/** Of the longer word at most every third letter may differ, so that `npm` is not taken for `p`. */
const LETTERS_PER_EDIT = 3;

/** Candidates within `max` edits and few enough of them for their length, nearest first; at most three. */
export function nearest(text: string, candidates: Iterable<string>, max = 2): string[] {
  if (text.length > WORD_LENGTH_MAX) return [];
  const wanted = text.toLowerCase();
  return [...candidates]
    .map((word) => ({ word, distance: editDistance(wanted, word.toLowerCase(), max) }))
    .filter(
      ({ word, distance }) => distance <= max && distance * LETTERS_PER_EDIT <= Math.max(text.length, word.length),
    )
    .sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1))
    .slice(0, 3)
    .map(({ word }) => word);
}
