/** What an expression may consist of, for people: nothing goes in, a line for each field, function and sign comes out. */
import { FIELDS, KINDS, ROOTS } from '../query/fields.ts';
import { FUNCTIONS } from '../query/functions.ts';

/** As wide as the longest usage. */
const WORD_WIDTH = Math.max(...Object.values(FUNCTIONS).map(({ usage }) => usage.length));

const row = (word: string, meaning: string) => `  ${word.padEnd(WORD_WIDTH)}  ${meaning}`;

export const EXPRESSION_LINES: readonly string[] = [
  ...Object.entries(FIELDS).map(([name, { meaning }]) =>
    row(name, name === 'kind' ? `${meaning}: ${Object.keys(KINDS).join(', ')}` : meaning),
  ),
  ...Object.entries(ROOTS).map(([name, meaning]) => row(name, meaning)),
  ...Object.values(FUNCTIONS).map(({ usage, meaning }) => row(usage, meaning)),
  row('= != < <= > >=', 'compare: len>200, t<5s; in (a, b) and in 1..5 are lists and ranges'),
  row('~ !~', 'contains a text, or does not: body.agent~peersh; a pattern stands between slashes'),
  row('& | ! ( )', 'and, or, not'),
];

/** Where what such a line says begins. */
export const EXPRESSION_INDENT = WORD_WIDTH + 4;
