/**
 * Patterns between slashes: a pattern goes in, a test of texts comes out. It is no RegExp of the language: all ways through the pattern
 * are followed at once, so the time is at most the length of the text times that of the pattern, whatever the pattern. It knows
 * letters, `.`, `[a-z]`, `[^…]`, `\d \w \s` and their capitals, `^ $`, groups, `|`, `* + ?` and counts `{2} {2,} {2,5}`; no references
 * back and no looking around. It looks for the pattern anywhere in the text.
 */
import { QueryError } from './errors.ts';
import { PATTERN_LENGTH_MAX, PATTERN_REPEAT_MAX, PATTERN_STEPS_MAX } from './limits.ts';

/** Whether a code unit fits. */
type Fits = (code: number) => boolean;

type Piece =
  | { readonly kind: 'unit'; readonly fits: Fits }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'either'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'repeat'; readonly piece: Piece; readonly min: number; readonly max: number };

/** `unit` goes on to `next` with a code unit that fits, all others without one; `split` goes to `next` and to `other`. */
interface Step {
  readonly kind: 'unit' | 'start' | 'end' | 'split' | 'found';
  readonly fits: Fits | null;
  next: number;
  other: number;
}

const NEWLINES = [0x0a, 0x0d, 0x2028, 0x2029];
const CLASSES: Readonly<Record<string, Fits>> = {
  d: (code) => code >= 0x30 && code <= 0x39,
  w: (code) =>
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f,
  s: (code) => code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0,
};
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b };
const COUNTS = /^\{([0-9]{1,9})(,([0-9]{0,9}))?\}/;

/** `column` is that of the first slash. */
export function compilePattern(source: string, ignoresCase: boolean, column: number): (text: string) => boolean {
  if (source.length > PATTERN_LENGTH_MAX)
    throw new QueryError(`a pattern of more than ${PATTERN_LENGTH_MAX} characters`, column);
  const piece = new PatternReader(source, ignoresCase, column).whole();
  const steps: Step[] = [];
  const emitter = { steps, left: PATTERN_STEPS_MAX, column };
  emit(emitter, piece);
  add(emitter, 'found', null);
  return searcher(steps);
}

class PatternReader {
  readonly #source: string;
  readonly #ignoresCase: boolean;
  readonly #column: number;
  #at = 0;

  constructor(source: string, ignoresCase: boolean, column: number) {
    this.#source = source;
    this.#ignoresCase = ignoresCase;
    this.#column = column;
  }

  whole(): Piece {
    const piece = this.#either();
    if (this.#at < this.#source.length) throw this.#wrong('a ) without its ( in the pattern');
    return piece;
  }

  #wrong(what: string): QueryError {
    return new QueryError(what, this.#column + 1 + this.#at);
  }

  #either(): Piece {
    const pieces = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      pieces.push(this.#sequence());
    }
    return { kind: 'either', pieces };
  }

