/** What is shown in place while a command runs: a text goes in, lines that fit the screen come out, and how many rows they take. */

/** Colours take no room. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of kleur begin with one.
const COLOUR = /(\x1b\[\d{1,2}m)/;

/** So many lines that the row below stays free; the rest is counted. */
export function frameOf(text: string, columns: number, rows: number): string[] {
  const lines = text.split('\n');
  const most = Math.max(1, rows - 1);
  const shown = lines.length > most ? [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more`] : lines;
  return shown.map((line) => cutShown(line, columns));
}

/** Rows on a screen that has become narrower since they were drawn. */
export const heightOf = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);

const widthOf = (line: string) => line.split(COLOUR).reduce((sum, part, i) => sum + (i % 2 === 0 ? part.length : 0), 0);

function cutShown(line: string, columns: number): string {
  let left = columns;
  return line
    .split(COLOUR)
    .map((part, i) => {
      if (i % 2 === 1) return part;
      const shown = part.slice(0, left);
      left -= shown.length;
      return shown;
    })
    .join('');
}
