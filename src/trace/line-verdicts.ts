/**
 * Verdicts on lines: what a rule, a user or a fault does to a line goes in, its row comes out, and the line stays known by its number until
 * it goes on.
 */
import type { LineVerdict, VerdictKind } from '../core/witness.ts';
import type { Causes } from './causes.ts';
import { COPIES_MAX, type Columns, type Done } from './columns.ts';
import { answer, type End, flightOf, keepStop, land, type Recorded, type Stop, unheard } from './ends.ts';
import { kindCode, MALFORMED, typeCodeOf } from './kinds.ts';
import { ownText } from './own-text.ts';
import type { PassedLines } from './passed-lines.ts';
import type { RecordedNodes } from './recorded-nodes.ts';
import { weightOfVerdict } from './weights.ts';

/** By these a line that comes is stopped; whatever else is done to it comes after. */
const FIRST_DEEDS: ReadonlySet<VerdictKind> = new Set(['hold', 'drop', 'edit', 'delay']);

export class LineVerdicts {
  private readonly columns: Columns;
  private readonly nodes: RecordedNodes;
  private readonly causes: Causes;
  private readonly lines: PassedLines;

  constructor(columns: Columns, nodes: RecordedNodes, causes: Causes, lines: PassedLines) {
    this.columns = columns;
    this.nodes = nodes;
    this.causes = causes;
    this.lines = lines;
  }

  add(node: Recorded, at: number, verdict: LineVerdict): void {
    const { n, copy, kind, direction, message, by, isInHand } = verdict;
    const end = this.endOf(node, n, isInHand);
    if (end === null) return;
    const type = message === null ? MALFORMED : typeCodeOf(message);
    const stop = this.stopOf(node, at, end, verdict, type);
    const { flight } = stop;
    if (kind === 'drop' && flight !== null) flight.hasLanded = true;
    if (flight !== null && direction === 'received') node.clock = Math.max(node.clock, flight.clock);
    stop.copy = Math.min(copy, COPIES_MAX - 1);
    const line = verdict.line === null ? null : ownText(verdict.line);
    const done: Done = { direction, line, message, by, text: verdict.text };
    node.clock += 1;
    stop.index = this.columns.add(
      at,
      kindCode(kind),
      node.index,
      end,
      type,
      stop.number,
      stop.copy,
      stop.reply,
      0,
      node.clock,
      stop.index,
      done,
      weightOfVerdict(done),
    );
  }

  /** Of a line on its way the connection may be gone. */
  private endOf(node: Recorded, n: number, isInHand: boolean): End | null {
    const known = node.ends.get(n) ?? node.gone.findLast((one) => one.n === n);
    return known ?? (isInHand ? this.nodes.endOf(node, n) : null);
  }

  /** What is known of the line that something was done to, with the event that led to that. */
  private stopOf(node: Recorded, at: number, end: End, verdict: LineVerdict, type: number): Stop {
    const { number, copy, kind, direction, line, isInHand } = verdict;
    const known = isInHand ? end.stops?.get(number) : undefined;
    if (known !== undefined) return known;
    const { latest } = this.lines;
    const isSent = direction === 'sent';
    const keep = (stop: Stop) => (isInHand ? keepStop(end, number, stop) : stop);
    // Of a line that has passed just now: one more of it, or what a fault does to it.
    if (latest.number === number) {
      const flight = flightOf(isSent ? end : end.other, latest.recorded);
      return keep({ number: latest.recorded, flight, reply: latest.reply, copy, index: latest.index });
    }
    if (isSent && isInHand) {
      const index = kind === 'inject' ? 0 : this.causes.of(node, at);
      return keep({ number, flight: null, reply: this.causes.answeredBy(end, type, index), copy, index });
    }
    const flight = isInHand
      ? FIRST_DEEDS.has(kind)
        ? unheard(land(end, line === null ? number : 0))
        : null
      : flightOf(isSent ? end : end.other, number);
    const reply = flight?.reply ?? (isInHand && !isSent && FIRST_DEEDS.has(kind) ? answer(end, type) : 0);
    return keep({ number: flight?.number ?? number, flight, reply, copy, index: flight?.index ?? 0 });
  }
}
