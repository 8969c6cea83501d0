/**
 * Rules as they are typed: `EXPR [at send|recv] [once] [after N] [for 5s] [do VERDICT]`. A text goes in; the expression, when it counts and
 * what it does come out as plain data, or one sentence about what is wrong.
 */
import type { TapPoint } from '../core/tap.ts';
import { readDuration } from '../settings.ts';
import { nearest } from '../util/nearest.ts';
import { COPIES_MAX, DELAY_US_MAX, RULE_LENGTH_MAX } from './limits.ts';
import { readLine, whyNoPatch } from './patch.ts';

export type Verdict =
  /** Goes to the next rule. */
  | { readonly kind: 'pass' }
  /** No other rule is asked. */
  | { readonly kind: 'deliver'; readonly inUs: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hold'; readonly isOvertaken: boolean }
  | { readonly kind: 'edit'; readonly patch: string }
  | { readonly kind: 'dup'; readonly copies: number }
  | { readonly kind: 'reset' };

export interface RuleText {
  readonly expression: string;
  /** null: both. */
  readonly at: TapPoint | null;
  readonly isOnce: boolean;
  /** The first so many times nothing is done. */
  readonly after: number;
  readonly forUs: number;
  readonly verdict: Verdict;
}

type Reading<What> =
  | { readonly ok: true; readonly value: What }
  /** `near` are words that were probably meant. */
  | { readonly ok: false; readonly message: string; readonly near: readonly string[] };

const fault = (message: string, near: readonly string[] = []) => ({ ok: false, message, near }) as const;
const found = <What>(value: What) => ({ ok: true, value }) as const;

export const VERDICTS = 'pass, deliver [in T], drop, hold, hold!, edit PATCH, dup [N], delay T, reset, replace JSON';
export const VERDICT_WORDS: readonly string[] = VERDICTS.split(', ').map((verdict) => verdict.replace(/ .*/, ''));
const POINTS = ['send', 'recv'];

export function readRule(text: string): Reading<RuleText> {
  if (text.length > RULE_LENGTH_MAX) return fault(`a rule of more than ${RULE_LENGTH_MAX} characters`);
  const at = deedAt(text);
  const verdict =
    at < 0 ? found<Verdict>({ kind: 'hold', isOvertaken: false }) : readVerdict(text.slice(at).trim().slice(2).trim());
  if (!verdict.ok) return verdict;
  let rest = (at < 0 ? text : text.slice(0, at)).trim();
  const rule = { at: null as TapPoint | null, isOnce: false, after: 0, forUs: Infinity };
  for (;;) {
    const [clause, word, value = ''] =
      /(?:^|\s)(at|after|for)\s+(\S+)$/.exec(rest) ?? /(?:^|\s)(once)$/.exec(rest) ?? [];
    if (clause === undefined) break;
    if (word === 'once') rule.isOnce = true;
    else if (word === 'at') {
      if (value !== 'send' && value !== 'recv')
        return fault(`at takes send or recv, not ${JSON.stringify(value)}`, nearest(value, POINTS));
      rule.at = value;
    } else if (word === 'after') {
      if (!/^[1-9][0-9]{0,8}$/.test(value)) return fault(`after takes a number from 1, not ${JSON.stringify(value)}`);
      rule.after = Number(value);
    } else {
      const us = readDuration(value);
      if (us === null || us <= 0) return fault(`for takes a time such as 5s, not ${JSON.stringify(value)}`);
      rule.forUs = us;
    }
    rest = rest.slice(0, rest.length - clause.length).trim();
  }
  return found({ ...rule, expression: rest === '' ? 'all' : rest, verdict: verdict.value });
}

/** Where ` do VERDICT` begins, outside of quotes; below 0: nowhere. */
function deedAt(text: string): number {
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\' && isQuoted) i += 1;
    else if (text[i] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (i === 0 || /\s/.test(text[i - 1] as string)) && /^do(?:\s|$)/.test(text.slice(i, i + 3)))
      return i;
  }
  return -1;
}

function readVerdict(text: string): Reading<Verdict> {
  const [, word = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  switch (word) {
    case 'pass':
    case 'drop':
    case 'reset':
      return rest === '' ? found({ kind: word }) : fault(`${word} takes nothing, not ${JSON.stringify(rest)}`);
    case 'hold':
    case 'hold!':
      return rest === ''
        ? found({ kind: 'hold', isOvertaken: word === 'hold!' })
        : fault(`${word} takes nothing, not ${JSON.stringify(rest)}`);
    case 'deliver': {
      if (rest === '') return found({ kind: 'deliver', inUs: 0 });
      const [, time = ''] = /^in\s+(\S+)$/.exec(rest) ?? [];
      return later(time, 'deliver in');
    }
    case 'delay':
      return later(rest, 'delay');
    case 'dup': {
      const copies = readCopies(rest);
      return copies === null ? fault(`dup takes a number from 1 to ${COPIES_MAX}`) : found({ kind: 'dup', copies });
    }
    case 'edit': {
      if (rest === '') return fault('edit wants a patch such as body.nodeid=5f0c2a9e');
      const wrong = whyNoPatch(rest);
      return wrong === null ? found({ kind: 'edit', patch: rest }) : fault(wrong);
    }
    case 'replace': {
      const line = readLine(rest);
      return line.ok && rest.startsWith('{')
        ? found({ kind: 'edit', patch: rest })
        : fault('replace wants a message as JSON');
    }
    default:
      return fault(`no verdict ${JSON.stringify(word)}; there are ${VERDICTS}`, nearest(word, VERDICT_WORDS));
  }
}

/** How many more; 1 unless told; null: no such number. */
export function readCopies(text: string): number | null {
  if (text === '') return 1;
  return /^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= COPIES_MAX ? Number(text) : null;
}

/** A delay in microseconds; null: none. */
export function readDelay(text: string): number | null {
  const us = readDuration(text);
  return us !== null && us >= 0 && us <= DELAY_US_MAX ? us : null;
}

function later(time: string, word: string): Reading<Verdict> {
  const inUs = readDelay(time);
  return inUs === null ? fault(`${word} wants a time up to 1h such as 500ms or 5s`) : found({ kind: 'deliver', inUs });
}
