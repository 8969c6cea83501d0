/**
 * A recording driven: facts that a recording holds go into the very core again, on its own time; what the core wishes is compared with
 * what is written there, call by call. The first difference comes out, or that there is none. Nothing reaches a network.
 */
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import {
  bytesReceived,
  connectionAccepted,
  connectionClosed,
  dialFailed,
  dialSucceeded,
  giveOrder,
  lineRefused,
  listeningOn,
  messageReceived,
  type NodeState,
  nameResolved,
  startNode,
  stopNode,
  wakeNode,
} from '../core/node.ts';
import type { Given, Wish } from '../core/transcript.ts';
import { differences } from '../tap/patch.ts';
import { BrokenLine, DriveLines, type PlainWish, type Step, type WrittenWish } from './drive-lines.ts';
import { eventWords, givenText, happened, plainWish, seconds, wishText } from './drive-text.ts';
import type { TraceEvent } from './event.ts';
import { shortly } from './transcript-lines.ts';

/** The first difference. */
export interface Parting {
  /** Index of the event that differs, else of the last one before. */
  readonly index: number;
  readonly line: number;
  readonly node: string;
  readonly atUs: number;
  /** The fact that the core was handling. */
  readonly given: string;
  /** Null: nothing. */
  readonly recorded: string | null;
  readonly now: string | null;
}

export type Driven =
  | { readonly kind: 'same'; readonly goesOn: boolean; readonly isWhole: boolean }
  | { readonly kind: 'parted'; readonly parting: Parting };

interface Member {
  readonly name: string;
  readonly node: NodeState;
  readonly context: Context & { now: number };
}

type GivenStep = Extract<Step, { kind: 'given' }>;

/** Thrown through the core. */
class Parted extends Error {
  readonly parting: Parting;

  constructor(parting: Parting) {
    super('the core does something else');
    this.parting = parting;
  }
}

/** The same, where the file ends in the midst of a fact. */
class CutOff extends Error {}

export class Drive {
  readonly lines: DriveLines;
  /** Facts that were handed in. */
  facts = 0;
  private readonly members = new Map<number, Member>();
  private step: GivenStep | null = null;
  private member: Member | null = null;

  /** Lines of a whole file. */
  constructor(lines: readonly string[]) {
    this.lines = new DriveLines(lines);
  }

  /** Hands the next fact in; null: there may be more. Throws a BrokenLine. */
  next(): Driven | null {
    const step = this.lines.peek();
    if (step === null) return { kind: 'same', goesOn: false, isWhole: false };
    this.lines.take();
    switch (step.kind) {
      case 'node':
        this.members.set(step.of, this.memberOf(step));
        return null;
      case 'end':
        return { kind: 'same', goesOn: step.goesOn, isWhole: true };
      case 'wish':
        throw this.lines.broken('a wish that came of no fact');
      case 'given':
        return this.give(step);
      default:
        return step satisfies never;
    }
  }

  private memberOf({ name, node }: Extract<Step, { kind: 'node' }>): Member {
    const wish = (one: Wish) => this.wish(one);
    const context = {
      now: 0,
      random: () => wish({ kind: 'draw' }),
      resolve: (host: string) => void wish({ kind: 'resolve', host }),
      dial: (attempt: number, { text }: { readonly text: string }, timeoutUs: number) =>
        void wish({ kind: 'dial', attempt, address: text, timeoutUs }),
      cancel: (attempt: number) => void wish({ kind: 'cancel', attempt }),
      send: (n: number, message: Extract<Wish, { kind: 'send' }>['message']) => wish({ kind: 'send', n, message }),
      sendLine: (n: number, line: string) => void wish({ kind: 'send-line', n, line }),
      pause: (n: number, until: number) => void wish({ kind: 'pause', n, until }),
      close: (n: number, abrupt: boolean) => void wish({ kind: 'close', n, abrupt }),
      wake: (at: number) => void wish({ kind: 'wake', at: at === Infinity ? null : at }),
      emit: (event: NodeEvent) => void wish({ kind: 'emit', event }),
    };
    return { name, node, context };
  }

  private give(step: GivenStep): Driven | null {
    const member = this.members.get(step.of);
    if (member === undefined) throw this.lines.broken('a fact for a node that was not written before');
    this.step = step;
    this.member = member;
    this.facts += 1;
    try {
      if (step.event !== null) this.checkTime(step.event, happened('recv', step.event.line));
      member.context.now = step.now;
      this.handIn(member, step.given);
      const next = this.lines.peek();
      if (next?.kind === 'wish') this.part(next.wish, null);
      return null;
    } catch (error) {
      if (error instanceof CutOff) return { kind: 'same', goesOn: false, isWhole: false };
      if (error instanceof Parted) return { kind: 'parted', parting: error.parting };
      throw error;
    }
  }

