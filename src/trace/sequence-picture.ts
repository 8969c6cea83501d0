/**
 * A sequence as a person sees it in a terminal: its layout, the first row to show and the room go in, lines of text come out: a column for
 * each node, arrows between them, and to the right whatever has no room on an arrow.
 */
import { forEach, type REST } from './pace.ts';
import { type Arrow, labelOf, type Sequence, type SequenceRow, type Stroke, secondsText } from './sequence.ts';
import { cut } from './words.ts';

export interface SequenceLook {
  readonly columns: number;
  /** Makes any text harmless. */
  readonly safe: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bad: (text: string) => string;
}

const TIME_WIDTH = 10;
/** Room at the right for what stands beside the arrows. */
const ASIDE_WIDTH = 24;
/** From one column to the next. */
const PITCH_MIN = 4;
const PITCH_MAX = 28;
/** An arrow with a label shows so much of itself at least. */
const ARROW_SHOWN_MIN = 3;

/** Each is told from the others without colour. */
const STROKES: Readonly<Record<Stroke, string>> = {
  plain: '─',
  reply: '╌',
  edited: '~',
  copy: '═',
  injected: '+',
  delayed: '·',
  late: ':',
};

/** What the marks of these rows mean, in a line; '' when nothing was done to any message. */
export function legendOf(rows: readonly SequenceRow[]): string {
  const marks = new Set<string>();
  for (const row of rows) {
    if (row.kind === 'note') continue;
    const { stroke, outcome, wasHeld } = row.arrow;
    if (stroke !== 'plain' && stroke !== 'reply') marks.add(`${STROKES[stroke]} ${stroke}`);
    if (outcome === 'dropped') marks.add('x dropped');
    if (outcome === 'held' || wasHeld) marks.add(`${HELD} held`);
  }
  return [...marks].join(', ');
}

/** Where it is held, or was. */
const HELD = '‖';

interface Room {
  /** Where the column of a lane is; lanes without one are not shown. */
  readonly places: ReadonlyMap<number, number>;
  readonly pitch: number;
  /** Characters of all columns together. */
  readonly width: number;
}

/** Rows from `first` on. */
export function* drawSequence(sequence: Sequence, first: number, look: SequenceLook): Generator<typeof REST, string[]> {
  const rows = sequence.rows.slice(first);
  const taking = new Set<number>();
  yield* forEach(rows, (row) => {
    for (const lane of row.kind === 'note' ? [row.lane] : [row.arrow.from, row.arrow.to]) taking.add(lane);
  });
  const room = roomFor(
    [...taking].sort((a, b) => a - b),
    look.columns,
  );
  const name = (lane: number) => look.safe(sequence.lanes.nodes[lane]?.name ?? '');
  const hidden = taking.size - room.places.size;
  const lines = [headOf(room, name, look)];
  yield* forEach(rows, (row, at) => {
    lines.push(lineOf(row, first + at, room, name, look));
  });
  if (hidden > 0)
    lines.push(cut(`${hidden} more nodes have no column; their lines are told at the right`, look.columns - 1));
  return lines;
}

/** As many columns as have room; those that come first in the trace have one. */
function roomFor(lanes: readonly number[], columns: number): Room {
  const wide = Math.max(PITCH_MIN, columns - 1 - TIME_WIDTH - ASIDE_WIDTH);
  const shown = lanes.slice(0, Math.max(2, Math.floor(wide / PITCH_MIN)));
  const pitch = Math.max(PITCH_MIN, Math.min(PITCH_MAX, Math.floor(wide / Math.max(1, shown.length))));
  const half = Math.floor(pitch / 2);
  return { places: new Map(shown.map((lane, at) => [lane, half + at * pitch])), pitch, width: shown.length * pitch };
}

function headOf({ places, pitch, width }: Room, name: (lane: number) => string, { strong }: SequenceLook): string {
  const cells = Array.from({ length: width }, () => ' ');
  for (const [lane, place] of places) {
    const text = cut(name(lane), pitch - 1);
    put(cells, place - Math.floor(text.length / 2), text);
  }
  return `${' '.repeat(TIME_WIDTH)}${strong(cells.join('').trimEnd())}`;
}

