/**
 * A capture for Wireshark, without a plugin: a trace goes in, the pieces of a pcapng file come out. Interface 0 is the wire: each line
 * once, where it came, in connections that open and close. Interface 1 is what the wire never had: lines dropped, held, or before an edit.
 */
import type { Trace, TraceEvent } from '../event.ts';
import { endsOf, isNode, laneOf } from '../lanes.ts';
import { forEach } from '../pace.ts';
import { endOf, isOfLine, lineBefore, lineCome, lineSent, type Passage, passagesOf, verdictText } from '../passages.ts';
import { utf8 } from './bytes.ts';
import type { Exporter } from './exporter.ts';
import { fileNames, shortened } from './names.ts';
import { interfaceBlock, namesBlock, packetBlock, sectionBlock } from './pcapng-blocks.ts';
import { ACK, type End, exportedLine, FIN, PSH, RST, SEGMENT_BYTES_MAX, SYN, tcpPacket } from './pcapng-packets.ts';
import { placesOf } from './pcapng-places.ts';

const LINK_RAW_IP = 101;
const LINK_EXPORTED_PDU = 252;
const WIRE = 0;
const FAULT = 1;
/** Ports for whoever dials, those that systems give (RFC 6335). */
const PORT_DYNAMIC_FIRST = 49_152;
const PORTS_DYNAMIC = 16_384;
/** Of its names the file has so many. */
const NAMES_MAX = 65_536;
const NOTHING = new Uint8Array();

/** One connection, dialler first. */
interface Pipe {
  readonly lanes: readonly [number, number];
  readonly ends: readonly [End, End];
  /** The next sequence number of each end. */
  readonly next: [number, number];
}

