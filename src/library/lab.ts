/**
 * `createLab`: a simulated network as a program holds it. How many nodes and a seed go in; time passes only when it is told to, and the same
 * calls give the same run. Nothing is printed.
 */
import type { NodeEvent } from '../core/events.ts';
import type { FaultView, Moment, SimulatedWorld, Simulation } from '../core/simulation.ts';
import type { NodePort } from '../core/world.ts';
import type { Settings } from '../settings.ts';
import { CommandError, UsageError } from '../shell/errors.ts';
import { checkMemory } from '../shell/lab/memory.ts';
import { hashText, momentText, readMoment } from '../shell/lab/moments.ts';
import { holdsSince, moveTo } from '../shell/lab/runner.ts';
import { BOOTSTRAPS, createSimulated } from '../shell/lab/setup.ts';
import type { LabWorlds } from '../shell/lab/worlds.ts';
import { readPlace } from '../shell/places.ts';
import { createLabWorlds } from '../worlds.ts';
import { checkOptions, checkText, FORMS } from './options.ts';
import { PeerNode } from './peer-node.ts';
import { type Duration, readSettings, readTime, type SettingTexts } from './read.ts';

/** Without `within`. */
const UNTIL_US = 600_000_000;
const NEVER = new AbortController().signal;

export interface LabOptions {
  /** How many there are from the start, `n1`, `n2`, …; default 8. */
  readonly nodes?: number;
  /** Whole number from 0 on; default 1. */
  readonly seed?: number;
  /** `line`, `ring`, `grid`, `tree:K`, `star`, `full`, `er:P`, `ws:K,P` or `ba:M`. Default: everybody dials the first three. */
  readonly topology?: string;
  readonly settings?: SettingTexts;
  /** Encode and decode every message on its way, which changes nothing but the speed. */
  readonly wire?: boolean;
}

export interface SpawnOptions {
  /** Default: the next of `n9`, `n10`, … */
  readonly name?: string;
  /** Names of nodes, or addresses. Default: the first three of the lab. */
  readonly bootstrap?: readonly string[];
  readonly settings?: SettingTexts;
}

export interface UntilTrueOptions {
  /** Of the lab's time; default 10 minutes. */
  readonly within?: Duration;
  /** Whose `peers` and `state` the expression means; default the first one. */
  readonly node?: string;
  readonly signal?: AbortSignal;
}

interface RunOptions {
  readonly signal?: AbortSignal;
}

type HoldsOptions = Omit<UntilTrueOptions, 'within'>;

const { text, number, flag, texts, table, duration, signal } = FORMS;
const LAB_OPTIONS = { nodes: number, seed: number, topology: text, settings: table, wire: flag };
const SPAWN_OPTIONS = { name: text, bootstrap: texts, settings: table };
const RUN_OPTIONS = { signal };
const HOLDS_OPTIONS = { node: text, signal };
const UNTIL_OPTIONS = { within: duration, node: text, signal };

export interface LabMoment {
  /** `main#112`. */
  readonly moment: string;
  readonly branch: string;
  readonly index: number;
  readonly atMs: number;
}

