/**
 * A second node state that says the same and shares nothing that changes: a state goes in, its copy comes out. Addresses, messages and
 * connections that are gone never change and are shared. A new field of the state that is left out here does not compile.
 */
import type { Book, Outcome } from './book.ts';
import type { Bucket } from './bucket.ts';
import type { NodeState, Session, Target } from './state.ts';

export function copyNode(node: NodeState): NodeState {
  const copies = new Map<Session, Session>();
  const sessions = new Map<number, Session>();
  for (const [n, session] of node.sessions) {
    const copy = copySession(session);
    copies.set(session, copy);
    sessions.set(n, copy);
  }
  const copyOf = (session: Session) => copies.get(session) ?? session;
  const peers = new Map<string, Session>();
  for (const [id, peer] of node.peers) peers.set(id, copyOf(peer));
  const { agenda } = node;
  return {
    ...node,
    listening: [...node.listening],
    sessions,
    agenda: { sessions: agenda.sessions.map(copyOf), dueAt: [...agenda.dueAt], earliest: agenda.earliest },
    places: new Map(node.places),
    peers,
    dials: new Map(node.dials),
    targets: node.targets.map(copyTarget),
    names: new Map(node.names),
    selves: new Map(node.selves),
    held: new Map(node.held),
    bans: new Map(node.bans),
    accepts: new Map([...node.accepts].map(([key, bucket]): [string, Bucket] => [key, { ...bucket }])),
    publicDialBucket: { ...node.publicDialBucket },
    refusals: { ...node.refusals },
    book: copyBook(node.book),
    gone: [...node.gone],
    reasons: new Map(node.reasons),
    counts: node.counts.slice(),
    bytes: { ...node.bytes },
    dialbacks: [...node.dialbacks],
    anchors: [...node.anchors],
    inboundByGroup: node.inboundByGroup.slice(),
    keptAnswers: new Map(node.keptAnswers),
    dialledIps: new Map(node.dialledIps),
  };
}

const copySession = (session: Session): Session => ({
  ...session,
  counts: session.counts.slice(),
  pings: session.pings.map((ping) => ({ ...ping })),
  addrBucket: { ...session.addrBucket },
  getaddrBucket: { ...session.getaddrBucket },
  pauses: session.pauses === null ? null : { ...session.pauses },
});

const copyTarget = (target: Target): Target => ({ ...target });

const copyOutcome = (outcome: Outcome | null): Outcome | null => (outcome === null ? null : { ...outcome });

const copyBook = (book: Book): Book => ({
  ...book,
  index: { ...book.index, table: book.index.table.slice() },
  addresses: book.addresses.slice(),
  ids: book.ids.slice(),
  sources: book.sources.slice(),
  outcomes: book.outcomes.map(copyOutcome),
  heardAt: book.heardAt.slice(),
  seenAt: book.seenAt.slice(),
  perSource: new Map(book.perSource),
  newByGroup: book.newByGroup.slice(),
  triedByGroup: book.triedByGroup.slice(),
  collisions: [...book.collisions],
});
