/** Durations and sizes as people write them: text goes in, integer microseconds or bytes come out (null for all else), and the other way round. */

/** Largest first, as values are printed. */
const DURATION_UNITS = new Map([
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
]);
const SIZE_UNITS = new Map([
  ['MiB', 1_048_576],
  ['KiB', 1_024],
  ['B', 1],
]);
const QUANTITY = /^([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([A-Za-z/ ]*)$/;

/** A number and what stands after it. */
export function splitQuantity(text: string): { readonly amount: number; readonly unit: string } | null {
  const [, digits, unit = ''] = QUANTITY.exec(text) ?? [];
  return digits === undefined ? null : { amount: Number(digits), unit };
}

/** A duration such as `500ms`, `5s`, `2m`, `1h` in microseconds. */
export function readDuration(text: string): number | null {
  const quantity = splitQuantity(text);
  const factor = DURATION_UNITS.get(quantity?.unit ?? '');
  return quantity === null || factor === undefined ? null : Math.floor(quantity.amount * factor + 0.5);
}

/** A size such as `64KiB`, or whole bytes without a unit. */
export function readSize(text: string): number | null {
  const quantity = splitQuantity(text);
  if (quantity === null) return null;
  const factor = quantity.unit === '' ? 1 : SIZE_UNITS.get(quantity.unit);
  const value = factor === undefined ? Number.NaN : quantity.amount * factor;
  return Number.isInteger(value) ? value : null;
}

const SECOND_US = 1_000_000;

/** What is longer than a second is not told in thousands of milliseconds. */
export function printDuration(us: number): string {
  if (us > SECOND_US && us % SECOND_US !== 0) return `${us / SECOND_US}s`;
  return us === 0 ? '0s' : (printIn(us, DURATION_UNITS) ?? `${us / 1_000}ms`);
}

/** Zero is a whole number of every unit; it has the smallest. */
export const printSize = (bytes: number): string => (bytes === 0 ? '0B' : (printIn(bytes, SIZE_UNITS) ?? `${bytes}`));

/** In the largest unit of which it is a whole number. */
function printIn(value: number, units: ReadonlyMap<string, number>): string | null {
  for (const [unit, factor] of units) if (value % factor === 0) return `${value / factor}${unit}`;
  return null;
}
