/** Recorded events for a person and for JSON: an event goes in, one line or a plain object with every field comes out. */
import type { TraceEvent } from '../trace/event.ts';
import { parseMessage } from '../wire/messages.ts';
import { messageText } from './message-text.ts';
import { safe, shortId } from './render.ts';

const TEXT_LENGTH_MAX = 300;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** A node by its name, a stranger by the beginning of its id or by its address. */
export const nameOf = (name: string): string => (ID.test(name) ? shortId(name) : safe(name, 64));

export const timeOf = (ms: number): string => `${(ms / 1_000).toFixed(6)}s`;

export function eventRow(event: TraceEvent): string {
  const { i, t, n } = event;
  return `#${i} ${timeOf(t)} ${nameOf(n)} ${whatOf(event)}`;
}

/** What happened, without where and when. */
export function whatOf({ k, m, dir, peer, line, text, by, re }: TraceEvent): string {
  if (m !== null) {
    const other = peer === null ? '?' : nameOf(peer);
    const deed = k === 'send' || k === 'recv' ? '' : ` ${k}${by === null ? '' : ` by ${safe(by)}`}`;
    const told = text === null ? '' : ` (${safe(text, TEXT_LENGTH_MAX)})`;
    return `${dir === 'out' ? '>' : '<'} ${other} ${m}${re === null ? '' : `(re ${re})`}${deed} ${lineText(line)}${told}`;
  }
  const isTold = k === 'dialing' || k === 'dial-failed' || text?.split(' ').includes(peer ?? '') === true;
  const words = [k, ...(peer === null || isTold ? [] : [nameOf(peer)])];
  if (by !== null && by !== 'user') words.push(safe(by));
  if (text !== null) words.push(safe(text, TEXT_LENGTH_MAX));
  return words.join(' ');
}

function lineText(line: string | null): string {
  if (line === null) return '';
  const message = parseMessage(line);
  return message.type === 'malformed' ? safe(line, TEXT_LENGTH_MAX) : messageText(message);
}

export const eventValue = ({
  i,
  t,
  n,
  k,
  m,
  re,
  c,
  dir,
  ord,
  peer,
  type,
  line,
  len,
  lc,
  cause,
  by,
  text,
}: TraceEvent): TraceEvent => ({ i, t, n, k, m, re, c, dir, ord, peer, type, line, len, lc, cause, by, text });
