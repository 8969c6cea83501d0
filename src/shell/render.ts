/** What people read: peers' texts made harmless (rule 60), times, tables. Values go in, plain lines come out; colour is decided by whoever calls. */

const SHOWN_LENGTH_MAX = 128;

/** The one sanitiser: 0x20-0x7E stay, all else is shown as `\u{..}`, and the whole is capped. Linear in what is shown. */
export function safe(text: string, lengthMax = SHOWN_LENGTH_MAX): string {
  const cut = text.length > lengthMax ? text.slice(0, lengthMax) : text;
  const shown = cut.replace(/[^\x20-\x7e]/gu, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
  return cut.length < text.length ? `${shown}…` : shown;
}

/** A peer's text in quotes. */
export const quoted = (text: string, lengthMax?: number) => `"${safe(text, lengthMax).replaceAll('"', '\\"')}"`;

export const shortId = (id: string | null) => (id === null ? '-' : safe(id.slice(0, 8)));

/** `850ms`, `3s`, `2m10`, `1h05`, `3d02`; `-` when unknown. */
export function age(ms: number | null): string {
  if (ms === null) return '-';
  const s = Math.floor(ms / 1_000);
  if (s < 1) return `${Math.max(0, Math.round(ms))}ms`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (s < 60) return `${s}s`;
  if (s < 3_600) return `${Math.floor(s / 60)}m${two(s % 60)}`;
  if (s < 86_400) return `${Math.floor(s / 3_600)}h${two(Math.floor(s / 60) % 60)}`;
  return `${Math.floor(s / 86_400)}d${two(Math.floor(s / 3_600) % 24)}`;
}

/** Milliseconds with one decimal below 100. */
export const rtt = (ms: number | null) => (ms === null ? '-' : ms < 100 ? ms.toFixed(1) : String(Math.round(ms)));

/** JSON shows times with at most three decimals. */
export const round3 = (value: number | null) => (value === null ? null : Math.round(value * 1_000) / 1_000);

export const count = (amount: number, one: string, many = `${one}s`) => `${amount} ${amount === 1 ? one : many}`;

export interface Column {
  readonly head: string;
  readonly right?: boolean;
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

/** A table with blank borders; cells are already harmless. Yields between slices so that a node with many peers goes on. */
export async function table(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const widths = columns.map(({ head }, i) => Math.max(1, head.length, ...rows.map((row) => (row[i] ?? '').length)));
  const lines: string[] = [];
  for (let at = 0; at === 0 || at < rows.length; at += SLICE_ROWS) {
    const slice = new Table({
      ...(at === 0 ? { head: columns.map(({ head }) => head) } : {}),
      chars: { ...BLANK, middle: '  ' },
      colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
      colWidths: widths,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    slice.push(...rows.slice(at, at + SLICE_ROWS).map((row) => [...row]));
    lines.push(
      ...slice
        .toString()
        .split('\n')
        .map((line) => line.trimEnd()),
    );
    if (at + SLICE_ROWS < rows.length) await new Promise((resolve) => setImmediate(resolve));
  }
  return lines.join('\n');
}