function put(cells: string[], at: number, text: string): void {
  for (let i = 0; i < text.length; i += 1) if (at + i >= 0 && at + i < cells.length) cells[at + i] = text[i] ?? ' ';
}

function lineOf(row: SequenceRow, at: number, room: Room, name: (lane: number) => string, look: SequenceLook): string {
  const cells = Array.from({ length: room.width }, () => ' ');
  for (const place of room.places.values()) cells[place] = '│';
  const aside = row.kind === 'note' ? noteIn(cells, row, room, name) : arrowIn(cells, row, at, room, name, look);
  const isLost = row.kind !== 'note' && row.arrow.outcome === 'dropped';
  const drawn = cells.join('');
  const rest = cut(look.safe(aside), Math.max(2, look.columns - 1 - TIME_WIDTH - room.width));
  const lanes = rest === '' ? drawn.trimEnd() : drawn;
  return `${look.dim(secondsText(row.t).padStart(TIME_WIDTH - 2))}  ${isLost ? look.bad(lanes) : lanes}${rest}`.trimEnd();
}

function noteIn(
  cells: string[],
  { lane, text }: Extract<SequenceRow, { kind: 'note' }>,
  { places }: Room,
  name: (lane: number) => string,
) {
  const place = places.get(lane);
  if (place !== undefined) cells[place] = '*';
  return `${name(lane)} ${text}`;
}

/** Draws it and returns what has no room there. */
function arrowIn(
  cells: string[],
  { kind, arrow }: Extract<SequenceRow, { arrow: Arrow }>,
  at: number,
  { places }: Room,
  name: (lane: number) => string,
  { safe }: SequenceLook,
): string {
  const label = safe(labelOf(arrow));
  const [tail, head] = [places.get(arrow.from), places.get(arrow.to)];
  if (tail === undefined || head === undefined || tail === head) {
    const place = kind === 'head' ? head : tail;
    if (place !== undefined) cells[place] = tail === head ? '@' : '*';
    return `${name(arrow.from)} > ${name(arrow.to)} ${label}`;
  }
  const isRight = head > tail;
  const isNear = arrow.headRow === arrow.tailRow + 1;
  // The corner of a slanted arrow stands above its other half, which needs one more for its point.
  const short = kind === 'tail' && isNear ? 1 : 0;
  const [left, right] = isRight ? [tail + 1, head - 1 - short] : [head + 1 + short, tail - 1];
  const body = STROKES[arrow.stroke];
  const stroke = (from: number, to: number) => {
    for (let cell = from; cell <= to; cell += 1) cells[cell] = cells[cell] === '│' && body === '─' ? '┼' : body;
  };
  // The other half of a slanted arrow is the row above.
  if (kind === 'head' && isNear && at === arrow.headRow) {
    cells[isRight ? right : left] = isRight ? '▶' : '◀';
    if (right > left) cells[isRight ? right - 1 : left + 1] = isRight ? '╰' : '╯';
    return '';
  }
  const middle = Math.floor((left + right) / 2);
  const isStopped = arrow.outcome === 'dropped' || arrow.outcome === 'held';
  const [from, to] = isStopped && arrow.headRow === null ? (isRight ? [left, middle] : [middle, right]) : [left, right];
  stroke(from, to);
  if (arrow.wasHeld && kind !== 'head') cells[isRight ? from : to] = HELD;
  const end = isRight ? to : from;
  cells[end] = endOf(arrow, kind, isRight, isNear);
  if (kind === 'head') cells[isRight ? from : to] = '┄';
  const span = right - left + 1;
  if (label.length + 2 + ARROW_SHOWN_MIN > (isStopped ? to - from + 1 : span)) return label;
  put(cells, from + 1 + Math.floor((to - from - 1 - label.length - 2) / 2), ` ${label} `);
  return '';
}

const ENDS: Readonly<Partial<Record<Arrow['outcome'], string>>> = { dropped: 'x', held: HELD, 'under way': '?' };

function endOf({ outcome }: Arrow, kind: 'tail' | 'head' | 'whole', isRight: boolean, isNear: boolean): string {
  if (kind !== 'tail') return isRight ? '▶' : '◀';
  return ENDS[outcome] ?? (isNear ? (isRight ? '╮' : '╭') : '┄');
}
