/**
 * Where the names of nodes stand in a picture made of characters: points in a square go in, boxes of one row come out that do not touch
 * each other and that lines between others miss, as far as a few steps aside can do that.
 */
import type { Edge } from './graph.ts';
import type { Point } from './layout.ts';

/** Where a name begins and how long it is, in characters. */
export interface Box {
  readonly column: number;
  readonly row: number;
  readonly length: number;
}

export interface Arranged {
  readonly boxes: readonly Box[];
  /** How often a line goes through the name of a third node. */
  readonly passings: number;
}

/** Steps aside, the nearest first: columns and rows. */
const ASIDE: readonly (readonly [columns: number, rows: number])[] = [0, 1, 2, 3]
  .flatMap((far) =>
    [-3, -2, -1, 0, 1, 2, 3].flatMap((rows) => [-2 * far, 2 * far].map((columns) => [columns, rows] as const)),
  )
  .sort((a, b) => Math.abs(a[0]) + 2 * Math.abs(a[1]) - Math.abs(b[0]) - 2 * Math.abs(b[1]));
/** Each node is moved at most so often. */
const ROUNDS_MAX = 4;

export const middleOf = ({ column, length }: Box) => column + Math.floor((length - 1) / 2);

/** Null when a name finds no place. */
export function arrangeLabels(
  names: readonly string[],
  points: readonly Point[],
  edges: readonly Edge[],
  columns: number,
  rows: number,
): Arranged | null {
  const wanted = names.map(({ length }, at): Box => {
    const { x, y } = points[at] as Point;
    return { column: Math.round(x * (columns - length)), row: Math.round(y * (rows - 1)), length };
  });
  const boxes: Box[] = [];
  const fits = (box: Box, self: number) =>
    box.column >= 0 &&
    box.row >= 0 &&
    box.row < rows &&
    box.column + box.length <= columns &&
    boxes.every((other, at) => at === self || !touches(box, other));
  const aside = (at: number) => ASIDE.map(([c, r]) => moved(wanted[at] as Box, c, r)).filter((box) => fits(box, at));
  for (const at of names.keys()) {
    const [first] = aside(at);
    if (first === undefined) return null;
    boxes.push(first);
  }
  for (let round = 0; round < ROUNDS_MAX; round += 1)
    for (const at of names.keys()) {
      let passings = passingsOf(boxes, edges, at);
      for (const box of passings === 0 ? [] : aside(at)) {
        const old = boxes[at] as Box;
        boxes[at] = box;
        const now = passingsOf(boxes, edges, at);
        if (now < passings) passings = now;
        else boxes[at] = old;
      }
    }
  return { boxes, passings: passingsOf(boxes, edges, null) };
}

const moved = ({ column, row, length }: Box, columns: number, rows: number): Box => ({
  column: column + columns,
  row: row + rows,
  length,
});

/** Side by side they want a blank between them. */
const touches = (a: Box, b: Box) =>
  a.row === b.row && a.column <= b.column + b.length && b.column <= a.column + a.length;

/** All of them, or those that change when one node moves: lines that end there, and lines through its name. */
function passingsOf(boxes: readonly Box[], edges: readonly Edge[], moving: number | null): number {
  let passings = 0;
  for (const { from, to } of edges) {
    const isOfAll = moving === null || from === moving || to === moving;
    for (let at = isOfAll ? 0 : moving; at < (isOfAll ? boxes.length : moving + 1); at += 1)
      if (at !== from && at !== to && crosses(boxes[from] as Box, boxes[to] as Box, boxes[at] as Box)) passings += 1;
  }
  return passings;
}

/** Whether the straight line between the middles of two boxes goes through a third (Liang, Barsky 1984). */
function crosses(a: Box, b: Box, box: Box): boolean {
  const x = middleOf(a) + 0.5;
  const y = a.row + 0.5;
  const dx = middleOf(b) + 0.5 - x;
  const dy = b.row + 0.5 - y;
  let first = 0;
  let last = 1;
  const clip = (change: number, room: number): void => {
    if (change === 0) {
      if (room < 0) last = -1;
    } else if (change < 0) first = Math.max(first, room / change);
    else last = Math.min(last, room / change);
  };
  clip(-dx, x - box.column);
  clip(dx, box.column + box.length - x);
  clip(-dy, y - box.row);
  clip(dy, box.row + 1 - y);
  return first < last;
}
