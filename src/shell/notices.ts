/**
 * What a shell shows by itself of a world: reports of its node, traced messages and events, messages that come into somebody's hand. They go
 * in, lines for the screen (or JSON for stderr) come out.
 */
import type { NodeEvent } from '../core/events.ts';
import type { TapChange } from '../core/tap.ts';
import { BLIND, type LineVerdict } from '../core/witness.ts';
import type { LineDirection, NodePort } from '../core/world.ts';
import type { Matcher } from '../query/match.ts';
import { emptyObservation } from '../query/observation.ts';
import type { LivingScope } from '../query/scope.ts';
import { eventText } from '../trace/details.ts';
import { encodeMessage, type Message } from '../wire/messages.ts';
import { observeEvent, observeLine } from './expressions.ts';
import { changeText, messageValue } from './hand/in-hand.ts';
import { messageText } from './message-text.ts';
import { folded, safe } from './render.ts';
import { inMilliseconds, type Place, Reports } from './reports.ts';
import type { Shell } from './shell.ts';

export interface Trace {
  /** Whose messages; null: those of every node. */
  readonly node: NodePort | null;
  /** The connection that was named, to end it by that name. */
  readonly n: number | null;
  /** The expression. */
  readonly text: string;
  readonly matcher: Matcher;
  readonly scope: LivingScope;
  /** It asks of events, too, and not of messages alone. */
  readonly hasEvents: boolean;
  readonly lines: boolean;
}

/** A line as it passes. */
interface Told {
  readonly n: number;
  readonly direction: LineDirection;
  readonly line: string;
  readonly message: Message | null;
}

/** Of a traced line this much is shown: no node of ours sends a longer one. */
const LINE_LENGTH_MAX = 1_400;

export class Notices extends Reports {
  private wanted: readonly Trace[] = [];
  private readonly observation = emptyObservation();
  private readonly shell: Shell;
  private readonly place: Place;
  private endEvents: (() => void) | null = null;
  private endLines: (() => void) | null = null;
  private endVerdicts: (() => void) | null = null;
  private endChanges: (() => void) | null = null;

  constructor(shell: Shell, place: Place) {
    super(shell, place);
    this.shell = shell;
    this.place = place;
  }

  /** Starts to report, until `stop` or the end of the world. */
  start(): void {
    const { world } = this.place;
    if (world === null) return;
    this.endEvents = world.onEvent((from, event) => {
      this.replay(from, event);
      if (this.wanted.length > 0) this.traceEvent(from, event);
    });
    this.endChanges = world.tap.onChange((change) => this.tellChange(change));
  }

  stop(): void {
    this.endEvents?.();
    this.endLines?.();
    this.endVerdicts?.();
    this.endChanges?.();
  }

  get traces(): readonly Trace[] {
    return this.wanted;
  }

  set traces(traces: readonly Trace[]) {
    this.wanted = traces;
    if (traces.length > 0 && this.endLines === null) this.listen();
    const { world } = this.place;
    if (traces.length > 0 && this.endVerdicts === null && world !== null)
      this.endVerdicts = world.witness({ ...BLIND, verdict: (name, _, verdict) => this.traceVerdict(name, verdict) });
    if (traces.length > 0) return;
    this.endVerdicts?.();
    this.endVerdicts = null;
    this.endLines?.();
    this.endLines = null;
  }

  protected override print(text: string, isAskedFor = false): void {
    if (this.shell.options.isQuiet !== true || isAskedFor) super.print(text);
  }

  private listen(): void {
    const { world } = this.place;
    if (world === null) return;
    this.endLines = world.onLine((...line) => this.traceLine(...line));
  }

  /** A message came into somebody's hand, or went. */
  private tellChange(change: TapChange): void {
    const text = changeText(this.shell, change);
    // `id` is the peer's in every notice.
    const value = () => {
      const { id, peer, ...rest } = messageValue(this.shell, change.message);
      return { change: change.kind, message: id, ...rest, id: peer };
    };
    if (text !== null)
      this.print(
        this.shell.options.json ? this.jsonNotice('hand', value()) : folded(`| ${text}`, this.shell.columns(), 2),
      );
    this.shell.promptChanged();
  }

