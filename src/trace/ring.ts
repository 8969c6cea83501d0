/** The last lines that passed, of all connections together, in one bounded ring: lines go in, copies come out by connection. */
import type { LineDirection } from '../core/world.ts';
import { CONSTANT_LINES } from '../wire/messages.ts';

export interface RingLine {
  readonly at: number;
  readonly n: number;
  readonly direction: LineDirection;
  readonly line: string;
}

const LINES_MAX = 4_096;
const LINE_LENGTH_MAX = 1_400;
/** Strings up to this length are copied by a slice anyway. */
const COPIED_LENGTH_MAX = 12;

export interface Ring {
  add(at: number, n: number, direction: LineDirection, line: string): void;
  /** The last `most` lines of a connection, oldest first. */
  of(n: number, most: number): RingLine[];
  last(most: number): RingLine[];
  /** How many lines have come so far. */
  count(): number;
  /** The first `most` lines that came after so many, as far as they are still kept. */
  after(count: number, most: number): RingLine[];
}

export function createRing(): Ring {
  const times = new Float64Array(LINES_MAX);
  const numbers = new Float64Array(LINES_MAX);
  const sent = new Uint8Array(LINES_MAX);
  const lines: string[] = [];
  let next = 0;

  const read = (index: number): RingLine => {
    const at = index % LINES_MAX;
    return {
      at: times[at] ?? 0,
      n: numbers[at] ?? 0,
      direction: sent[at] === 1 ? 'sent' : 'received',
      line: lines[at] ?? '',
    };
  };
  const collect = (most: number, wanted: (line: RingLine) => boolean): RingLine[] => {
    const found: RingLine[] = [];
    for (let index = next - 1; index >= 0 && index >= next - LINES_MAX && found.length < most; index -= 1) {
      const line = read(index);
      if (wanted(line)) found.push(line);
    }
    return found.reverse();
  };

  return {
    add(at, n, direction, line) {
      const slot = next % LINES_MAX;
      times[slot] = at;
      numbers[slot] = n;
      sent[slot] = direction === 'sent' ? 1 : 0;
      const cut = line.length > LINE_LENGTH_MAX ? line.slice(0, LINE_LENGTH_MAX) : line;
      // Joined and cut again, so that the ring keeps this line and not the chunk it is a slice of; the lines that pass most need no copy.
      const constant = CONSTANT_LINES[CONSTANT_LINES.indexOf(cut)];
      lines[slot] = constant ?? (cut.length > COPIED_LENGTH_MAX ? ` ${cut}`.slice(1) : cut);
      next += 1;
    },
    of: (n, most) => collect(most, (line) => line.n === n),
    last: (most) => collect(most, () => true),
    count: () => next,
    after: (count, most) => {
      const first = Math.max(count, next - LINES_MAX);
      return Array.from({ length: Math.min(most, next - first) }, (_, i) => read(first + i));
    },
  };
}
