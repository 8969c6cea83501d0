/** What is wrong with an expression: one line that says what, at which column, and what was probably meant. All that reading one ever throws. */
import { asciiOnly } from '../util/ascii.ts';
import { nearest } from '../util/nearest.ts';

const SHOWN_MAX = 40;

export class QueryError extends Error {
  /** 1-based, in the text that was given. */
  readonly column: number;
  /** What was probably meant, nearest first. */
  readonly near: readonly string[];

  /** `otherwise` says what there is where nothing is near. */
  constructor(what: string, column: number, near: readonly string[] = [], otherwise = '') {
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : otherwise;
    super(`${what} at column ${column}${hint === '' ? '' : `; ${hint}`}`);
    this.name = 'QueryError';
    this.column = column;
    this.near = near;
  }
}

/** A user's text within a message: one line of ASCII, cut. */
export const quoted = (text: string): string =>
  asciiOnly(JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text));

/** Two edits make any short word of any other. */
const SHORT = 4;

/** What a mistyped word was probably meant to be. */
export const nearestWords = (text: string, words: Iterable<string>): string[] =>
  nearest(text, words, text.length <= SHORT ? 1 : 2);
