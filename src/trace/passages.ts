/**
 * The ways of lines through a trace: its events go in; for each line that was on its way, who sent it, who got it, and what was done to
 * it come out. Events that were filtered out are simply not there; nothing is guessed from time.
 */
import { LINE_KINDS, type LineKind, type Trace, type TraceEvent } from './event.ts';
import { createLanes, endsOf, type Lanes, laneOf } from './lanes.ts';
import { forEach, type REST } from './pace.ts';

/** Of one line so many verdicts are told, the first ones. */
const VERDICTS_MAX = 16;

/** `sent` went to a node whose own events the trace does not have; `under way` came nowhere until the trace ends. */
export type Outcome = 'delivered' | 'sent' | 'dropped' | 'held' | 'under way';

export interface Passage {
  /** `m17`, `m17.2` for its second copy. */
  readonly id: string;
  /** From 1 on, in the order of first events. */
  readonly number: number;
  /** Lanes. */
  readonly from: number;
  readonly to: number;
  readonly connection: string;
  /** The first event of it that is no arrival: mostly where it was sent, copied or injected. */
  origin: TraceEvent | null;
  arrival: TraceEvent | null;
  /** Where it left last. */
  sent: TraceEvent | null;
  /** All but send and recv. */
  readonly verdicts: TraceEvent[];
  type: string;
  isReply: boolean;
}

export interface Passages {
  readonly lanes: Lanes;
  readonly byId: ReadonlyMap<string, Passage>;
  /** Lanes with events of their own. */
  readonly inside: ReadonlySet<number>;
}

const KINDS: ReadonlySet<string> = new Set(LINE_KINDS);

export type LineEvent = TraceEvent & { readonly k: LineKind; readonly m: string };

/** A node's own event may have the kind of a verdict (`late`), but no message. */
export const isOfLine = (event: TraceEvent): event is LineEvent => event.m !== null && KINDS.has(event.k);

export function* passagesOf({ header, events }: Trace): Generator<typeof REST, Passages> {
  const lanes = createLanes(header);
  const byId = new Map<string, Passage>();
  const inside = new Set<number>();
  yield* forEach(events, (event) => {
    inside.add(laneOf(lanes, event.n));
    if (!isOfLine(event)) {
      if (event.peer !== null) laneOf(lanes, event.peer);
      return;
    }
    const passage = byId.get(event.m) ?? begun(byId, lanes, event);
    add(passage, event);
  });
  return { lanes, byId, inside };
}

function begun(byId: Map<string, Passage>, lanes: Lanes, event: LineEvent): Passage {
  const [from, to] = endsOf(lanes, event);
  const copied = byId.get(baseOf(event.m));
  const passage: Passage = {
    id: event.m,
    number: byId.size + 1,
    from,
    to,
    connection: event.c ?? `${Math.min(from, to)}-${Math.max(from, to)}`,
    origin: null,
    arrival: null,
    sent: null,
    verdicts: [],
    type: event.type ?? copied?.type ?? '?',
    isReply: event.re !== null,
  };
  byId.set(event.m, passage);
  return passage;
}

/** Of a copy the message that it is one of. */
export const baseOf = (id: string) => id.replace(/\.\d+$/, '');
export const isCopy = ({ id }: Passage) => baseOf(id) !== id;

function add(passage: Passage, event: LineEvent): void {
  if (event.re !== null) passage.isReply = true;
  if (passage.type === '?' && event.type !== null) passage.type = event.type;
  if (event.k === 'send') passage.sent = event;
  if (event.k === 'recv') passage.arrival ??= event;
  else if (passage.arrival === null) passage.origin ??= event;
  if (event.k !== 'send' && event.k !== 'recv' && passage.verdicts.length < VERDICTS_MAX) passage.verdicts.push(event);
}

/** As its node wrote it, before any edit; null where nobody wrote it down. */
export const lineSent = ({ origin }: Passage) =>
  origin === null ? null : origin.k === 'edit' ? lineBefore(origin) : origin.line;

/** The line that an edit made another one of. */
export const lineBefore = ({ text }: TraceEvent): string | null => /^was (.*)$/s.exec(text ?? '')?.[1] ?? null;

/** As it came, or would have come. */
export const lineCome = ({ origin, arrival, verdicts }: Passage) =>
  arrival?.line ?? verdicts.findLast(({ k, line }) => k === 'edit' && line !== null)?.line ?? origin?.line ?? null;

export function outcomeOf({ inside }: Passages, { arrival, verdicts, sent, to }: Passage): Outcome {
  if (arrival !== null) return 'delivered';
  const last = verdicts.findLast(({ k }) => k === 'drop' || k === 'hold');
  if (last !== undefined && (sent === null || last.i > sent.i)) return last.k === 'drop' ? 'dropped' : 'held';
  return inside.has(to) ? 'under way' : 'sent';
}

/** Where the way of it ends, as far as it is known; null: it came nowhere. */
export const endOf = (passages: Passages, passage: Passage): TraceEvent | null =>
  passage.arrival ?? (outcomeOf(passages, passage) === 'sent' ? (passage.sent ?? passage.origin) : null);

const WORDS: Readonly<Partial<Record<string, string>>> = {
  drop: 'dropped',
  hold: 'held',
  edit: 'edited',
  dup: 'duplicated',
  delay: 'delayed',
  inject: 'injected',
  late: 'late',
};

const wordOf = (passage: Passage, kind: string) => (kind === 'dup' && isCopy(passage) ? 'copy' : (WORDS[kind] ?? kind));

/** `held`, `edited`: what was done to it, in words that stand for themselves; none for most lines. */
export const verdictWords = (passage: Passage): string[] => [
  ...new Set([
    ...(isCopy(passage) ? ['copy'] : []),
    ...passage.verdicts.filter(({ k }) => k !== 'release').map(({ k }) => wordOf(passage, k)),
  ]),
];

/** The same with who did it: `dropped by loss 5%`. */
export const verdictText = (passage: Passage): string =>
  verdictWords(passage)
    .map((word) => {
      const by = passage.verdicts.find(({ k }) => wordOf(passage, k) === word)?.by ?? null;
      return by === null ? word : `${word} by ${by}`;
    })
    .join(', ');