  /** The trace for which what was observed holds; each is asked, for some count. */
  private traceOf(node: NodePort, isEvent: boolean): Trace | null {
    let found: Trace | null = null;
    for (const one of this.wanted) {
      if ((one.node !== null && one.node !== node) || (isEvent && !one.hasEvents)) continue;
      if (one.matcher.looksAtState) one.scope.reset();
      if (one.matcher.test(this.observation)) found ??= one;
    }
    return found;
  }

  private traceEvent(node: NodePort, event: NodeEvent): void {
    observeEvent(this.observation, this.place.world?.now() ?? 0, node, event);
    if (this.traceOf(node, true) === null) return;
    if (this.shell.options.json) return this.print(this.jsonNotice(event.kind, inMilliseconds(event)), true);
    const whose = node === this.place.node() ? '' : `${node.name}: `;
    const text = eventText(event);
    this.print(`${whose}${this.shell.paint.dim('*')} ${event.kind}${text === null ? '' : ` ${safe(text, 300)}`}`, true);
  }

  private traceLine(node: NodePort, n: number, direction: LineDirection, line: string, message: Message | null): void {
    const nameOf = (id: string) => this.shell.lab?.nameOf(id) ?? null;
    observeLine(this.observation, this.place.world?.now() ?? 0, node, n, direction, message, nameOf);
    const trace = this.traceOf(node, false);
    if (trace !== null) this.showLine(node, { n, direction, line, message }, trace, null);
  }

  /** What a fault did to a message; rules and users tell what they do by other words. */
  private traceVerdict(name: string, verdict: LineVerdict): void {
    const { n, direction, message, kind, by } = verdict;
    const node = this.place.world?.nodes().find((one) => one.name === name);
    if (node === undefined || (verdict.isInHand && !/^f\d/.test(by ?? ''))) return;
    const nameOf = (id: string) => this.shell.lab?.nameOf(id) ?? null;
    observeLine(this.observation, this.place.world?.now() ?? 0, node, n, direction, message, nameOf);
    this.observation.kind = kind;
    this.observation.by = by;
    const trace = this.traceOf(node, false);
    this.observation.by = null;
    const line = verdict.line ?? (message === null ? '' : encodeMessage(message));
    if (trace !== null) this.showLine(node, { n, direction, line, message }, trace, verdict);
  }

  private showLine(node: NodePort, told: Told, trace: Trace, verdict: LineVerdict | null): void {
    const { n, direction, line, message } = told;
    const session = node.state.sessions.get(n);
    const id = verdict === null ? null : `m${verdict.number}${verdict.copy > 1 ? `.${verdict.copy}` : ''}`;
    if (this.shell.options.json) {
      const fields = {
        n,
        id: session?.id ?? null,
        address: session?.remote.text ?? null,
        dir: direction,
        type: message?.type ?? 'malformed',
        line: line.slice(0, LINE_LENGTH_MAX),
      };
      const done = verdict === null ? {} : { message: id, verdict: verdict.kind, by: verdict.by, text: verdict.text };
      this.print(this.jsonNotice(verdict === null ? 'line' : 'verdict', { ...fields, ...done }), true);
      return;
    }
    const arrow = direction === 'sent' ? '>' : '<';
    const who = session?.id == null ? `#${n}` : `#${n} ${this.shell.who(session.id)}`;
    const whose = node === this.place.node() ? '' : `${node.name}: `;
    const done = verdict === null ? '' : `${id} ${verdict.kind}${verdict.by === null ? '' : ` by ${verdict.by}`} `;
    const shown = trace.lines || message === null ? safe(line, LINE_LENGTH_MAX) : messageText(message);
    const why = verdict?.text == null ? '' : ` (${safe(verdict.text, 200)})`;
    this.print(`${whose}${this.shell.paint.dim(`${arrow} ${who}`)} ${done}${shown}${why}`, true);
  }
}
