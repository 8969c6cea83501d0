/** Who talked to whom: a trace goes in, the pairs of nodes that had to do with each other come out, with what passed between them. */
import type { Trace, TraceEvent } from './event.ts';
import { endsOf, type Lanes, laneOf } from './lanes.ts';
import { forEach, type REST } from './pace.ts';
import { endOf, isOfLine, outcomeOf, passagesOf } from './passages.ts';

export interface Pair {
  /** Who dialled, as far as the trace tells; else who spoke first. */
  from: number;
  to: number;
  delivered: number;
  /** Dropped, held to the end, or still under way. */
  lost: number;
  /** Each connection, and whether it was still there at the end. */
  readonly connections: Map<string, boolean>;
}

export interface Talk {
  readonly lanes: Lanes;
  readonly pairs: readonly Pair[];
}

/** `known`: somebody named the other or called in vain. */
export const stateOf = ({ connections, delivered }: Pair): 'connected' | 'cut' | 'known' => {
  if ([...connections.values()].some((isOpen) => isOpen)) return 'connected';
  return connections.size > 0 || delivered > 0 ? 'cut' : 'known';
};

export function* talkOf(trace: Trace): Generator<typeof REST, Talk> {
  const passages = yield* passagesOf(trace);
  const { lanes } = passages;
  const pairs = new Map<string, Pair>();
  const pairOf = (from: number, to: number): Pair => {
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const pair = pairs.get(key) ?? { from, to, delivered: 0, lost: 0, connections: new Map() };
    pairs.set(key, pair);
    return pair;
  };
  yield* forEach(trace.events, (event) => {
    if (event.peer === null || laneOf(lanes, event.peer) === laneOf(lanes, event.n)) return;
    const [from, to] = endsOf(lanes, event);
    if (!isOfLine(event)) noteConnection(pairOf(from, to), event, from, to);
    else {
      const passage = passages.byId.get(event.m);
      if (passage === undefined || event !== (endOf(passages, passage) ?? passage.origin)) return;
      const pair = pairOf(from, to);
      const outcome = outcomeOf(passages, passage);
      if (outcome === 'delivered' || outcome === 'sent') {
        pair.delivered += 1;
        // The trace may begin after the connection.
        if (!pair.connections.has(passage.connection)) pair.connections.set(passage.connection, true);
      } else pair.lost += 1;
    }
  });
  return { lanes, pairs: [...pairs.values()] };
}

function noteConnection(pair: Pair, { k, c, dir }: TraceEvent, from: number, to: number): void {
  if (c === null) return;
  if (k === 'closed') pair.connections.set(c, false);
  if (k !== 'connected') return;
  // The other end may have seen it close already.
  if (!pair.connections.has(c)) pair.connections.set(c, true);
  if (dir !== null) {
    pair.from = from;
    pair.to = to;
  }
}

export const pairText = ({ delivered, lost }: Pair) => `${delivered} lines${lost === 0 ? '' : `, ${lost} lost`}`;
