/**
 * What a node reports by itself, as one line each: events go in, lines for the screen (or JSON for stderr) come out. It needs no shell: who
 * speaks only says how peers are called and where lines go.
 */
import type { NodeEvent } from '../core/events.ts';
import { REASONS } from '../core/reasons.ts';
import { learntView } from '../core/views.ts';
import type { NodePort, World } from '../core/world.ts';
import { asciiOnly } from '../util/ascii.ts';
import type { AddrEntry } from '../wire/messages.ts';
import type { Paint } from './color.ts';
import { quoted, round3, safe } from './render.ts';

type Ready = Extract<NodeEvent, { kind: 'ready' }>;

/** What a node says that takes nobody in any more (rule 52), and how many such nodes are remembered. */
const FULL = 'full';
const DOUBTED_MAX = 256;

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

/** In whose words news are told, and to whom. */
export interface Speaker {
  readonly options: { readonly json: boolean };
  readonly paint: Paint;
  /** null: there is one node only, which JSON need not name. */
  readonly lab: object | null;
  /** How a peer is called. */
  who(id: string | null): string;
  print(text: string): void;
}

/** Whose news are told. */
export interface Place {
  /** null when there is no world: only the speaker itself has something to say. */
  readonly world: World | null;
  /** The node whose events are told; null: nobody's. */
  node(): NodePort | null;
  /** Before each line, such as `live `. */
  tag(): string;
}

export class Reports {
  private readonly speaker: Speaker;
  private readonly from: Place;
  /** Peers whose coming was said and whose going was not, so that the two connections of a collision are one line. */
  private readonly present = new Set<string>();
  /** Peers that were full when we came, and the coming that is not said until they keep us: they are tried again and again. */
  private readonly doubted = new Map<string, Ready | null>();

  constructor(speaker: Speaker, from: Place) {
    this.speaker = speaker;
    this.from = from;
  }

  /** What is known of who came and went is of another time or of another node. */
  forget(): void {
    this.present.clear();
    this.doubted.clear();
  }

  /** Reports an event, be it one that came before anybody listened. */
  replay(from: NodePort, event: NodeEvent): void {
    if (from === this.from.node()) this.report(from, event);
  }

  /** A notice of the speaker's own, such as that it has started. */
  say(event: string, fields: Readonly<Record<string, string | null>>, told?: string): void {
    const text = Object.values(fields)
      .filter((field) => field !== null)
      .join(' ');
    this.print(this.speaker.options.json ? this.jsonNotice(event, fields) : (told ?? `${event} ${text}`));
  }

  /** Something that went wrong without a command to answer for it. */
  complain(message: string): void {
    const isJson = this.speaker.options.json;
    this.print(isJson ? this.jsonNotice('error', { message }) : `${this.speaker.paint.bad('!')} ${message}`);
  }

  protected print(text: string): void {
    this.speaker.print(this.speaker.options.json ? text : `${this.from.tag()}${text}`);
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
    if (event.kind === 'closed' && event.reason === 'stopping' && !this.speaker.options.json) return;
    const text = this.speaker.options.json ? this.jsonNotice(kind, inMilliseconds(event)) : this.describe(event);
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
  protected jsonNotice(event: string, fields: Readonly<Record<string, unknown>>): string {
    const { world } = this.from;
    const atMs = round3((world?.now() ?? 0) / 1_000);
    const node = this.speaker.lab === null ? {} : { node: this.from.node()?.name ?? null };
    return asciiOnly(JSON.stringify({ event, atMs, ...node, id: null, address: null, reason: null, ...fields }));
  }

  private describe(event: NodeEvent): string | null {
    const { paint } = this.speaker;
    switch (event.kind) {
      case 'ready':
        return `${paint.good('+')} ${event.helloLess ? 'a peer that says no hello' : this.speaker.who(event.id)} ${event.dir} ${event.address}${event.agent === null ? '' : ` ${quoted(event.agent, 64)}`}`;
      case 'closed': {
        const said = event.said === null || event.said === '' ? '' : ` ${quoted(event.said)}`;
        return `${paint.bad('-')} ${this.speaker.who(event.id)} ${event.dir} ${event.address}: ${REASONS[event.reason].sentence}${said}`;
      }
      case 'dialing':
        return event.via === 'dialback' || event.via === 'feeler'
          ? `> visiting ${event.address} to see whether it works`
          : `> dialling ${event.address} (${event.via})`;
      case 'dial-failed':
        return `! ${event.address}: ${REASONS[event.reason].sentence}`;
      case 'addr':
        return `< ${this.speaker.who(event.id)} told ${event.fresh.length} new, ${event.known.length} known${event.ignored > 0 ? `, ${event.ignored} not taken` : ''}`;
      case 'error':
        return `${paint.bad('!')} ${safe(event.message, 300)}`;
      case 'late':
        return `! the clock jumped by ${Math.round(event.gapUs / 1_000_000)} s; pinging every peer again`;
      case 'strike':
        return `! ${this.speaker.who(event.id)} ${event.address}: ${safe(event.reason)} (strike ${event.strikes})`;
      case 'self':
        return `> Connected to myself (${event.address}): our own address, not dialled again`;
      case 'flood':
        return `! ${this.speaker.who(event.id)} ${event.address} sends more than it may and is held back`;
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
}

/** The event as JSON notices carry it: without its kind, durations in milliseconds. */
export function inMilliseconds(event: NodeEvent): Record<string, unknown> {
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
