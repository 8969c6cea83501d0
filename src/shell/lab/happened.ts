/** One thing that happened in a lab, as a line for people and as a value for --json. */
import type { FaultChange, Happened, Input, RecordedInput } from '../../core/simulation.ts';
import type { Order } from '../../core/world.ts';
import { placeText } from '../../wire/directory.ts';
import { orderLine } from '../hand/order-line.ts';
import { round3, shownFault } from '../render.ts';
import { hashText, timeText } from './moments.ts';

const CHANGES: Readonly<Record<FaultChange, string>> = { on: 'begins', struck: 'strikes first', off: 'ends' };

function deed({ kind, peer, message, fault }: Happened): string {
  const from = peer === null ? '' : ` <- ${peer}`;
  switch (kind) {
    case 'message':
      return `${from} ${message?.type ?? 'a line'}`;
    case 'closed':
      return `${from} closes`;
    case 'arrive':
      return `${from} dials`;
    case 'answer':
      return peer === null ? ' dialled in vain' : `${from} answers the dial`;
    case 'resolved':
      return ' resolves a name';
    case 'wake':
      return ' wakes';
    case 'fault':
      return fault === null ? ' fault' : ` ${fault.id} ${shownFault(fault.text)} ${CHANGES[fault.change]}`;
    case 'join':
      return ' joins';
    default:
      return kind satisfies never;
  }
}

export const happenedText = (one: Happened) => `#${one.index} ${timeText(one.time)} ${one.node}${deed(one)}`;

export const happenedValue = (one: Happened) => ({
  index: one.index,
  atMs: round3(one.time / 1_000),
  kind: one.kind,
  node: one.node,
  peer: one.peer,
  type: one.message?.type ?? null,
  fault: one.fault,
  hash: hashText(one.hash),
});

function orderText(order: Order): string {
  switch (order.kind) {
    case 'connect':
    case 'bootstrap-add':
    case 'bootstrap-remove':
      return `${order.kind} ${placeText(order.host, order.port)}`;
    case 'set':
      return `set ${order.key}`;
    case 'ban':
    case 'unban':
      return `${order.kind} ${order.target}`;
    default:
      return `${order.kind} #${order.n}`;
  }
}

function inputDeed(input: Input): string {
  switch (input.kind) {
    case 'spawn':
      return `${input.config.name} is started`;
    case 'announce':
      return `${input.config.name} is told to join at ${timeText(input.at)}`;
    case 'stop':
      return `${input.name} is stopped`;
    case 'order':
      return `${input.name} is told: ${orderText(input.order)}`;
    case 'fault':
      return `fault ${input.text}`;
    case 'heal':
      return `heal ${input.id}`;
    case 'tap':
      return shownFault(orderLine(input.order));
    default:
      return input satisfies never;
  }
}

/** What a user did, done again. */
export const inputText = ({ index, time, input }: RecordedInput) => `#${index} ${timeText(time)} ${inputDeed(input)}`;

function nodeOfInput(input: Input): string | null {
  if (input.kind === 'spawn' || input.kind === 'announce') return input.config.name;
  return input.kind === 'stop' || input.kind === 'order' ? input.name : null;
}

export const inputValue = ({ index, time, input }: RecordedInput) => ({
  index,
  atMs: round3(time / 1_000),
  kind: input.kind,
  node: nodeOfInput(input),
  peer: null,
  type: input.kind === 'order' ? input.order.kind : null,
  fault: null,
  hash: null,
});
