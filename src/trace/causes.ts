/**
 * What set a node going: facts and lines that come go in, the event that whatever the node does now comes of goes out.
 */
import type { Fact } from '../core/witness.ts';
import type { Columns } from './columns.ts';
import type { End, Recorded } from './ends.ts';
import { addEvent } from './event-rows.ts';
import { answered, kindCode } from './kinds.ts';
import { weightOfFact } from './weights.ts';

const TIMER = kindCode('timer');

export class Causes {
  private readonly columns: Columns;
  /** Whom a fact set going, and the event that did; 0: none yet. */
  private going: Recorded | null = null;
  private goingBy = 0;
  /** A timer is told only when something comes of it; of the network, the next event is what happened. */
  private pending: 'timer' | 'network' | null = null;
  /** The line that is handled. */
  readonly heard: { end: End | null; index: number; number: number; type: number } = {
    end: null,
    index: 0,
    number: 0,
    type: 0,
  };

  constructor(columns: Columns) {
    this.columns = columns;
  }

  fact(node: Recorded, at: number, fact: Fact): void {
    this.going = node;
    this.goingBy = 0;
    this.pending = null;
    if (fact.kind === 'timer' || fact.kind === 'network') this.pending = fact.kind;
    else this.goingBy = addEvent(this.columns, node, at, kindCode(fact.kind), null, 0, fact, weightOfFact(fact));
  }

  /** A line has come, with that event, and is handled from now on. */
  hear(node: Recorded, end: End, index: number, number: number, type: number): void {
    const { heard } = this;
    heard.end = end;
    heard.index = index;
    heard.number = number;
    heard.type = type;
    this.going = node;
    this.goingBy = index;
    this.pending = null;
  }

  /** The node has reported something: it is what happened on the network, when that is awaited. */
  reported(node: Recorded, index: number): void {
    if (this.pending !== 'network' || this.going !== node) return;
    this.pending = null;
    this.goingBy = index;
  }

  /** The event that set the node going, 0: none; a timer is told now that something came of it. */
  of(node: Recorded, at: number): number {
    if (this.going !== node) return 0;
    if (this.pending === 'timer') {
      this.pending = null;
      this.goingBy = addEvent(this.columns, node, at, TIMER, null, 0, null, 0);
    }
    return this.goingBy;
  }

  /** The line that one which is about to go answers; 0: none. */
  answeredBy(end: End, type: number, cause: number): number {
    const { heard } = this;
    const isAnswer = cause !== 0 && heard.index === cause && heard.end === end && answered(type) === heard.type;
    return isAnswer ? heard.number : 0;
  }
}
