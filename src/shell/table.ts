/** Tables that people read: columns and harmless cells go in, lines without borders come out, as wide as the terminal allows. It decides no order and no colour. */
import { cut } from './render.ts';

export interface Column {
  readonly head: string;
  readonly right?: boolean;
  /** Left out on a narrow terminal, the least number first; never left out without one. */
  readonly dropOrder?: number;
  /** Cut to no less than this when all that may be left out is and the rest is still too wide. */
  readonly shrinkTo?: number;
}

/** Rows that are set at once: cli-table3's time grows faster than its rows. */
const SLICE_ROWS = 50;

const BLANK = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

const GAP = 2;

/** Columns that all rows take. */
export const widthOf = (columns: readonly Column[], rows: readonly (readonly string[])[]): number =>
  widestOf(columns, rows).reduce((sum, width) => sum + width + GAP, -GAP);

const widestOf = (columns: readonly Column[], rows: readonly (readonly string[])[]): number[] =>
  columns.map(({ head }, i) =>
    rows.reduce((width, row) => Math.max(width, (row[i] ?? '').length), Math.max(1, head.length)),
  );

/**
 * A table with blank borders; cells are already harmless. `below` gives lines that stand under a row. Yields between slices so that a node
 * with many peers goes on.
 */
export async function table(
  allColumns: readonly Column[],
  allRows: readonly (readonly string[])[],
  roomColumns: number | null = null,
  below: (row: number) => readonly string[] = () => [],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const widest = widestOf(allColumns, allRows);
  const kept = fitting(allColumns, widest, roomColumns);
  const columns = kept.map((i) => allColumns[i] as Column);
  const widths = shrunk(
    columns,
    kept.map((i) => widest[i] as number),
    roomColumns,
  );
  const rows = allRows.map((row) => kept.map((i, at) => cut(row[i] ?? '', widths[at] as number)));
  const lines: string[] = [];
  for (let at = 0; at === 0 || at < rows.length; at += SLICE_ROWS) {
    const slice = new Table({
      ...(at === 0 ? { head: columns.map(({ head }) => head) } : {}),
      chars: { ...BLANK, middle: '  ' },
      colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
      colWidths: widths,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    slice.push(...rows.slice(at, at + SLICE_ROWS));
    lines.push(
      ...slice
        .toString()
        .split('\n')
        .map((line) => line.trimEnd()),
    );
    if (at + SLICE_ROWS < rows.length) await new Promise((resolve) => setImmediate(resolve));
  }
  // The first line is the head.
  return lines.flatMap((line, i) => (i === 0 ? [line] : [line, ...below(i - 1)])).join('\n');
}

/** Which columns are shown: all that fit, or those that never leave. */
function fitting(columns: readonly Column[], widths: readonly number[], room: number | null): number[] {
  let kept = columns.map((_, i) => i);
  const leaving = kept
    .filter((i) => columns[i]?.dropOrder !== undefined)
    .sort((a, b) => (columns[a]?.dropOrder ?? 0) - (columns[b]?.dropOrder ?? 0));
  const width = () => kept.reduce((sum, i) => sum + (widths[i] ?? 0) + GAP, -GAP);
  while (room !== null && width() > room && leaving.length > 0) {
    const next = leaving.shift();
    kept = kept.filter((i) => i !== next);
  }
  return kept;
}

/** The widths, with those that may be cut as narrow as the room wants. */
function shrunk(columns: readonly Column[], widths: readonly number[], room: number | null): number[] {
  let over = room === null ? 0 : widths.reduce((sum, width) => sum + width + GAP, -GAP) - room;
  return widths.map((width, i) => {
    const less = Math.max(0, Math.min(over, width - (columns[i]?.shrinkTo ?? width)));
    over -= less;
    return width - less;
  });
}

/** Rows that a person sees of a long table, the rest is counted. */
const SHOWN_ROWS_MAX = 50;

/** The first rows, or all of them, and how to see the others. */
export async function pagedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number | null,
  command: string,
  isAll: boolean,
  below?: (row: number) => readonly string[],
): Promise<string> {
  const drawn = await table(columns, isAll ? rows : rows.slice(0, SHOWN_ROWS_MAX), room, below);
  const left = rows.length - SHOWN_ROWS_MAX;
  return isAll || left <= 0 ? drawn : `${drawn}\n… ${left.toLocaleString('en')} more: ${command} --all`;
}