export async function createLab(options: LabOptions = {}): Promise<Lab> {
  checkOptions<LabOptions>('createLab', options, LAB_OPTIONS);
  const { nodes = 8, seed = 1, topology = null, wire = false } = options;
  if (!Number.isInteger(nodes) || nodes < 1) throw new UsageError(`nodes: ${nodes} is no whole number from 1 on`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new UsageError(`seed: ${seed} is no whole number from 0 to ${2 ** 32 - 1}`);
  const settings = readSettings(options.settings);
  const worlds = await createLabWorlds();
  checkMemory(nodes, worlds.freeBytes());
  const made = await createSimulated(worlds, { nodes, seed, topology, wire, isScripted: false }, settings);
  if (made.simulated === null) throw new Error('a simulated lab has a simulation');
  return new Lab(made.simulated, made.members, settings, worlds);
}

export class Lab {
  /** The world below, for what has no method here. */
  readonly world: SimulatedWorld;
  private readonly members: string[];
  private readonly settings: Settings;
  private readonly worlds: LabWorlds;
  private readonly held = new Map<string, PeerNode>();
  /** No more than one thing that happens is told of. */
  private readonly untold: { readonly to: PeerNode; readonly event: NodeEvent }[] = [];
  private isTelling = false;

  /** Made by `createLab`. */
  constructor(world: SimulatedWorld, members: readonly string[], settings: Settings, worlds: LabWorlds) {
    this.world = world;
    this.members = [...members];
    this.settings = settings;
    this.worlds = worlds;
    world.onEvent((from, event) => {
      const to = this.held.get(from.name);
      if (to !== undefined) this.untold.push({ to, event });
    });
    // Between two things that happen: what a listener does there comes at the same moment in every run.
    world.simulation.afterEach = () => this.tell();
  }

  get seed(): number {
    return this.simulation.seed;
  }

  /** The lab's time in milliseconds since it began. */
  get now(): number {
    return this.world.now() / 1_000;
  }

  /** Of everything that happened so far; equal runs have equal ones. */
  get hash(): string {
    return hashText(this.simulation.hash());
  }

  get moment(): LabMoment {
    return momentOf(this.simulation.moment());
  }

  /** Those that run now. */
  nodes(): PeerNode[] {
    return this.world.nodes().map((port) => this.hold(port));
  }

  /** One that runs now, by name. */
  node(name: string): PeerNode {
    const port = this.world.nodes().find((one) => one.name === name);
    if (port === undefined) throw new CommandError('no-such-node', `no node ${JSON.stringify(name)} runs in the lab`);
    return this.hold(port);
  }

  /** A node more, from now on. */
  async spawn(options: SpawnOptions = {}): Promise<PeerNode> {
    checkOptions<SpawnOptions>('spawn', options, SPAWN_OPTIONS);
    const name = options.name ?? this.nextName();
    if (!/^n[1-9][0-9]*$/.test(name)) throw new UsageError(`${JSON.stringify(name)} is no name such as n9`);
    if (this.members.includes(name))
      throw new UsageError(`${name} is there already; fault('restart ${name}') starts it`);
    const bootstrap = (options.bootstrap ?? this.members.slice(0, BOOTSTRAPS)).map((word) => this.placeOf(word));
    const settings = options.settings === undefined ? { ...this.settings } : readSettings(options.settings);
    checkMemory(this.members.length + 1, this.worlds.freeBytes());
    this.members.push(name);
    return this.hold(await this.world.spawn({ name, settings, listen: [], bootstrap, data: null }));
  }

  /** Lets so much of the lab's time pass, less when a rule of its tap stops a message. */
  async run(time: Duration, options: RunOptions = {}): Promise<LabMoment> {
    checkOptions<RunOptions>('run', options, RUN_OPTIONS);
    const { signal = NEVER } = options;
    await this.move(this.world.now() + readTime(time), holdsSince(this.simulation), signal);
    return this.moment;
  }

  /** Runs until an expression of the shell holds, such as `converged()` or `n3.peers>=2`; false when it did not within the time. */
  async runUntil(expression: string, options: UntilTrueOptions = {}): Promise<boolean> {
    checkText('runUntil takes an expression', expression);
    checkOptions<UntilTrueOptions>('runUntil', options, UNTIL_OPTIONS);
    const { within, signal = NEVER } = options;
    const limit = this.world.now() + (within === undefined ? UNTIL_US : readTime(within));
    const watcher = this.asking(() => this.simulation.watch(expression, this.nameOf(options.node)));
    const isStopped = holdsSince(this.simulation);
    let isTrue = watcher.hit();
    try {
      if (!isTrue)
        await this.move(
          limit,
          () => {
            isTrue ||= watcher.hit();
            return isTrue || isStopped();
          },
          signal,
        );
    } finally {
      watcher.close();
    }
    return isTrue;
  }

  /** Whether an expression holds now. */
  async holds(expression: string, options: HoldsOptions = {}): Promise<boolean> {
    checkText('holds takes an expression', expression);
    checkOptions<HoldsOptions>('holds', options, HOLDS_OPTIONS);
    const { node, signal = NEVER } = options;
    return this.simulation.ask(expression, this.nameOf(node), signal).catch((error: unknown) => {
      throw asUsage(error);
    });
  }

  /** Harms the network, `partition n1,n2|n3 for 10s`; the ids of what is on now. */
  fault(text: string): readonly string[] {
    checkText('fault takes a fault', text);
    const answer = this.simulation.fault(text, {});
    if (!answer.ok) throw new UsageError(answer.message, answer.near);
    return answer.ids;
  }

  /** Ends one fault by its id, or all. */
  heal(id = 'all'): void {
    if (!this.simulation.heal(id) && id !== 'all')
      throw new CommandError('no-such-fault', `no fault ${JSON.stringify(id)}`);
  }

  faults(): readonly FaultView[] {
    return this.simulation.faults();
  }

  /** To any moment of the past, `3s`, `#112`, or `main#112`; what is done there begins another branch. */
  async rewind(to: string): Promise<LabMoment> {
    const ends = new Map(this.simulation.branches().map(({ name, end }) => [name, end]));
    const place = readMoment({ labels: new Map(), ends }, to);
    try {
      if (place.branch !== null && place.branch !== this.moment.branch) await this.simulation.checkout(place.branch);
      await this.simulation.goTo(place.to);
    } catch (error) {
      throw error instanceof RangeError ? new CommandError('no-such-moment', error.message) : error;
    }
    return this.moment;
  }

  /** Runs all of it again, as objects and encoded: `same` is true when nothing differs. */
  async check(): Promise<{ readonly same: boolean; readonly events: number; readonly hash: string }> {
    const { isSame, events, hash } = await this.simulation.check();
    return { same: isSame, events, hash: hashText(hash) };
  }

  async close(): Promise<void> {
    this.simulation.afterEach = null;
    await this.world.close();
  }

  private get simulation(): Simulation {
    return this.world.simulation;
  }

  private async move(limitUs: number, isDone: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await moveTo({ simulation: this.simulation, worlds: this.worlds }, limitUs, isDone, signal);
    signal.throwIfAborted();
  }

  private hold(port: NodePort): PeerNode {
    const known = this.held.get(port.name);
    if (known !== undefined) return known;
    const home = { world: this.world, port, leave: () => port.stop() };
    const enter = () =>
      Promise.reject(new UsageError(`${port.name} has left the lab: fault('restart ${port.name}') starts it anew`));
    const node = new PeerNode(port.name, enter, home);
    this.held.set(port.name, node);
    return node;
  }

  /** A listener that gives an order makes something happen, which is told after what was told before it. */
  private tell(): void {
    if (this.isTelling) return;
    this.isTelling = true;
    for (let next = this.untold.shift(); next !== undefined; next = this.untold.shift()) next.to.tell(next.event);
    this.isTelling = false;
  }

  private nextName(): string {
    let number = this.members.length + 1;
    while (this.members.includes(`n${number}`)) number += 1;
    return `n${number}`;
  }

  private placeOf(word: string) {
    const index = this.members.indexOf(word);
    return index < 0 ? readPlace(word) : this.world.placeOf(index);
  }

  private nameOf(node: string | undefined): string {
    return this.node(node ?? this.world.nodes()[0]?.name ?? '').name;
  }

  private asking<Result>(ask: () => Result): Result {
    try {
      return ask();
    } catch (error) {
      throw asUsage(error);
    }
  }
}

const momentOf = ({ branch, index, time }: Moment): LabMoment => ({
  moment: momentText({ branch, index }),
  branch,
  index,
  atMs: time / 1_000,
});

/** What is wrong with an expression comes as an Error with one line for the user. */
const asUsage = (error: unknown) =>
  error instanceof Error && error.name !== 'AbortError' ? new UsageError(error.message) : error;
