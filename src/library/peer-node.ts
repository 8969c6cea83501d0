/**
 * One node as a program holds it, on sockets or in a lab alike: calls go in; promises, plain rows and events come out. Nothing is printed,
 * no signal is caught, and the process does not end here.
 */
import { EventEmitter } from 'node:events';
import type { NodeEvent } from '../core/events.ts';
import { REASONS } from '../core/reasons.ts';
import type { AddrView, BanView, BootstrapView, PeerView, StatusView, TrafficView } from '../core/view-rows.ts';
import type { NodePort, Order, World } from '../core/world.ts';
import { readSetting, type SettingKey } from '../settings.ts';
import { settingKey } from '../shell/apply-setting.ts';
import { readBanned } from '../shell/ban-target.ts';
import { DIAL_LIMIT_MS, DialAttempt, followDial } from '../shell/dial-attempt.ts';
import { CommandError, UsageError } from '../shell/errors.ts';
import { refusal } from '../shell/pick.ts';
import { readListed, readPlace } from '../shell/places.ts';
import { shortId } from '../shell/render.ts';
import { checkOptions, checkText, FORMS } from './options.ts';
import { type Duration, readTime, type SettingText, settingText } from './read.ts';

/** A pong that takes longer is lost. */
const PING_LIMIT_MS = 5_000;

type Told<Kind extends NodeEvent['kind']> = readonly [event: Extract<NodeEvent, { kind: Kind }>];

/**
 * What a node emits: each of its events by its kind, and all of them as `event`. Its `error` comes as `warning`: the node goes on, and
 * nobody has to listen.
 */
export type PeerNodeEvents = {
  [Kind in Exclude<NodeEvent['kind'], 'error'>]: [...Told<Kind>];
} & { warning: [...Told<'error'>]; event: [event: NodeEvent] };

/** A row of `peers()`, a connection's number, a whole node id, or an address. */
export type PeerName = number | string | Pick<PeerView, 'n'>;

export interface WaitOptions {
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
}

export interface ConnectOptions extends WaitOptions {
  /** Dial it again for ever when it goes. */
  readonly keep?: boolean;
}

const WAIT_OPTIONS = { timeout: FORMS.duration, signal: FORMS.signal };
const CONNECT_OPTIONS = { ...WAIT_OPTIONS, keep: FORMS.flag };

/** Where a node lives, and how its life there begins and ends. */
export interface Home {
  readonly world: World;
  readonly port: NodePort;
  readonly leave: () => Promise<void>;
}

const limits = (limitMs: number, signal: AbortSignal | undefined) =>
  signal === undefined ? { limitMs } : { limitMs, signal };

/** The kind and the event belong together, which the compiler cannot see of a union. */
const emitTo = (emitter: EventEmitter, kind: string, event: NodeEvent) => emitter.emit(kind, event);

export class PeerNode extends EventEmitter<PeerNodeEvents> {
  /** Name within its world; for people. */
  readonly name: string;
  private readonly enter: (node: PeerNode) => Promise<Home>;
  private home: Home | null;
  private starting: Promise<Home> | null;

  /** Made by `createNode` and by labs; `home` when it runs already. */
  constructor(name: string, enter: (node: PeerNode) => Promise<Home>, home: Home | null = null) {
    super();
    this.name = name;
    this.enter = enter;
    this.home = home;
    this.starting = home === null ? null : Promise.resolve(home);
  }

  /**
   * Listens, reads its address book and begins to dial. Rejects with an Error whose `code` is the system's (EADDRINUSE, …). After `stop` it
   * may be started again, with another id.
   */
  async start(): Promise<this> {
    this.starting ??= this.enter(this);
    try {
      this.home = await this.starting;
    } catch (error) {
      this.starting = null;
      throw error;
    }
    return this;
  }

  /** Leaves the network cleanly; resolves when nothing is left, at most `stop.timeout` later. Without a start it does nothing. */
  async stop(): Promise<void> {
    const home = await this.starting?.catch(() => null);
    await home?.leave();
    this.home = null;
    this.starting = null;
  }

  get isRunning(): boolean {
    return this.home !== null;
  }

  /** Its id, another one after every start. */
  get id(): string {
    return this.at().port.state.id;
  }

  /** Where it listens, `ip:port`. */
  get addresses(): readonly string[] {
    return this.at().port.views.status().listening;
  }

  /** The first of them, for the `bootstrap` of others. */
  get address(): string {
    const [first] = this.addresses;
    if (first === undefined) throw new UsageError(`${this.name} does not listen`);
    return first;
  }

  status(): StatusView {
    return this.at().port.views.status();
  }

  /** Every connection, those in mid-handshake too: `state` says which are peers. */
  peers(): readonly PeerView[] {
    return this.at().port.views.peers();
  }

  /** The address book. */
  known(): readonly AddrView[] {
    return this.at().port.views.addrs();
  }

  bootstrap(): readonly BootstrapView[] {
    return this.at().port.views.bootstrap();
  }

  bans(): readonly BanView[] {
    return this.at().port.views.bans();
  }

  /** Messages and bytes by type, of the node or of one peer. */
  traffic(peer?: PeerName): TrafficView {
    return this.at().port.views.traffic(peer === undefined ? null : this.find(peer).n);
  }