function* pieces(trace: Trace): Generator<string | Uint8Array, void> {
  yield sectionBlock(shortened(trace.header.app));
  yield interfaceBlock(LINK_RAW_IP, 'wire');
  yield interfaceBlock(LINK_EXPORTED_PDU, 'fault');
  const { passages, lastClosed, dialler } = yield* survey(trace);
  const { lanes } = passages;
  const places = placesOf(lanes);
  const names = fileNames(lanes.nodes.slice(0, NAMES_MAX).map(({ name }) => shortened(name)));
  yield namesBlock(names.flatMap((name, lane) => (isNode(lanes, lane) ? [[(places[lane] as End).ip, name]] : [])));
  const epochUs = Math.round((trace.header.epochMs ?? 0) * 1_000);
  const timeOf = ({ t }: TraceEvent) => epochUs + Math.round(t * 1_000);
  const pipes = new Map<string, Pipe>();
  let opened = 0;
  let packets: Uint8Array[] = [];

  const put = (
    event: TraceEvent,
    pipe: Pipe,
    by: 0 | 1,
    flags: number,
    payload: Uint8Array = NOTHING,
    comment = '',
  ) => {
    const to = by === 0 ? 1 : 0;
    const acknowledged = (flags & ACK) === 0 ? 0 : pipe.next[to];
    const packet = tcpPacket(pipe.ends[by], pipe.ends[to], flags, pipe.next[by], acknowledged, payload);
    packets.push(packetBlock(WIRE, timeOf(event), packet, comment));
    const counted = payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    pipe.next[by] = (pipe.next[by] + counted) >>> 0;
  };

  /** Opened when its first event needs it, since a trace may begin later than a connection. */
  function pipeOf(event: TraceEvent, connection: string, from: number, to: number): Pipe {
    const known = pipes.get(connection);
    if (known !== undefined) return known;
    const first = dialler.get(connection) === to ? to : from;
    const second = first === from ? to : from;
    const port = PORT_DYNAMIC_FIRST + (opened % PORTS_DYNAMIC);
    opened += 1;
    const ends: [End, End] = [{ ip: (places[first] as End).ip, port }, places[second] as End];
    const pipe: Pipe = { lanes: [first, second], ends, next: [0, 0] };
    pipes.set(connection, pipe);
    put(event, pipe, 0, SYN);
    put(event, pipe, 1, SYN | ACK);
    put(event, pipe, 0, ACK);
    return pipe;
  }

  function addDelivered(event: TraceEvent, passage: Passage): void {
    const pipe = pipeOf(event, passage.connection, passage.from, passage.to);
    const by = pipe.lanes[0] === passage.from ? 0 : 1;
    const bytes = utf8(`${lineCome(passage) ?? ''}\n`);
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES_MAX) {
      const isLast = at + SEGMENT_BYTES_MAX >= bytes.length;
      const comment = at === 0 ? commentOf(passage) : '';
      put(event, pipe, by, isLast ? PSH | ACK : ACK, bytes.subarray(at, at + SEGMENT_BYTES_MAX), comment);
    }
  }

  /** The line as it was then; of an edit the one before. */
  function addUnseen(event: TraceEvent, passage: Passage, why: string): void {
    const line = (event.k === 'edit' ? lineBefore(event) : event.line) ?? lineSent(passage) ?? '';
    const [from, to] = [places[passage.from] as End, places[passage.to] as End];
    const by = event.by === null ? '' : ` by ${shortened(event.by)}`;
    packets.push(packetBlock(FAULT, timeOf(event), exportedLine(from, to, utf8(line)), `${passage.id} ${why}${by}`));
  }

  function addOther(event: TraceEvent): void {
    const { c, k, n, peer } = event;
    if (c === null || peer === null) return;
    const [from, to] = endsOf(lanes, event);
    if (k === 'connected') pipeOf(event, c, from, to);
    // What the other end still had to read came before.
    if (k !== 'closed' || lastClosed.get(c) !== event) return;
    const pipe = pipes.get(c);
    if (pipe === undefined) return;
    const by = pipe.lanes[0] === laneOf(lanes, n) ? 0 : 1;
    const other = by === 0 ? 1 : 0;
    if (isReset(event)) put(event, pipe, by, RST | ACK);
    else {
      put(event, pipe, by, FIN | ACK);
      put(event, pipe, other, FIN | ACK);
      put(event, pipe, by, ACK);
    }
    pipes.delete(c);
  }

  for (const rest of forEach(trace.events, (event) => {
    const passage = isOfLine(event) ? passages.byId.get(event.m) : undefined;
    if (passage === undefined) return addOther(event);
    if (event.k === 'drop') addUnseen(event, passage, 'dropped');
    if (event.k === 'hold') addUnseen(event, passage, 'held');
    if (event.k === 'edit') addUnseen(event, passage, 'before the edit');
    if (event === endOf(passages, passage)) addDelivered(event, passage);
  })) {
    yield* packets;
    packets = [];
    yield rest;
  }
  yield* packets;
}

/** What must be known before the first packet. */
function* survey(trace: Trace) {
  const passages = yield* passagesOf(trace);
  const lastClosed = new Map<string, TraceEvent>();
  const dialler = new Map<string, number>();
  yield* forEach(trace.events, (event) => {
    if (event.c === null || event.m !== null) return;
    if (event.k === 'closed') lastClosed.set(event.c, event);
    if (event.k === 'connected' && event.dir !== null) dialler.set(event.c, endsOf(passages.lanes, event)[0]);
  });
  return { passages, lastClosed, dialler };
}

/** Its text begins with the reason; what a peer said comes later. */
const isReset = ({ text }: TraceEvent) => text !== null && /^reset\b/.test(text);

function commentOf(passage: Passage): string {
  const said = verdictText(passage);
  return said === '' ? '' : `${passage.id} ${shortened(said)}`;
}

/** As many ports are named; one is what most networks have. */
const PORTS_HINTED_MAX = 4;

function hint({ header }: Trace, file: string): string {
  const ports = [...new Set(placesOf({ nodes: [...header.nodes], byText: new Map() }).map(({ port }) => port))];
  const decoded = (ports.length === 0 ? [5999] : ports).slice(0, PORTS_HINTED_MAX);
  return `wireshark -r ${file} ${decoded.map((port) => `-d tcp.port==${port},json`).join(' ')}`;
}

export const pcapng: Exporter = {
  name: 'pcapng',
  ending: 'pcapng',
  meaning: 'capture for Wireshark, with verdicts as comments',
  hint,
  pieces,
};
