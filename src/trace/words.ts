/** Lists of words for a terminal: words go in, lines that fit come out. */

export const cut = (word: string, most: number) => (word.length > most ? `${word.slice(0, most - 1)}…` : word);

export const separated = (words: readonly string[]) =>
  words.map((word, i) => (i < words.length - 1 ? `${word},` : word));

/** Words after a head, in lines with less than so many columns. */
export function foldWords(head: string, words: readonly string[], columns: number): string[] {
  const lines = [head];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (longer.length < columns) lines[lines.length - 1] = longer;
    else lines.push(`  ${cut(word, Math.max(2, columns - 3))}`);
  }
  return lines;
}
