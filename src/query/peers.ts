/** What an expression asks of a node's peers and book: a state goes in, amounts come out, and whether a peer is ready. Changes nothing. */
import { bookSize } from '../core/book-columns.ts';
import type { NodeState, Session } from '../core/state.ts';
import { readyCount } from '../core/views.ts';
import { QueryError, quoted } from './errors.ts';
import type { AmountName } from './fields.ts';
import type { Scope } from './observation.ts';
import { withLoopback } from './texts.ts';

/** NaN: there is no such node. */
export function amountOf(state: unknown, name: AmountName): number {
  if (!isNode(state)) return Number.NaN;
  return name === 'peers' ? readyCount(state) : bookSize(state.book);
}

/** The caller gives a NodeState or null (observation.ts). */
const isNode = (state: unknown): state is NodeState => typeof state === 'object' && state !== null;

export interface PeerTest {
  /** Whether the node has a ready peer that is meant. */
  isReady(node: string): boolean;
  /** Throws when what was typed could be several peers of this node. */
  refuseSeveral(node: string): void;
}

/** Rank of a session: 0 is not meant, 2 is certainly meant, 1 only when there is none of rank 2. */
type Rank = (session: Session) => 0 | 1 | 2;

/** `wanted` is `#n`, host:port, the name of a node, a whole id or the beginning of one. */
export function peerTest(wanted: string, column: number, scope: Scope): PeerTest {
  const rank = rankOf(wanted, scope);
  return {
    isReady(node) {
      const state = scope.state(node);
      if (!isNode(state)) return false;
      let best = 0;
      let isReady = false;
      for (const session of state.sessions.values()) {
        const its = rank(session);
        if (its === 0 || its < best) continue;
        if (its > best) isReady = false;
        best = its;
        if (session.stage === 'ready' || session.stage === 'quiet') isReady = true;
      }
      return isReady;
    },
    refuseSeveral(node) {
      const state = scope.state(node);
      if (!isNode(state)) return;
      const sessions = [...state.sessions.values()];
      const best = Math.max(0, ...sessions.map(rank));
      // Two connections of one peer are one peer: a collision, or a restart.
      const ids = new Set(sessions.filter((one) => best > 0 && rank(one) === best).map(({ id, n }) => id ?? `#${n}`));
      if (ids.size > 1)
        throw new QueryError(`${quoted(wanted)} could be several peers: type more of the id, or #n,`, column, [
          ...[...ids].slice(0, 3),
        ]);
    },
  };
}

function rankOf(wanted: string, scope: Scope): Rank {
  if (/^#[0-9]+$/.test(wanted)) {
    const n = Number(wanted.slice(1));
    return (session) => (session.n === n ? 2 : 0);
  }
  const place = withLoopback(wanted);
  if (place.includes(':')) return ({ remote, listen }) => (remote.text === place || listen?.text === place ? 2 : 0);
  if (scope.nodes().includes(wanted)) return ({ id }) => (id !== null && id === scope.idOf(wanted) ? 2 : 0);
  const beginning = wanted.toLowerCase();
  return ({ id }) => {
    if (id === null) return 0;
    const its = id.toLowerCase();
    if (its === beginning) return 2;
    return its.startsWith(beginning) ? 1 : 0;
  };
}
