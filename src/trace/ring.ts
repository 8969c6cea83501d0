/** The last lines that passed, of all connections together, in one bounded ring, where nothing else is recorded: lines go in, copies come out by connection. */
import type { LineDirection } from '../core/world.ts';
import { ownText } from './own-text.ts';

export interface RingLine {
  readonly at: number;
  readonly n: number;
  readonly direction: LineDirection;
  readonly line: string;
}

const LINES_MAX = 4_096;

/** The last lines of a node, as those see them who look back. */
export interface LastLines {
  /** The last `most` lines of a connection, oldest first. */
  of(n: number, most: number): RingLine[];
  last(most: number): RingLine[];
  /** This moment, for `after`. */
  mark(): number;
  /** The first `most` lines that came after a moment, as far as they are still kept. */
  after(mark: number, most: number): RingLine[];
}

export interface Ring extends LastLines {
  add(at: number, n: number, direction: LineDirection, line: string): void;
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
      lines[slot] = ownText(line);
      next += 1;
    },
    of: (n, most) => collect(most, (line) => line.n === n),
    last: (most) => collect(most, () => true),
    mark: () => next,
    after: (mark, most) => {
      const first = Math.max(mark, next - LINES_MAX);
      return Array.from({ length: Math.min(most, next - first) }, (_, i) => read(first + i));
    },
  };
}
