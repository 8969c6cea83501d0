/**
 * The recorder: a witness of every node of a world, that keeps the last events in columns and says what came of what. Facts, events and
 * lines go in, a Recording comes out. The cause of whatever a node does is the line, timer, order or event that set it going; a line
 * that comes is caused by its send where both ends are of this world.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Fact, LineVerdict, Witness } from '../core/witness.ts';
import type { LineDirection } from '../core/world.ts';
import { readExpression } from '../query/check.ts';
import type { Message } from '../wire/messages.ts';
import { Causes } from './causes.ts';
import { Columns } from './columns.ts';
import { arrive } from './ends.ts';
import type { TraceEvent, TraceHeader } from './event.ts';
import { RECORD_KINDS } from './kinds.ts';
import { LineVerdicts } from './line-verdicts.ts';
import { matcherOf } from './matching.ts';
import { NodeReports } from './node-reports.ts';
import { PassedLines } from './passed-lines.ts';
import { RecordedEvent } from './recorded-event.ts';
import { RecordedNodes } from './recorded-nodes.ts';
import type { Recording } from './recording.ts';

export interface RecorderOptions {
  readonly world: 'tcp' | 'sim';
  readonly app: string;
  readonly seed: number | null;
  readonly epochMs: number | null;
}

export class Recorder implements Recording, Witness {
  readonly columns = new Columns();
  readonly nodes = new RecordedNodes();
  private readonly options: RecorderOptions;
  private readonly causes = new Causes(this.columns);
  private readonly lines = new PassedLines(this.columns, this.nodes, this.causes);
  private readonly verdicts = new LineVerdicts(this.columns, this.nodes, this.causes, this.lines);
  private readonly reports = new NodeReports(this.columns, this.nodes, this.causes);

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  fact(name: string, at: number, fact: Fact): void {
    const node = this.nodes.of(name);
    if (fact.kind === 'join') this.nodes.joined(node, fact.id);
    this.causes.fact(node, at, fact);
  }

  event(name: string, at: number, event: NodeEvent): void {
    this.reports.add(this.nodes.of(name), at, event);
  }

  line(
    name: string,
    at: number,
    n: number,
    direction: LineDirection,
    line: string | null,
    message: Message | null,
    number: number,
  ): void {
    this.lines.add(this.nodes.of(name), at, n, direction, line, message, number);
  }

  verdict(name: string, at: number, verdict: LineVerdict): void {
    this.verdicts.add(this.nodes.of(name), at, verdict);
  }

  arriving(name: string, n: number): number | null {
    const end = this.nodes.of(name).ends.get(n);
    return end === undefined ? null : arrive(end);
  }

  closing(name: string, at: number, n: number): void {
    const node = this.nodes.of(name);
    const end = node.ends.get(n);
    if (end !== undefined && end.closedBy === 0) end.closedBy = this.causes.of(node, at);
  }

  get count(): number {
    return this.columns.last - this.columns.first + 1;
  }

  get forgotten(): number {
    return this.columns.first - 1;
  }

  readonly missing = 0;

  header(): TraceHeader {
    const { world, app, seed, epochMs } = this.options;
    return { version: 1, app, world, seed, epochMs, nodes: this.nodes.listed(this.columns.connections()) };
  }

  events(): TraceEvent[] {
    const { first, last } = this.columns;
    return Array.from({ length: last - first + 1 }, (_, k) => new RecordedEvent(this, first + k));
  }

  /** One that is kept. */
  recorded(index: number): TraceEvent {
    return new RecordedEvent(this, index);
  }

  match(expression: string): TraceEvent[] {
    const there = this.nodes.whoIsThere();
    const { asked, holds } = matcherOf(readExpression(expression, { nodes: there.names, kinds: RECORD_KINDS }), there);
    const found: TraceEvent[] = [];
    const { first, last } = this.columns;
    for (let index = first; index <= last; index += 1) {
      asked.look(this, index);
      if (holds()) found.push(this.recorded(index));
    }
    return found;
  }
}
