/**
 * What a program hands over without a compiler that looks: options and the table of those there are go in; nothing comes out, or one
 * clear error that names what may have been meant.
 */
import { UsageError } from '../shell/errors.ts';
import { quoted } from '../shell/render.ts';
import { nearest } from '../util/nearest.ts';

/** What a value may be, and how that is called. */
interface Form {
  readonly fits: (value: unknown) => boolean;
  readonly text: string;
}

export type OptionForms<Options> = { readonly [Name in keyof Required<Options>]: Form };

const isText = (value: unknown) => typeof value === 'string';
const isList = (value: unknown) => Array.isArray(value) && value.every(isText);
const isTable = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const FORMS = {
  text: { fits: isText, text: 'a text' },
  textOrNull: { fits: (value) => value === null || isText(value), text: 'a text, or null' },
  texts: { fits: isList, text: 'a list of texts' },
  textsOrNull: {
    fits: (value) => value === null || isText(value) || isList(value),
    text: 'a text, a list of texts, or null',
  },
  number: { fits: (value) => typeof value === 'number', text: 'a number' },
  flag: { fits: (value) => typeof value === 'boolean', text: 'true or false' },
  table: { fits: isTable, text: "an object such as { 'ping.interval': '5s' }" },
  duration: {
    fits: (value) => typeof value === 'number' || isText(value),
    text: 'milliseconds, or a text such as 500ms or 5s',
  },
  signal: { fits: (value) => value instanceof AbortSignal, text: 'an AbortSignal' },
} as const satisfies Record<string, Form>;

/** `of` is the function that takes them. */
export function checkOptions<Options extends object>(of: string, options: Options, forms: OptionForms<Options>): void {
  if (!isTable(options)) throw new UsageError(`${of} takes an object of options, not ${shown(options)}`);
  const names = Object.keys(forms);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(forms, name)) throw unknown(of, name, names);
    const form = forms[name as keyof Options];
    if (value !== undefined && !form.fits(value))
      throw new UsageError(`${of}: ${name} is ${form.text}, not ${shown(value)}`);
  }
}

/** `what` is called so: `connect takes an address`. */
export function checkText(what: string, value: unknown): void {
  if (!isText(value)) throw new UsageError(`${what} as a text, not ${shown(value)}`);
}

function unknown(of: string, name: string, names: readonly string[]): UsageError {
  const near = nearest(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it takes ${names.join(', ')}`;
  return new UsageError(`${of} has no option ${quoted(name)}; ${hint}`, near);
}

function shown(value: unknown): string {
  if (isText(value)) return quoted(value as string);
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : String(value);
}
