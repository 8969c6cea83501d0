/** What a node reports by itself, as one line each: events and traced lines go in, lines for the screen (or JSON for stderr) come out. */
import type { NodeEvent } from '../core/events.ts';
import { REASONS } from '../core/reasons.ts';
import type { TapChange } from '../core/tap.ts';
import { learntView } from '../core/views.ts';
import type { LineDirection, NodePort, World } from '../core/world.ts';
import type { Matcher } from '../query/match.ts';
import { emptyObservation } from '../query/observation.ts';
import type { LivingScope } from '../query/scope.ts';
import { eventText } from '../trace/details.ts';
import { asciiOnly } from '../util/ascii.ts';
import type { AddrEntry, Message } from '../wire/messages.ts';
import { observeEvent, observeLine } from './expressions.ts';
import { changeText, messageValue } from './hand/in-hand.ts';
import { messageText } from './message-text.ts';
import { quoted, round3, safe } from './render.ts';
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

type Ready = Extract<NodeEvent, { kind: 'ready' }>;

/** What a node says that takes nobody in any more (rule 52), and how many such nodes are remembered. */
const FULL = 'full';
const DOUBTED_MAX = 256;

/** Of a traced line this much is shown: no node of ours sends a longer one. */
const LINE_LENGTH_MAX = 1_400;

type Kind = 'connect' | 'drop' | 'dial' | 'gossip' | 'error' | 'self' | 'flood' | 'save';

/** Which kind of notice an event is; null is never shown. */
function kindOf(event: NodeEvent): Kind | null {
  switch (event.kind) {
    case 'ready':
      return 'connect';
    case 'closed':
      return event.wasReady && event.reason !== 'duplicate' ? 'drop' : null;
    case 'dialing':
    case 'dial-failed':
      return 'dial';
    case 'addr':
      return event.own ? null : 'gossip';
    case 'error':
    case 'late':
    case 'strike':
      return 'error';
    case 'self':
      return 'self';
    case 'flood':
    case 'refused':
      return 'flood';
    case 'saved':
      return 'save';
    default:
      return null;
  }
}

/** Whose news are told. */
export interface Place {
  /** null when there is no world: only the shell itself has something to say. */
  readonly world: World | null;
  /** The node whose events are told; null: nobody's. */
  node(): NodePort | null;
  /** Before each line, such as `live `. */
  tag(): string;
}

export class Notices {
  private wanted: readonly Trace[] = [];
  private readonly observation = emptyObservation();
  private readonly shell: Shell;
  private readonly place: Place;
  private endEvents: (() => void) | null = null;
  private endLines: (() => void) | null = null;
  private endChanges: (() => void) | null = null;
  /** Peers whose coming was said and whose going was not, so that the two connections of a collision are one line. */
  private readonly present = new Set<string>();
  /** Peers that were full when we came, and the coming that is not said until they keep us: they are tried again and again. */
  private readonly doubted = new Map<string, Ready | null>();

  constructor(shell: Shell, place: Place) {
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
    this.endChanges?.();
  }

  get traces(): readonly Trace[] {
    return this.wanted;
  }

  set traces(traces: readonly Trace[]) {
    this.wanted = traces;
    if (traces.length > 0 && this.endLines === null) this.listen();
    if (traces.length > 0) return;
    this.endLines?.();
    this.endLines = null;
  }

  private listen(): void {
    const { world } = this.place;
    if (world === null) return;
    this.endLines = world.onLine((...line) => this.traceLine(...line));
  }

  /** What is known of who came and went is of another time or of another node. */
  forget(): void {
    this.present.clear();
    this.doubted.clear();
  }

  /** Reports an event, be it one that came before this shell was there. */
  replay(from: NodePort, event: NodeEvent): void {
    if (from === this.place.node()) this.report(from, event);
  }

  /** A notice of the shell's own, such as that it has started. */
  say(event: string, fields: Readonly<Record<string, string | null>>, told?: string): void {
    const text = Object.values(fields)
      .filter((field) => field !== null)
      .join(' ');
    this.print(this.shell.options.json ? this.jsonNotice(event, fields) : (told ?? `${event} ${text}`));
  }

  /** Something that went wrong without a command to answer for it. */
  complain(message: string): void {
    const isJson = this.shell.options.json;
    this.print(isJson ? this.jsonNotice('error', { message }) : `${this.shell.paint.bad('!')} ${message}`);
  }

  /** A message came into somebody's hand, or went. */
  private tellChange(change: TapChange): void {
    const text = changeText(this.shell, change);
    // `id` is the peer's in every notice.
    const value = () => {
      const { id, peer, ...rest } = messageValue(this.shell, change.message);
      return { change: change.kind, message: id, ...rest, id: peer };
    };
    if (text !== null) this.print(this.shell.options.json ? this.jsonNotice('hand', value()) : `| ${text}`);
    this.shell.promptChanged();
  }

  private print(text: string, isAskedFor = false): void {
    if (this.shell.options.isQuiet === true && !isAskedFor) return;
    this.shell.print(this.shell.options.json ? text : `${this.place.tag()}${text}`);
  }

