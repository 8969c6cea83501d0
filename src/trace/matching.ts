/**
 * Expressions asked of what was recorded: an expression goes in, a test of recorded events comes out. What asks of states is refused: a
 * record has none.
 */
import { QueryError } from '../query/errors.ts';
import { type Expression, partsOf } from '../query/expression.ts';
import { functionRow } from '../query/functions.ts';
import { compile } from '../query/match.ts';
import { emptyObservation, type Scope } from '../query/observation.ts';
import { encodeMessage, type Message, parseMessage } from '../wire/messages.ts';
import { type Done, emptyRow } from './columns.ts';
import type { TraceEvent } from './event.ts';
import { isLine, KIND_NAMES, RECV, SEND, TYPE_NAMES, typeCode } from './kinds.ts';
import type { Recorder } from './recorder.ts';

/** Whom an expression may name. */
export interface Matchable {
  readonly names: readonly string[];
  idOf(name: string): string | null;
  addressOf(name: string): string | null;
}

/** Where most expressions look no deeper than the type, this is all of a message that they see. */
const STUBS: readonly (Message | null)[] = TYPE_NAMES.map((type) =>
  type === null || type === 'malformed' ? null : ({ type } as Message),
);

/** What is asked now: an event of a recorder by its number, or one of a file. */
interface Asked {
  look(recorder: Recorder, index: number): void;
  read(event: TraceEvent): void;
}

export interface RecordMatcher {
  readonly asked: Asked;
  /** Whether it holds for what was looked at. */
  readonly holds: () => boolean;
}

export function matcherOf(expression: Expression, there: Matchable): RecordMatcher {
  const parts = partsOf(expression);
  for (const part of parts) {
    const isOfStates =
      part.kind === 'call'
        ? functionRow(part.name).about === 'states'
        : part.kind === 'state' || part.kind === 'amount';
    if (isOfStates && !(part.kind === 'call' && part.name === 'to_self'))
      throw new QueryError('a record tells what happened and keeps no states: ask of messages and events', part.column);
  }
  const looksInside = parts.some((part) => part.kind === 'body' || (part.kind === 'call' && part.name === 'reply'));
  let lengthOf: () => number = () => 0;
  const row = emptyRow();
  const observation = emptyObservation();
  const matcher = compile(
    expression,
    scopeOf(there, () => lengthOf()),
  );

  const asked: Asked = {
    look(recorder, index) {
      const { columns } = recorder;
      columns.read(index, row);
      const { kind, end, payload, cause } = row;
      const node = recorder.nodes.all[row.node]?.name ?? '';
      const isPassing = kind === SEND || kind === RECV;
      const done = !isPassing && row.message !== 0 ? (payload as Done) : null;
      const isOfLine = isPassing || done !== null;
      const isOut = done === null ? kind === SEND : done.direction === 'sent';
      const line = done === null ? payload : (done.line ?? done.message);
      const peer = end === null ? null : recorder.nodes.peerName(end);
      observation.t = row.at;
      observation.index = index;
      observation.node = node;
      observation.kind = isPassing ? 'message' : (KIND_NAMES[kind] ?? '');
      observation.dir = isOfLine ? (isOut ? 'out' : 'in') : end === null ? null : end.isDialled ? 'out' : 'in';
      observation.from = isOfLine ? (isOut ? node : peer) : null;
      observation.to = isOfLine ? (isOut ? peer : node) : null;
      observation.n = end?.n ?? 0;
      observation.id = end === null ? null : (recorder.nodes.peerNode(end)?.id ?? end.id);
      observation.by = done?.by ?? null;
      observation.message = null;
      if (!isOfLine) {
        if (payload !== null && typeof payload === 'object' && 'kind' in payload) {
          if (payload.kind === 'order' || payload.kind === 'stop') observation.by = 'user';
          else if (payload.kind === 'fault') observation.by = payload.id;
        }
        observation.sentAt = null;
        return;
      }
      const sentBy = kind === RECV ? cause : index;
      observation.sentAt = columns.has(sentBy) ? columns.timeOf(sentBy) : null;
      const stub = STUBS[row.type] ?? null;
      if (stub === null) return;
      observation.message = looksInside ? (typeof line === 'string' ? parsed(line) : (line as Message)) : stub;
      lengthOf = () => (typeof line === 'string' ? line.length : encodeMessage(line as Message).length);
    },
    read(event) {
      const isPassing = event.k === 'send' || event.k === 'recv';
      observation.t = Math.floor(event.t * 1_000 + 0.5);
      observation.index = event.i;
      observation.node = event.n;
      observation.kind = isPassing ? 'message' : event.k;
      observation.dir = event.dir;
      observation.from = isLine(event.k) ? (event.dir === 'out' ? event.n : event.peer) : null;
      observation.to = isLine(event.k) ? (event.dir === 'out' ? event.peer : event.n) : null;
      // The name of a connection is that of one of its ends.
      const [name, number] = event.c?.split('#') ?? [];
      observation.n = name === event.n ? Number(number) : 0;
      observation.id = event.peer === null ? null : (there.idOf(event.peer) ?? event.peer);
      observation.by = event.by;
      observation.sentAt = null;
      observation.message =
        event.line === null ? null : looksInside ? parsed(event.line) : (STUBS[typeCode(event.type ?? '')] ?? null);
      lengthOf = () => event.len ?? 0;
    },
  };
  return { asked, holds: () => matcher.test(observation) };
}

function parsed(line: string): Message | null {
  const message = parseMessage(line);
  return message.type === 'malformed' ? null : message;
}

const scopeOf = (there: Matchable, lengthOf: () => number): Scope => ({
  nodes: () => there.names,
  state: () => null,
  idOf: (name) => there.idOf(name),
  nameOf: (id) => there.names.find((name) => there.idOf(name) === id) ?? null,
  addressOf: (name) => there.addressOf(name),
  connected: () => false,
  knows: () => false,
  converged: () => false,
  lengthOf,
});
