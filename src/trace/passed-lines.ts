/**
 * Lines that pass: one that is sent or received goes in, its row comes out, with what led to it and the line that it answers. A line that
 * comes is the one that was sent where both ends are of this world. Most of what a recorder costs is here.
 */
import type { LineDirection } from '../core/world.ts';
import type { Message } from '../wire/messages.ts';
import type { Causes } from './causes.ts';
import type { Columns, Payload } from './columns.ts';
import { answer, ask, type End, land, type Recorded, type Stop, takeOff } from './ends.ts';
import { asks, LIKELY_LINES, MALFORMED, RECV, SEND, typeCodeOf } from './kinds.ts';
import { ownText } from './own-text.ts';
import type { RecordedNodes } from './recorded-nodes.ts';
import { weightOfLine } from './weights.ts';

export class PassedLines {
  private readonly columns: Columns;
  private readonly nodes: RecordedNodes;
  private readonly causes: Causes;
  /** The last line that passed: its number in the world and in the record, its event, and what it answers. */
  readonly latest = { number: 0, recorded: 0, index: 0, reply: 0 };

  constructor(columns: Columns, nodes: RecordedNodes, causes: Causes) {
    this.columns = columns;
    this.nodes = nodes;
    this.causes = causes;
  }

  add(
    node: Recorded,
    at: number,
    n: number,
    direction: LineDirection,
    line: string | null,
    message: Message | null,
    number: number,
  ): void {
    const { end: before } = this.causes.heard;
    // Most of what is sent answers what just came, and what comes goes on where it was.
    const end = before !== null && before.n === n && before.node === node ? before : this.nodes.endOf(node, n);
    const type = message === null ? MALFORMED : typeCodeOf(message);
    // It may be a slice of a chunk, which would be kept with it.
    const payload = line === null ? message : ownText(line, LIKELY_LINES[type]);
    if (direction === 'sent') this.sent(node, at, end, type, payload, number);
    else this.received(node, at, end, type, payload, number);
  }

  private sent(node: Recorded, at: number, end: End, type: number, payload: Payload | null, number: number): void {
    const stop = end.stops === null ? undefined : end.stops.get(number);
    const cause = stop === undefined ? this.causes.of(node, at) : stop.index;
    const reply = stop === undefined ? this.causes.answeredBy(end, type, cause) : stop.reply;
    const copy = stop === undefined ? 1 : stop.copy;
    end.sent += 1;
    node.clock += 1;
    const { clock } = node;
    const weight = weightOfLine(payload);
    const index = this.columns.add(
      at,
      SEND,
      node.index,
      end,
      type,
      number,
      copy,
      reply,
      end.sent,
      clock,
      cause,
      payload,
      weight,
    );
    this.passed(number, number, index, reply, stop);
    if (end.other !== null || this.nodes.all.length > 1)
      takeOff(end, { index, clock, number, copy, reply, copies: 0, hasLanded: false });
    if (end.other === null && asks(type)) ask(end, type, number);
  }

  private received(node: Recorded, at: number, end: End, type: number, payload: Payload | null, number: number): void {
    const stop = end.stops === null ? undefined : end.stops.get(number);
    const flight = stop === undefined ? land(end, typeof payload === 'string' ? 0 : number) : stop.flight;
    end.received += 1;
    node.clock = 1 + (flight === null ? node.clock : Math.max(node.clock, flight.clock));
    const { clock } = node;
    let message = number;
    let copy = 1;
    let reply: number;
    let cause = 0;
    if (stop !== undefined) {
      message = stop.number;
      copy = heardCopy(stop);
      reply = stop.reply;
      cause = stop.index;
    } else if (flight !== null) {
      message = flight.number;
      copy = flight.copies;
      reply = flight.reply;
      cause = flight.index;
    } else reply = answer(end, type);
    const weight = flight === null || typeof payload === 'string' ? weightOfLine(payload) : 0;
    const index = this.columns.add(
      at,
      RECV,
      node.index,
      end,
      type,
      message,
      copy,
      reply,
      end.received,
      clock,
      cause,
      payload,
      weight,
    );
    this.passed(number, message, index, reply, stop);
    this.causes.hear(node, end, index, message, type);
  }

  private passed(number: number, recorded: number, index: number, reply: number, stop: Stop | undefined): void {
    const { latest } = this;
    latest.number = number;
    latest.recorded = recorded;
    latest.index = index;
    latest.reply = reply;
    if (stop !== undefined) stop.index = index;
  }
}

/** Which one of its number the core hears now: what a fault doubled is stopped with the same number again. */
function heardCopy({ copy, flight }: Stop): number {
  if (flight === null) return copy;
  flight.hasLanded = true;
  flight.copies = Math.max(copy, flight.copies + 1);
  return flight.copies;
}
