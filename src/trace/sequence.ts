/**
 * The layout of a sequence diagram: a trace goes in, rows in order of time come out, with arrows between lanes and notes on them. It
 * knows neither characters nor pixels; whoever draws it makes texts harmless.
 */
import type { Trace, TraceEvent } from './event.ts';
import { type Lanes, laneOf } from './lanes.ts';
import { forEach, type REST } from './pace.ts';
import {
  endOf,
  isCopy,
  isOfLine,
  type Outcome,
  outcomeOf,
  type Passage,
  type Passages,
  passagesOf,
  verdictWords,
} from './passages.ts';

/** How an arrow looks along its way; how it ends is its outcome. */
export type Stroke = 'plain' | 'reply' | 'edited' | 'copy' | 'injected' | 'delayed' | 'late';

export interface Arrow {
  readonly passage: Passage;
  readonly outcome: Outcome;
  readonly stroke: Stroke;
  /** It was held, and went on. */
  readonly wasHeld: boolean;
  readonly from: number;
  readonly to: number;
  /** Where it leaves and where it comes; the same where it took no time, null where it never came. */
  readonly tailRow: number;
  headRow: number | null;
}

export type SequenceRow =
  | { readonly kind: 'tail' | 'head' | 'whole'; readonly t: number; readonly arrow: Arrow }
  | { readonly kind: 'note'; readonly t: number; readonly lane: number; readonly text: string };

export interface Sequence {
  readonly lanes: Lanes;
  readonly rows: readonly SequenceRow[];
}

/** Events that only repeat what a line beside them shows, or what nobody can see from outside. */
const QUIET = new Set(['hello-sent', 'hello-received', 'pong', 'addr', 'timer', 'saved']);

export function* layOut(trace: Trace): Generator<typeof REST, Sequence> {
  const passages = yield* passagesOf(trace);
  const rows: SequenceRow[] = [];
  const arrows = new Map<string, Arrow>();
  yield* forEach(trace.events, (event) => {
    if (!isOfLine(event)) {
      if (!QUIET.has(event.k))
        rows.push({ kind: 'note', t: event.t, lane: laneOf(passages.lanes, event.n), text: noteOf(event) });
      return;
    }
    const passage = passages.byId.get(event.m);
    if (passage === undefined) return;
    const arrow = arrows.get(event.m);
    if (arrow === undefined) arrows.set(event.m, begin(rows, passages, passage, event));
    else if (event === endOf(passages, passage)) arrive(rows, arrow, event);
    else if (event.k !== 'send' && event.k !== 'recv' && !isToldByArrow(arrow, event))
      rows.push({ kind: 'note', t: event.t, lane: laneOf(passages.lanes, event.n), text: verdictNote(event) });
  });
  return { lanes: passages.lanes, rows };
}

function begin(rows: SequenceRow[], passages: Passages, passage: Passage, event: TraceEvent): Arrow {
  const { t } = event;
  const outcome = outcomeOf(passages, passage);
  const arrow = {
    passage,
    outcome,
    stroke: strokeOf(passage),
    wasHeld: outcome !== 'held' && passage.verdicts.some(({ k }) => k === 'hold'),
    from: passage.from,
    to: passage.to,
    tailRow: rows.length,
    headRow: null,
  };
  // Of a line that came from outside, and one that went there, the trace has one end only.
  const isWhole = endOf(passages, passage) === event;
  const made: Arrow = isWhole ? { ...arrow, headRow: arrow.tailRow } : arrow;
  rows.push({ kind: isWhole ? 'whole' : 'tail', t, arrow: made });
  return made;
}

function arrive(rows: SequenceRow[], arrow: Arrow, { t }: TraceEvent): void {
  const last = rows.length - 1;
  if (arrow.tailRow === last && rows[last]?.t === t) {
    arrow.headRow = last;
    rows[last] = { kind: 'whole', t, arrow };
  } else {
    arrow.headRow = rows.length;
    rows.push({ kind: 'head', t, arrow });
  }
}

/** Its words stand on the arrow; only what was done at another time has a row of its own. */
const isToldByArrow = ({ passage: { origin, arrival, sent }, outcome }: Arrow, { t }: TraceEvent) =>
  t === origin?.t || t === (outcome === 'sent' ? sent : arrival)?.t;

function noteOf({ k, peer, by, text }: TraceEvent): string {
  const words = text?.split(' ') ?? [];
  // A stranger is an address, which the text may tell, too.
  const whom = peer === null || words.includes(peer) ? [] : [peer];
  return [k, ...whom, ...words, ...(by === null ? [] : [`by ${by}`])].join(' ');
}

/** Of other verdicts the text is what was before, or how long it takes, which the drawing shows. */
const verdictNote = ({ k, m, by, text }: TraceEvent) =>
  [`${k} ${m}`, ...(by === null ? [] : [`by ${by}`]), ...(k === 'drop' && text !== null ? [`(${text})`] : [])].join(
    ' ',
  );

/** A line may be several of these; the first is how it looks, all are in its words. */
function strokeOf(passage: Passage): Stroke {
  const has = (kind: string) => passage.verdicts.some(({ k }) => k === kind);
  if (has('inject')) return 'injected';
  if (has('edit')) return 'edited';
  if (isCopy(passage)) return 'copy';
  if (has('late')) return 'late';
  if (has('delay')) return 'delayed';
  return passage.isReply ? 'reply' : 'plain';
}

/** `ping m17`, `ping m17 dropped`: what stands at an arrow. */
export const labelOf = ({ passage, outcome }: Arrow): string =>
  [passage.type, passage.id, ...verdictWords(passage), ...(outcome === 'under way' ? ['under way'] : [])].join(' ');

export const secondsText = (ms: number) => `${(ms / 1_000).toFixed(3)}s`;
