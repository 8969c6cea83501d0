/** What people read: peers' texts made harmless (rule 60), times and numbers. Values go in, plain text comes out; colour is decided by whoever calls. */

const SHOWN_LENGTH_MAX = 128;
/** Where what a row of `status` and `peer` says begins. */
const ROW_WORD_WIDTH = 11;

/** The one sanitiser: 0x20-0x7E stay, all else is shown as `\u{..}`, and the whole is capped. Linear in what is shown. */
export function safe(text: string, lengthMax = SHOWN_LENGTH_MAX): string {
  const cut = text.length > lengthMax ? text.slice(0, lengthMax) : text;
  const shown = cut.replace(/[^\x20-\x7e]/gu, escaped);
  return cut.length < text.length ? `${shown}…` : shown;
}

/** The same for text of several lines that we laid out and coloured ourselves: line ends and colours stay. */
export const safeBlock = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of util.inspect begin with one.
  text.replace(/\x1b\[\d{1,2}m|[^\x20-\x7e\n]/gu, (mark) => (mark.startsWith('\x1b[') ? mark : escaped(mark)));

/** What a user typed of faults: the sign of a jitter stays, too. */
export const shownFault = (text: string) =>
  text
    .split('±')
    .map((part) => safe(part, 300))
    .join('±');

/** Our own sentence that quotes what was typed: all stays but what moves the cursor or turns a line round. */
export const harmless = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is shown instead of done.
  text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escaped);

const escaped = (mark: string) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`;

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

/** Who is there of names in a row. */
export const thereAre = (names: readonly string[]) =>
  names.length === 1 ? `there is ${names[0]}` : `there are ${names[0]} to ${names.at(-1)}`;

export const count = (amount: number, one: string, many = `${one}s`) => `${amount} ${amount === 1 ? one : many}`;

/** The beginning of a text that would be wider than that many columns. */
export const cut = (text: string, columns: number | null) =>
  columns !== null && text.length > columns ? `${text.slice(0, columns - 1)}…` : text;

/** Folded between words to that many columns, further lines begin with the indent; a word that is longer stays whole. */
export function folded(line: string, columns: number | null, indent: number): string {
  if (columns === null || line.length < columns) return line;
  const cut = line.lastIndexOf(' ', columns - 1);
  if (cut <= indent) return line;
  const rest = `${' '.repeat(indent)}${line.slice(cut + 1)}`;
  return `${line.slice(0, cut).trimEnd()}\n${folded(rest, columns, indent)}`;
}

/** Rows of a word and what it says: folded so that what is said stays in its column. */
export const foldedRows = (rows: readonly string[], columns: number | null): string =>
  rows.map((row) => folded(row, columns, ROW_WORD_WIDTH)).join('\n');