  #sequence(): Piece {
    const pieces: Piece[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] as string))
      pieces.push(this.#repeated());
    return { kind: 'sequence', pieces };
  }

  #repeated(): Piece {
    const piece = this.#piece();
    const bounds = this.#bounds();
    if (bounds === null) return piece;
    if (this.#bounds() !== null) throw this.#wrong('two repeats in a row in the pattern; use one, or parentheses,');
    return { kind: 'repeat', piece, min: bounds[0], max: bounds[1] };
  }

  #bounds(): readonly [min: number, max: number] | null {
    const letter = this.#source[this.#at] ?? '';
    if (letter !== '' && '*+?'.includes(letter)) {
      this.#at += 1;
      return [letter === '+' ? 1 : 0, letter === '?' ? 1 : Infinity];
    }
    if (letter !== '{') return null;
    const [whole, first, comma, last] = COUNTS.exec(this.#source.slice(this.#at)) ?? [];
    if (whole === undefined)
      throw this.#wrong('a { that is no count such as {2,5} (write \\{ for the letter) in the pattern');
    const min = Number(first);
    const max = comma === undefined ? min : last === '' ? Infinity : Number(last);
    if (min > max) throw this.#wrong('a count whose first number is the greater one in the pattern');
    if (min > PATTERN_REPEAT_MAX || (max !== Infinity && max > PATTERN_REPEAT_MAX))
      throw this.#wrong(`a count above ${PATTERN_REPEAT_MAX} in the pattern`);
    this.#at += whole.length;
    return [min, max];
  }

  #piece(): Piece {
    const letter = this.#source[this.#at] as string;
    switch (letter) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'unit', fits: this.#set() };
      case '*':
      case '+':
      case '?':
        throw this.#wrong(`a ${letter} with nothing before it in the pattern`);
      case '{':
        throw this.#wrong('a count with nothing before it in the pattern');
      case '^':
      case '$':
        this.#at += 1;
        return { kind: letter === '^' ? 'start' : 'end' };
      case '.':
        this.#at += 1;
        return { kind: 'unit', fits: (code) => !NEWLINES.includes(code) };
      default: {
        const fits = this.#unit();
        return { kind: 'unit', fits: typeof fits === 'number' ? this.#between(fits, fits) : fits };
      }
    }
  }

  #group(): Piece {
    this.#at += 1;
    if (this.#source[this.#at] === '?') {
      if (this.#source[this.#at + 1] !== ':') throw this.#wrong('no looking around and no names in the pattern: a (?');
      this.#at += 2;
    }
    const inner = this.#either();
    if (this.#source[this.#at] !== ')') throw this.#wrong('a ( without its ) in the pattern');
    this.#at += 1;
    return inner;
  }

  /** One letter, or what stands after a backslash. */
  #unit(): number | Fits {
    const letter = this.#source[this.#at] as string;
    this.#at += 1;
    if (letter !== '\\') return letter.charCodeAt(0);
    const escaped = this.#source[this.#at];
    if (escaped === undefined) throw this.#wrong('a backslash with nothing after it in the pattern');
    this.#at += 1;
    if (Object.hasOwn(CONTROLS, escaped)) return CONTROLS[escaped] as number;
    const known = CLASSES[escaped.toLowerCase()];
    if (known !== undefined && 'dwsDWS'.includes(escaped))
      return escaped === escaped.toLowerCase() ? known : (code) => !known(code);
    if (/[A-Za-z0-9]/.test(escaped)) {
      this.#at -= 1;
      throw this.#wrong(`\\${escaped} is not known in the pattern`);
    }
    return escaped.charCodeAt(0);
  }

  #set(): Fits {
    this.#at += 1;
    const isNegated = this.#source[this.#at] === '^';
    if (isNegated) this.#at += 1;
    const parts: Fits[] = [];
    while (this.#source[this.#at] !== ']') {
      if (this.#at >= this.#source.length) throw this.#wrong('a [ without its ] in the pattern');
      const low = this.#unit();
      if (this.#source[this.#at] === '-' && (this.#source[this.#at + 1] ?? ']') !== ']') {
        this.#at += 1;
        const high = this.#unit();
        if (typeof low !== 'number' || typeof high !== 'number' || low > high)
          throw this.#wrong('a range whose ends are not in order in the pattern');
        parts.push(this.#between(low, high));
      } else parts.push(typeof low === 'number' ? this.#between(low, low) : low);
    }
    this.#at += 1;
    return (code) => parts.some((fits) => fits(code)) !== isNegated;
  }

  #between(low: number, high: number): Fits {
    if (!this.#ignoresCase) return (code) => code >= low && code <= high;
    return (code) => {
      const other = otherCase(code);
      return (code >= low && code <= high) || (other >= low && other <= high);
    };
  }
}

/** The other case of a letter of ASCII; all else is itself. */
function otherCase(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  return code >= 0x61 && code <= 0x7a ? code - 0x20 : code;
}

interface Emitter {
  readonly steps: Step[];
  /** Pieces that may still be written down: counts in each other multiply. */
  left: number;
  readonly column: number;
}

function add({ steps }: Emitter, kind: Step['kind'], fits: Fits | null): Step {
  const step: Step = { kind, fits, next: steps.length + 1, other: -1 };
  steps.push(step);
  return step;
}

function emit(emitter: Emitter, piece: Piece): void {
  emitter.left -= 1;
  if (emitter.left < 0) throw new QueryError('a pattern whose counts make it too large', emitter.column);
  switch (piece.kind) {
    case 'unit':
      add(emitter, 'unit', piece.fits);
      return;
    case 'start':
    case 'end':
      add(emitter, piece.kind, null);
      return;
    case 'sequence':
      for (const one of piece.pieces) emit(emitter, one);
      return;
    case 'either':
      return emitEither(emitter, piece.pieces);
    case 'repeat':
      return emitRepeat(emitter, piece);
    default:
      piece satisfies never;
  }
}

function emitEither(emitter: Emitter, pieces: readonly Piece[]): void {
  const ends: Step[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (index === pieces.length - 1) emit(emitter, piece);
    else {
      const fork = add(emitter, 'split', null);
      emit(emitter, piece);
      ends.push(add(emitter, 'split', null));
      fork.other = emitter.steps.length;
    }
  }
  for (const end of ends) end.next = emitter.steps.length;
}

function emitRepeat(emitter: Emitter, { piece, min, max }: Extract<Piece, { kind: 'repeat' }>): void {
  for (let i = 0; i < min; i += 1) emit(emitter, piece);
  if (max === Infinity) {
    const loop = emitter.steps.length;
    const fork = add(emitter, 'split', null);
    emit(emitter, piece);
    add(emitter, 'split', null).next = loop;
    fork.other = emitter.steps.length;
    return;
  }
  const forks: Step[] = [];
  for (let i = min; i < max; i += 1) {
    forks.push(add(emitter, 'split', null));
    emit(emitter, piece);
  }
  for (const fork of forks) fork.other = emitter.steps.length;
}

/** Walks through the text once, with the list of all steps that could be next. */
function searcher(steps: readonly Step[]): (text: string) => boolean {
  const size = steps.length;
  let now = new Int32Array(size);
  let later = new Int32Array(size);
  const stack = new Int32Array(2 * size + 1);
  /** The round in which a step was last reached. */
  const reached = new Int32Array(size);
  let round = 0;

  /** Puts the step and all that follow from it without a letter on the list; -1: the pattern is found. */
  function reach(list: Int32Array, count: number, first: number, isStart: boolean, isEnd: boolean): number {
    let length = count;
    let height = 0;
    stack[height++] = first;
    while (height > 0) {
      const index = stack[--height] as number;
      if (reached[index] === round) continue;
      reached[index] = round;
      const step = steps[index] as Step;
      if (step.kind === 'found') return -1;
      if (step.kind === 'unit') list[length++] = index;
      else if (step.kind === 'split' || (step.kind === 'start' ? isStart : isEnd)) {
        stack[height++] = step.next;
        if (step.other >= 0) stack[height++] = step.other;
      }
    }
    return length;
  }

  return (text) => {
    let count = 0;
    if (round > 1_000_000_000) {
      reached.fill(0);
      round = 0;
    }
    round += 1;
    for (let at = 0; at <= text.length; at += 1) {
      count = reach(now, count, 0, at === 0, at === text.length);
      if (count < 0) return true;
      const code = text.charCodeAt(at);
      round += 1;
      let next = 0;
      for (let i = 0; i < count && at < text.length; i += 1) {
        const step = steps[now[i] as number] as Step;
        if (step.fits?.(code) !== true) continue;
        next = reach(later, next, step.next, false, at + 1 === text.length);
        if (next < 0) return true;
      }
      [now, later] = [later, now];
      count = next;
    }
    return false;
  };
}
