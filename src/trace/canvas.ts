/** A drawing of braille dots and labels: lines and texts go in by cell, rows of text come out. Each cell is two dots wide and four high. */

/** The bit of each dot in a braille character, by row and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE = 0x2800;
const DOTS_WIDE = 2;
const DOTS_HIGH = 4;

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly bits: Uint8Array;
  /** Where a label begins, by its first cell. */
  readonly labels: Map<number, string>;
}

export const createCanvas = (columns: number, rows: number): Canvas => ({
  columns,
  rows,
  bits: new Uint8Array(columns * rows),
  labels: new Map(),
});

/** Dots of a dash, and of the gap after it. */
const DASH = 4;

/** A straight line between the middles of two cells. */
export function drawLine(
  { columns, bits }: Canvas,
  fromColumn: number,
  fromRow: number,
  toColumn: number,
  toRow: number,
  isDashed: boolean,
): void {
  const left = fromColumn * DOTS_WIDE + 1;
  const top = fromRow * DOTS_HIGH + 2;
  const wide = (toColumn - fromColumn) * DOTS_WIDE;
  const high = (toRow - fromRow) * DOTS_HIGH;
  const steps = Math.max(Math.abs(wide), Math.abs(high), 1);
  for (let step = 0; step <= steps; step += 1) {
    if (isDashed && step % (2 * DASH) >= DASH) continue;
    const x = left + Math.round((wide * step) / steps);
    const y = top + Math.round((high * step) / steps);
    const cell = Math.floor(y / DOTS_HIGH) * columns + Math.floor(x / DOTS_WIDE);
    bits[cell] = (bits[cell] as number) | (DOTS[y % DOTS_HIGH]?.[x % DOTS_WIDE] ?? 0);
  }
}

/** Rows without blanks at their ends, from the first with something in it to the last; labels lie above lines and are painted. */
export function rowsOf({ columns, rows, bits, labels }: Canvas, paintLabel: (label: string) => string): string[] {
  const drawn = Array.from({ length: rows }, (_, row) => {
    let text = '';
    for (let column = 0; column < columns; column += 1) {
      const cell = row * columns + column;
      const label = labels.get(cell);
      if (label !== undefined) {
        text += paintLabel(label);
        column += label.length - 1;
      } else text += bits[cell] === 0 ? ' ' : String.fromCharCode(BRAILLE + (bits[cell] as number));
    }
    return text.trimEnd();
  });
  const isDrawn = (row: string) => row !== '';
  return drawn.slice(Math.max(0, drawn.findIndex(isDrawn)), drawn.findLastIndex(isDrawn) + 1);
}