  /**
   * Dials and shakes hands; resolves with the peer, also when there was a connection already. Rejects with a PeershError whose `code` is one
   * of REASONS, `timeout` or `held`.
   */
  async connect(address: string, options: ConnectOptions = {}): Promise<PeerView> {
    checkText('connect takes an address', address);
    checkOptions<ConnectOptions>('connect', options, CONNECT_OPTIONS);
    const { world, port } = this.at();
    const target = { ...readPlace(address), keep: options.keep === true };
    const limitMs = options.timeout === undefined ? DIAL_LIMIT_MS : readTime(options.timeout) / 1_000;
    const attempt = await followDial(world, port, target, limits(limitMs, options.signal));
    if (!(attempt instanceof DialAttempt)) throw refusal(attempt);
    const { failure, done, n } = attempt;
    options.signal?.throwIfAborted();
    const fail = (code: string, why: string) => new CommandError(code, `${address}: ${why}`);
    if (failure?.said === 'full') throw fail('full', 'all its places for peers are taken');
    if (failure !== null) throw fail(failure.reason, REASONS[failure.reason].sentence);
    if (!done && world.tap.held().length > 0) throw fail('held', 'a message is held');
    if (!done) throw fail('timeout', 'no answer in time');
    const peer = this.peers().find((one) => one.n === n);
    if (peer === undefined) throw fail('remote-closed', 'the connection closed at once');
    return peer;
  }

  /** Resolves with the round trip in milliseconds. */
  async ping(peer: PeerName, options: WaitOptions = {}): Promise<number> {
    checkOptions<WaitOptions>('ping', options, WAIT_OPTIONS);
    const { timeout = PING_LIMIT_MS, signal } = options;
    const { world, port } = this.at();
    const { n } = this.find(peer);
    const limitMs = readTime(timeout) / 1_000;
    this.order({ kind: 'ping', n });
    const ending = (from: NodePort, event: NodeEvent) =>
      from === port &&
      ((event.kind === 'pong' && event.n === n && event.user) || (event.kind === 'closed' && event.n === n));
    const result = await world.until(ending, limits(limitMs, signal));
    signal?.throwIfAborted();
    if (result.kind === 'event' && result.event.kind === 'pong') return result.event.rttUs / 1_000;
    if (result.kind === 'event') throw new CommandError('no-such-peer', `#${n} closed the connection`);
    throw new CommandError(result.kind, `#${n}: ${result.kind === 'held' ? 'a message is held' : 'no pong in time'}`);
  }

  /** Says bye; the peer stays away for `drop.hold`, or until `connect`. */
  drop(peer: PeerName): void {
    this.order({ kind: 'drop', n: this.find(peer).n });
  }

  /** A peer, an IP or a node id; for `ban.time` when nothing else is said. Throws a PeershError of code `no-such-peer` when it is none. */
  ban(target: PeerName, time?: Duration): void {
    this.order({ kind: 'ban', target: this.banned(target), forUs: time === undefined ? null : readTime(time) });
  }

  /** As `bans` names it. */
  unban(target: string): void {
    this.order({ kind: 'unban', target });
  }

  addBootstrap(address: string): void {
    checkText('addBootstrap takes an address', address);
    this.order({ kind: 'bootstrap-add', ...readListed(address) });
  }

  removeBootstrap(address: string): void {
    checkText('removeBootstrap takes an address', address);
    this.order({ kind: 'bootstrap-remove', ...readListed(address) });
  }

  /** One setting, as `createNode` takes it. */
  set(key: SettingKey, value: SettingText): void {
    const reading = readSetting(settingKey(key), settingText(value));
    if (!reading.ok) throw new UsageError(reading.message);
    this.order({ kind: 'set', key, value: reading.value });
  }

  /** The world and the port below, for what has no method here. Throws while it is not running. */
  at(): Home {
    if (this.home === null) throw new CommandError('not-running', `${this.name} is not running: await start() first`);
    return this.home;
  }

  /** Hands one event to the listeners; only a world calls it. A listener that throws is an uncaught exception, as of any emitter. */
  tell(event: NodeEvent): void {
    try {
      emitTo(this, event.kind === 'error' ? 'warning' : event.kind, event);
      emitTo(this, 'event', event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  private order(order: Order): void {
    const answer = this.at().port.order(order);
    if (!answer.ok) throw refusal(answer);
  }

  private match(peer: PeerName): PeerView | undefined {
    const name = typeof peer === 'object' ? peer.n : peer;
    return this.peers().find(({ n, id, address, listen }) => [n, id, address, listen].includes(name));
  }

  private banned(target: PeerName): number | string {
    if (typeof target === 'number') return target;
    if (typeof target === 'object') return target.n;
    checkText('ban takes a peer, an IP or a node id', target);
    const found = this.match(target);
    if (found !== undefined) return found.n;
    const { peer, target: kept } = readBanned({ node: this.at().port, who: shortId }, target);
    return peer?.n ?? kept;
  }

  private find(peer: PeerName): PeerView {
    const found = this.match(peer);
    if (found === undefined)
      throw new CommandError(
        'no-such-peer',
        `no peer ${typeof peer === 'object' ? `#${peer.n}` : JSON.stringify(peer)}`,
      );
    return found;
  }
}