  /** What our own code fails on, it failed on then, too, or that is the difference. */
  private handIn(member: Member, given: Given): void {
    try {
      handIn(member, given);
    } catch (error) {
      if (error instanceof CutOff || error instanceof Parted || error instanceof BrokenLine) throw error;
      const said = error instanceof Error ? error.message : String(error);
      const next = this.lines.peek();
      const hasFailed = this.lines.hasRecent(({ k, text }) => k === 'error' && text?.includes(said) === true);
      if (!hasFailed || next?.kind === 'wish')
        this.part(next?.kind === 'wish' ? next.wish : null, `a failure inside: ${said}`);
    }
  }

  /** The core wishes something: the next thing written must be the same. Returns what was answered then. */
  private wish(wish: Wish): number {
    const next = this.lines.peek();
    if (next === null) throw new CutOff();
    const plain = plainWish(wish);
    const now = wish.kind === 'emit' ? eventWords(wish.event) : wishText(plain);
    if (next.kind !== 'wish') return this.part(null, now);
    const { wish: written } = next;
    const { event, answer } = written;
    const isSame = textOf(written.plain) === textOf(plain);
    if (!isSame) return this.part(written, now, wish.kind === 'emit' ? textOf(plain) : null);
    if (event !== null) this.checkEvent(event, wish, now);
    this.lines.take();
    return answer;
  }

  /** An event of the recording says of a wish what its transcript says. */
  private checkEvent(event: TraceEvent, wish: Wish, now: string): void {
    this.checkTime(event, now);
    const recorded = happened(event.k, event.text);
    if (wish.kind === 'emit' && recorded !== now) this.partAt(event.i, recorded, now);
  }

  private checkTime({ i, t }: TraceEvent, what: string): void {
    const { at = 0 } = this.step ?? {};
    const then = Math.round(t * 1_000);
    if (then !== at) this.partAt(i, `${what} at ${seconds(then)}`, `${what} at ${seconds(at)}`);
  }

  private part(written: WrittenWish | null, now: string | null, nowPlain: string | null = null): never {
    const event = written?.event ?? null;
    const recorded = written === null ? null : writtenText(written);
    const index = event?.i ?? this.lines.index;
    if (recorded !== now || written === null || nowPlain === null) return this.partAt(index, recorded, now);
    // The same in a line: what differs is among what a line leaves out.
    const [then = '', since = ''] = differing(textOf(written.plain), nowPlain);
    return this.partAt(index, `${recorded} ${then}`, `${now} ${since}`);
  }

  private partAt(index: number, recorded: string | null, now: string | null): never {
    const { step, member } = this;
    throw new Parted({
      index,
      line: this.lines.lineOf(index),
      node: member?.name ?? '',
      atUs: step?.at ?? 0,
      given: step === null ? '' : givenText(step.given),
      recorded,
      now,
    });
  }
}

const textOf = (plain: PlainWish) => JSON.stringify(plain, shortly);

const writtenText = ({ plain, event }: WrittenWish) =>
  plain.kind === 'emit' && event !== null ? happened(event.k, event.text) : wishText(plain);

/** The first of what was, and the first of what is. */
function differing(then: string, now: string): readonly string[] {
  const lines = differences(then, now);
  return ['- ', '+ '].map((sign) => lines.find((line) => line.startsWith(sign))?.slice(2) ?? '');
}

function handIn({ node, context }: Member, given: Given): void {
  switch (given.kind) {
    case 'start':
      return startNode(node, context, given.listening);
    case 'listening':
      return listeningOn(node, context, given.address);
    case 'accepted':
      return void connectionAccepted(node, context, given.remote, given.local);
    case 'dialled':
      return void dialSucceeded(node, context, given.attempt, given.remote, given.local);
    case 'dial-failed':
      return dialFailed(node, context, given.attempt, given.reason, given.detail);
    case 'resolved':
      return nameResolved(node, context, given.host, given.ips, given.detail);
    case 'heard':
      return messageReceived(node, context, given.n, given.message, given.bytes);
    case 'refused':
      return lineRefused(node, context, given.n, given.reason, given.detail);
    case 'bytes':
      return bytesReceived(node, context, given.n, given.bytes);
    case 'closed':
      return connectionClosed(node, context, given.n, given.reason);
    case 'woken':
      return wakeNode(node, context);
    case 'order':
      return void giveOrder(node, context, given.order);
    case 'stop':
      return stopNode(node, context);
    default:
      given satisfies never;
  }
}