  private report(from: NodePort, event: NodeEvent): void {
    if (event.kind === 'pong') return this.believe(from, event.id);
    const kind = kindOf(event);
    if (event.kind === 'ready' && event.id !== null) {
      if (this.present.has(event.id)) return;
      if (this.doubted.has(event.id)) return void this.doubted.set(event.id, event);
      this.present.add(event.id);
    }
    if (kind === 'drop' && event.kind === 'closed' && event.id !== null) {
      if (!this.present.delete(event.id) && this.doubted.has(event.id)) return;
      if (event.said === FULL) this.doubt(event.id);
    }
    if (kind === null || !from.state.settings.events.includes(kind)) return;
    // Whoever ends the node knows; a program that keeps an account gets every end.
    if (event.kind === 'closed' && event.reason === 'stopping' && !this.shell.options.json) return;
    const text = this.shell.options.json ? this.jsonNotice(kind, inMilliseconds(event)) : this.describe(event);
    if (text !== null) this.print(text);
  }

  private doubt(id: string): void {
    this.doubted.set(id, null);
    if (this.doubted.size > DOUBTED_MAX)
      for (const oldest of this.doubted.keys()) return void this.doubted.delete(oldest);
  }

  /** It answers a ping, so it has kept us. */
  private believe(from: NodePort, id: string | null): void {
    const coming = id === null || this.doubted.size === 0 ? undefined : this.doubted.get(id);
    if (id === null || coming === undefined) return;
    this.doubted.delete(id);
    if (coming !== null) this.report(from, coming);
  }

  /** The fields that every notice has come first, null where it has none. */
  private jsonNotice(event: string, fields: Readonly<Record<string, unknown>>): string {
    const { world } = this.place;
    const atMs = round3((world?.now() ?? 0) / 1_000);
    const node = this.shell.lab === null ? {} : { node: this.place.node()?.name ?? null };
    return asciiOnly(JSON.stringify({ event, atMs, ...node, id: null, address: null, reason: null, ...fields }));
  }

  private describe(event: NodeEvent): string | null {
    const { paint } = this.shell;
    switch (event.kind) {
      case 'ready':
        return `${paint.good('+')} ${event.helloLess ? 'a peer that says no hello' : this.shell.who(event.id)} ${event.dir} ${event.address}${event.agent === null ? '' : ` ${quoted(event.agent, 64)}`}`;
      case 'closed': {
        const said = event.said === null || event.said === '' ? '' : ` ${quoted(event.said)}`;
        return `${paint.bad('-')} ${this.shell.who(event.id)} ${event.dir} ${event.address}: ${REASONS[event.reason].sentence}${said}`;
      }
      case 'dialing':
        return event.via === 'dialback' || event.via === 'feeler'
          ? `> visiting ${event.address} to see whether it works`
          : `> dialling ${event.address} (${event.via})`;
      case 'dial-failed':
        return `! ${event.address}: ${REASONS[event.reason].sentence}`;
      case 'addr':
        return `< ${this.shell.who(event.id)} told ${event.fresh.length} new, ${event.known.length} known`;
      case 'error':
        return `${paint.bad('!')} ${safe(event.message, 300)}`;
      case 'late':
        return `! the clock jumped by ${Math.round(event.gapUs / 1_000_000)} s; pinging every peer again`;
      case 'strike':
        return `! ${this.shell.who(event.id)} ${event.address}: ${safe(event.reason)} (strike ${event.strikes})`;
      case 'self':
        return `> Connected to myself (${event.address}): our own address, not dialled again`;
      case 'flood':
        return `! ${this.shell.who(event.id)} ${event.address} sends more than it may and is held back`;
      case 'refused':
        return event.count === 1
          ? `! refused ${event.address}: ${REASONS[event.reason].sentence}`
          : `! refused ${event.count} connections, the last from ${event.address}: ${REASONS[event.reason].sentence}`;
      case 'saved':
        return `> saved ${event.addresses} addresses`;
      default:
        return null;
    }
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
    if (trace === null) return;
    const type = message?.type ?? 'malformed';
    const session = node.state.sessions.get(n);
    if (this.shell.options.json) {
      const address = session?.remote.text ?? null;
      const fields = {
        n,
        id: session?.id ?? null,
        address,
        dir: direction,
        type,
        line: line.slice(0, LINE_LENGTH_MAX),
      };
      this.print(this.jsonNotice('line', fields), true);
      return;
    }
    const arrow = direction === 'sent' ? '>' : '<';
    const who = session?.id == null ? `#${n}` : `#${n} ${this.shell.who(session.id)}`;
    const whose = node === this.place.node() ? '' : `${node.name}: `;
    this.print(
      `${whose}${this.shell.paint.dim(`${arrow} ${who}`)} ${trace.lines || message === null ? safe(line, LINE_LENGTH_MAX) : messageText(message)}`,
      true,
    );
  }
}

/** The event as JSON notices carry it: without its kind, durations in milliseconds. */
function inMilliseconds(event: NodeEvent): Record<string, unknown> {
  const fields = Object.entries(event).filter(([name]) => name !== 'kind');
  return Object.fromEntries(
    fields.map(([name, value]): [string, unknown] =>
      name.endsWith('Us') && typeof value === 'number'
        ? [`${name.slice(0, -2)}Ms`, round3(value / 1_000)]
        : [name, isLearnt(event, name) ? (value as AddrEntry[]).map(learntView) : value],
    ),
  );
}

const isLearnt = ({ kind }: NodeEvent, name: string) => kind === 'addr' && (name === 'fresh' || name === 'known');
