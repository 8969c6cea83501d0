/** The table that the README shows: rows of what was measured go in, Markdown comes out. It judges by the bound of a row and asserts nothing. */

/** A value is good at or below `atMost`, or at or above `atLeast`; `of` says whether the ratio or our own value is meant. */
export type Target = { readonly of: 'ratio' | 'value' } & ({ readonly atMost: number } | { readonly atLeast: number });

export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** Who else did the same, with the ratio ours / theirs; null where there is nobody. */
  readonly other: { readonly name: string; readonly value: number; readonly ratio: number } | null;
  readonly target: Target | null;
  /** The least ratio with which a run of the bench still ends well, below a target that is not met yet: what has been reached is not lost. */
  readonly gate?: number;
}

/** A row that could not be measured here, and why. */
export interface Skipped {
  readonly what: string;
  readonly skipped: string;
}

export type Line = Row | Skipped;

export const HEADING = ['| what | ours | compared with | ratio | target | |', '|--|--|--|--|--|--|'].join('\n');

export function printLine(line: Line): string {
  if ('skipped' in line) return cells([line.what, '-', `skipped: ${line.skipped}`, '', '', '']);
  const { what, unit, ours, other, target } = line;
  return cells([
    what,
    `${printNumber(ours)} ${unit}`,
    other === null ? '-' : `${other.name} ${printNumber(other.value)}`,
    other === null ? '' : other.ratio.toFixed(2),
    target === null ? '-' : printTarget(target, unit),
    target === null ? '' : isMet(line, target) ? 'met' : '**not met**',
  ]);
}

export const isMissed = (line: Line): boolean =>
  !('skipped' in line) && line.target !== null && !isMet(line, line.target);

/** What a row says that fell below its gate, null of every other. */
export function fallOf(line: Line): string | null {
  if ('skipped' in line || line.gate === undefined) return null;
  const ratio = line.other?.ratio ?? Number.NaN;
  return ratio >= line.gate ? null : `${line.what}: ${ratio.toFixed(3)} × is below the gate of ${line.gate} ×`;
}

const cells = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;

function isMet(row: Row, target: Target): boolean {
  const value = target.of === 'value' ? row.ours : (row.other?.ratio ?? Number.NaN);
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

function printTarget(target: Target, unit: string): string {
  const bound = 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
  return target.of === 'ratio' ? `${bound} ×` : `${bound} ${unit}`;
}

/** Three digits that mean something, thousands apart. */
function printNumber(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
