/** What a node reports by itself, as one line each: events and traced lines go in, lines for the screen (or JSON for stderr) come out. */
import type { NodeEvent } from '../core/events.ts';
import { REASONS } from '../core/reasons.ts';
import type { LineDirection, NodePort } from '../core/world.ts';
import type { Message } from '../wire/messages.ts';
import { quoted, safe, shortId } from './render.ts';
import type { Shell } from './shell.ts';

export interface Trace {
  readonly n: number | null;
  readonly direction: LineDirection | null;
  readonly types: readonly string[];
  readonly lines: boolean;
}

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
    case 'saved':
      return 'save';
    default:
      return null;
  }
}

export class Notices {
  traces: Trace[] = [];
  private readonly shell: Shell;
  private ended: (() => void)[] = [];
  /** Peers whose coming was said and whose going was not, so that the two connections of a collision are one line. */
  private readonly present = new Set<string>();

  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** Starts to report; returns the function that ends it. */
  start(onChange: () => void): () => void {
    const { world, node } = this.shell;
    this.ended = [
      world.onEvent((from, event) => {
        if (from !== node) return;
        this.report(event);
        if (event.kind === 'ready' || event.kind === 'closed') onChange();
      }),
      world.onLine((from, n, direction, line, message) => {
        this.shell.options.ring.add(world.now(), n, direction, line);
        if (from === node && this.traces.length > 0) this.traceLine(n, direction, line, message);
      }),
    ];
    return () => {
      for (const end of this.ended) end();
    };
  }

  /** Reports an event that came before this shell was there. */
  replay(from: NodePort, event: NodeEvent): void {
    if (from === this.shell.node) this.report(event);
  }

  private report(event: NodeEvent): void {
    const kind = kindOf(event);
    if (event.kind === 'ready' && event.id !== null) {
      if (this.present.has(event.id)) return;
      this.present.add(event.id);
    }
    if (kind === 'drop' && event.kind === 'closed' && event.id !== null) this.present.delete(event.id);
    if (kind === null || !this.shell.settings.events.includes(kind)) return;
    if (this.shell.options.json) {
      this.shell.print(
        JSON.stringify({ event: kind, atMs: this.shell.world.now() / 1_000, ...event, kind: undefined }),
        false,
      );
      return;
    }
    const text = this.describe(event);
    if (text !== null) this.shell.print(text, false);
  }

  private describe(event: NodeEvent): string | null {
    const { paint } = this.shell;
    switch (event.kind) {
      case 'ready':
        return `${paint.good('+')} ${event.helloLess ? 'a peer that says no hello' : shortId(event.id)} ${event.dir} ${event.address}${event.agent === null ? '' : ` ${quoted(event.agent, 64)}`}`;
      case 'closed': {
        const said = event.said === null || event.said === '' ? '' : ` ${quoted(event.said)}`;
        return `${paint.bad('-')} ${shortId(event.id)} ${event.dir} ${event.address}: ${REASONS[event.reason].sentence}${said}`;
      }
      case 'dialing':
        return `> dialling ${event.address} (${event.via})`;
      case 'dial-failed':
        return `! ${event.address}: ${REASONS[event.reason].sentence}`;
      case 'addr':
        return `< ${shortId(event.id)} told ${event.fresh.length} new, ${event.known.length} known`;
      case 'error':
        return `${paint.bad('!')} ${safe(event.message, 300)}`;
      case 'late':
        return `! the clock jumped by ${Math.round(event.gapUs / 1_000_000)} s; pinging every peer again`;
      case 'strike':
        return `! ${shortId(event.id)} ${event.address}: ${safe(event.reason)} (strike ${event.strikes})`;
      case 'self':
        return `! Connected to myself (${event.address}); not dialled again`;
      case 'saved':
        return `> saved ${event.addresses} addresses`;
      default:
        return null;
    }
  }

  private traceLine(n: number, direction: LineDirection, line: string, message: Message | null): void {
    const type = message?.type ?? 'malformed';
    const trace = this.traces.find(
      (one) =>
        (one.n === null || one.n === n) &&
        (one.direction === null || one.direction === direction) &&
        (one.types.length === 0 || one.types.includes(type)),
    );
    if (trace === undefined) return;
    const session = this.shell.node.state.sessions.get(n);
    if (this.shell.options.json) {
      this.shell.print(
        JSON.stringify({
          event: 'line',
          atMs: this.shell.world.now() / 1_000,
          n,
          id: session?.id ?? null,
          direction,
          type,
          line: line.slice(0, 1_400),
        }),
        false,
      );
      return;
    }
    const arrow = direction === 'sent' ? '>' : '<';
    const who = session?.id == null ? `#${n}` : `#${n} ${shortId(session.id)}`;
    this.shell.print(
      `${this.shell.paint.dim(`${arrow} ${who}`)} ${trace.lines || message === null ? safe(line, 1_400) : summary(message)}`,
      false,
    );
  }
}

/** A decoded message in a few words. */
function summary(message: Message): string {
  switch (message.type) {
    case 'hello':
      return `hello nodeid=${message.nodeid}${message.listen === null ? '' : ` listen=${message.listen}`}${message.agent === null ? '' : ` agent=${quoted(message.agent, 64)}`}${message.ext.length === 0 ? '' : ` ext=${message.ext.map((one) => safe(one)).join(',')}`}`;
    case 'ping':
    case 'pong':
      return message.nonce === null ? message.type : `${message.type} nonce=${safe(String(message.nonce))}`;
    case 'getaddr':
      return 'getaddr';
    case 'addr':
      return `addr ${message.listed} ${message.listed === 1 ? 'entry' : 'entries'}: ${message.peers
        .slice(0, 4)
        .map((entry) => `${entry.address.text} ${shortId(entry.nodeid)}`)
        .join(', ')}${message.peers.length > 4 ? ', …' : ''}`;
    case 'bye':
      return `bye${message.reason === null ? '' : ` reason=${quoted(message.reason)}`}`;
    case 'unknown':
      return `unknown msgtype ${quoted(message.msgtype)}`;
    default:
      return message satisfies never;
  }
}
