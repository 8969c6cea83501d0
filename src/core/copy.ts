/**
 * A second node state that says the same and shares nothing that changes: a state goes in, its copy comes out. Addresses, messages and
 * connections that are gone never change and are shared. It takes the time of a snapshot, so it is written for speed.
 */
import type { Book, Outcome } from './book-columns.ts';
import type { DirectoryState, NodeState, Session, Target } from './state.ts';

/** A third faster than the constructor, and most maps of a node are empty. */
function copyMap<Key, Value>(map: ReadonlyMap<Key, Value>): Map<Key, Value> {
  const copy = new Map<Key, Value>();
  if (map.size > 0) for (const [key, value] of map) copy.set(key, value);
  return copy;
}

/** Fields are written after the spread: to name them beside it takes half as long again. */
type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

export function copyNode(node: NodeState): NodeState {
  const { agenda } = node;
  const rows = agenda.sessions.map(copySession);
  const copyOf = ({ row }: Session) => rows[row] as Session;
  const sessions = new Map<number, Session>();
  for (const [n, session] of node.sessions) sessions.set(n, copyOf(session));
  const peers = new Map<string, Session>();
  for (const [id, peer] of node.peers) peers.set(id, copyOf(peer));
  const copy: Writable<NodeState> = { ...node };
  copy.listening = [...node.listening];
  copy.sessions = sessions;
  copy.agenda = { sessions: rows, dueAt: [...agenda.dueAt], earliest: agenda.earliest };
  copy.places = copyMap(node.places);
  copy.peers = peers;
  copy.dials = copyMap(node.dials);
  copy.targets = node.targets.map(copyTarget);
  copy.directories = node.directories.map(copyDirectory);
  copy.names = copyMap(node.names);
  copy.selves = copyMap(node.selves);
  copy.held = copyMap(node.held);
  copy.bans = copyMap(node.bans);
  copy.accepts = copyMap(node.accepts);
  copy.refusals = { ...node.refusals };
  copy.book = copyBook(node.book);
  copy.gone = [...node.gone];
  copy.reasons = copyMap(node.reasons);
  copy.counts = node.counts.slice();
  copy.bytes = { ...node.bytes };
  copy.dialbacks = [...node.dialbacks];
  copy.anchors = [...node.anchors];
  copy.inboundByGroup = node.inboundByGroup.slice();
  copy.keptAnswers = copyMap(node.keptAnswers);
  copy.dialledIps = copyMap(node.dialledIps);
  return copy;
}

function copySession(session: Session): Session {
  const copy: Writable<Session> = { ...session };
  copy.counts = session.counts.slice();
  if (session.pings.length > 0) copy.pings = session.pings.map((ping) => ({ ...ping }));
  if (session.pauses !== null) copy.pauses = { ...session.pauses };
  return copy;
}

const copyTarget = (target: Target): Target => ({ ...target });

const copyDirectory = (directory: DirectoryState): DirectoryState => ({ ...directory });

const copyOutcome = (outcome: Outcome | null): Outcome | null => (outcome === null ? null : { ...outcome });

function copyBook(book: Book): Book {
  const copy: Writable<Book> = { ...book };
  copy.index = { table: book.index.table.slice(), used: book.index.used };
  copy.addresses = book.addresses.slice();
  copy.ids = book.ids.slice();
  copy.sources = book.sources.slice();
  copy.outcomes = book.outcomes.map(copyOutcome);
  copy.heardAt = book.heardAt.slice();
  copy.seenAt = book.seenAt.slice();
  copy.perSource = copyMap(book.perSource);
  copy.newByGroup = book.newByGroup.slice();
  copy.triedByGroup = book.triedByGroup.slice();
  copy.collisions = [...book.collisions];
  return copy;
}
