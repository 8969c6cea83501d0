/**
 * One event of the recorder as its readers see it: its number goes in, the fields of a TraceEvent come out. Line, length and text are made
 * when they are read, since most readers look at a few; JSON has them all.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Fact } from '../core/witness.ts';
import { encodeMessage, type Message } from '../wire/messages.ts';
import { type Done, emptyRow, type Payload } from './columns.ts';
import { eventText, factText } from './details.ts';
import type { End } from './ends.ts';
import type { TraceEvent } from './event.ts';
import { KIND_NAMES, RECV, SEND, TYPE_NAMES } from './kinds.ts';
import type { Recorder } from './recorder.ts';

const MESSAGE_FACTS: ReadonlySet<string> = new Set(['order', 'join', 'fault', 'timer', 'stop']);
const BY_USER = 'user';
/** Read into for each event, and nothing keeps it. */
const ROW = emptyRow();

export class RecordedEvent implements TraceEvent {
  readonly i: number;
  readonly t: number;
  readonly n: string;
  readonly k: string;
  readonly m: string | null;
  readonly re: string | null;
  readonly c: string | null;
  readonly dir: 'in' | 'out' | null;
  readonly ord: number | null;
  readonly peer: string | null;
  readonly type: string | null;
  readonly lc: number;
  readonly cause: number | null;
  readonly by: string | null;
  readonly #payload: Payload | null;
  /** What was done to the line. */
  readonly #done: Done | null;

  constructor(recorder: Recorder, index: number) {
    recorder.columns.read(index, ROW);
    const { kind, end, payload, reply, copy, cause } = ROW;
    const isPassing = kind === SEND || kind === RECV;
    // A node's own event may have the kind of a verdict.
    const isLine = isPassing || ROW.message !== 0;
    const done = isLine && !isPassing ? (payload as Done) : null;
    this.i = index;
    this.t = ROW.at / 1_000;
    this.n = recorder.nodes.all[ROW.node]?.name ?? '';
    this.k = KIND_NAMES[kind] ?? '';
    this.m = isLine ? `m${ROW.message}${copy > 1 ? `.${copy}` : ''}` : null;
    this.re = reply === 0 ? null : `m${reply}`;
    this.c = end?.name ?? null;
    this.dir = isLine ? ((done === null ? kind === SEND : done.direction === 'sent') ? 'out' : 'in') : directionOf(end);
    this.ord = isPassing ? ROW.order : null;
    this.peer = peerOf(recorder, end, payload, isLine);
    this.type = TYPE_NAMES[ROW.type] ?? null;
    this.lc = ROW.clock;
    this.cause = cause === 0 ? null : cause;
    this.by = isPassing ? null : done === null ? byOf(payload) : done.by;
    this.#payload = done === null ? payload : (done.line ?? done.message);
    this.#done = done;
  }

  get line(): string | null {
    const payload = this.#payload;
    if (this.type === null || payload === null) return null;
    return typeof payload === 'string' ? payload : encodeMessage(payload as Message);
  }

  get len(): number | null {
    return this.line?.length ?? null;
  }

  get text(): string | null {
    if (this.#done !== null) return this.#done.text;
    const payload = this.#payload;
    if (this.type !== null || payload === null || typeof payload === 'string') return null;
    return MESSAGE_FACTS.has(this.k) ? factText(payload as Fact) : eventText(payload as NodeEvent);
  }

  toJSON(): TraceEvent {
    const { i, t, n, k, m, re, c, dir, ord, peer, type, line, len, lc, cause, by, text } = this;
    return { i, t, n, k, m, re, c, dir, ord, peer, type, line, len, lc, cause, by, text };
  }
}

const directionOf = (end: End | null) => (end === null ? null : end.isDialled ? 'out' : 'in');

function peerOf(recorder: Recorder, end: End | null, payload: Payload | null, isLine: boolean): string | null {
  if (end !== null) return recorder.nodes.peerName(end);
  if (isLine || payload === null || typeof payload === 'string' || !('kind' in payload)) return null;
  switch (payload.kind) {
    case 'dialing':
    case 'dial-failed':
    case 'refused':
    case 'self':
      return recorder.nodes.placeName(payload.address);
    default:
      return null;
  }
}

function byOf(payload: Payload | null): string | null {
  if (payload === null || typeof payload === 'string' || !('kind' in payload)) return null;
  if (payload.kind === 'order' || payload.kind === 'stop') return BY_USER;
  return payload.kind === 'fault' ? payload.id : null;
}
