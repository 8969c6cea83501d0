/**
 * The lab beside a shell's own node: a world of many nodes, which of them the user looks at, and what was named in it. It is driven by
 * commands; nothing here prints.
 */
import type { BranchView, Moment, SimulatedWorld, Simulation } from '../../core/simulation.ts';
import type { HostPort, NodePort, World } from '../../core/world.ts';
import type { SettingKey, Settings } from '../../settings.ts';
import type { Recorder } from '../../trace/recorder.ts';
import { createRing, type Ring } from '../../trace/ring.ts';
import { nearest } from '../../util/nearest.ts';
import type { SettingOrigin } from '../apply-setting.ts';
import { CommandError, UsageError } from '../errors.ts';
import { heldText } from '../hand/held-text.ts';
import type { Notices } from '../notices.ts';
import { safe, shownFault } from '../render.ts';
import type { Shell } from '../shell.ts';
import { Agenda } from './agenda.ts';
import { Expectations } from './expectations.ts';
import { LabRecord } from './lab-record.ts';
import { type Calendar, type Place, timeText } from './moments.ts';
import { type Clockwork, Runner, type RunnerEvents } from './runner.ts';
import type { Script } from './script-file.ts';
import type { LabWorlds } from './worlds.ts';

/** Each time that a node comes it has another id; when so many were seen for each node, the old ones are forgotten. */
const IDS_PER_NODE_MAX = 8;
/** In a larger lab every line would be encoded for nobody. */
const KEPT_NODES_MAX = 60;

/** A world that has just been made, with at least one node in it. */
export interface Made {
  readonly world: World;
  /** The same when it is simulated, else null. */
  readonly simulated: SimulatedWorld | null;
  /** Who lives there or will, in the order in which they come. */
  readonly members: readonly string[];
  /** Has seen everything so far, where somebody looked. */
  readonly recorder?: Recorder;
}

export interface LabOptions {
  readonly nodes: number;
  readonly seed: number;
  /** As typed; null: every node dials the first ones. */
  readonly topology: string | null;
  readonly wire: boolean;
  /** Every node of it was spawned by a line. */
  readonly isScripted: boolean;
}

/** A shell that looks into the lab: at which node, and what tells it the news. */
interface Onlooker {
  focus: NodePort;
  readonly notices: Notices;
}

export class Lab {
  readonly world: World;
  /** null: real nodes, whose time is the wall's. */
  readonly simulation: Simulation | null;
  private readonly simulated: SimulatedWorld | null;
  /** Where each node comes in the order of coming, by name. */
  private readonly places: Map<string, number>;
  /** Names by address. */
  private readonly byAddress = new Map<string, string>();
  /** What is expected of it; null where nothing can be. */
  readonly expectations: Expectations | null;
  readonly options: LabOptions;
  /** What the lab was made with; a script changes it for nodes that come later. */
  readonly settings: Settings;
  /** So many inputs made it; what came after was done by the user. */
  readonly setUpInputs: number;
  readonly worlds: LabWorlds;
  readonly origins = new Map<SettingKey, SettingOrigin>();
  private readonly noticesFor: (lab: Lab, shell: Shell) => Notices;
  private readonly onlookers = new Map<Shell, Onlooker>();
  private readonly endLines: (() => void) | null;
  readonly record: LabRecord;
  private readonly byId = new Map<string, NodePort>();
  private namedAt = -1;
  /** Names by address; a node that comes again has the one that it had. */
  private readonly rings = new Map<string, Ring>();
  /** Nodes by the names of their groups. */
  readonly groups = new Map<string, readonly string[]>();
  readonly labels = new Map<string, Moment>();
  /** What was run in it from its beginning; null when it was typed. */
  script: Script | null = null;
  /** The branch that was known last: an input after a rewind begins another one. */
  private branch: string;
  private readonly background: Runner | null;
  /** What is to be done later; null where the time is the wall's. */
  readonly agenda: Agenda | null;
  private readonly ports = new Map<string, NodePort>();

  constructor(
    { world, simulated, members, recorder }: Made,
    options: LabOptions,
    settings: Settings,
    worlds: LabWorlds,
    noticesFor: (lab: Lab, shell: Shell) => Notices,
    events: RunnerEvents,
  ) {
    const simulation = simulated?.simulation ?? null;
    this.world = world;
    this.simulated = simulated;
    this.simulation = simulation;
    this.record = new LabRecord(world, simulation, recorder ?? null);
    this.places = new Map(members.map((name, index) => [name, index]));
    this.expectations = simulation === null ? null : new Expectations(simulation);
    this.options = options;
    this.settings = { ...settings };
    this.setUpInputs = options.isScripted ? 0 : (simulation?.moment().inputs ?? 0);
    this.worlds = worlds;
    this.branch = simulation?.moment().branch ?? '';
    this.background = simulation === null ? null : new Runner({ simulation, worlds }, events);
    this.noticesFor = noticesFor;
    this.agenda =
      simulation === null
        ? null
        : new Agenda(simulation, ({ atUs, text }, error) =>
            this.tell((notices) =>
              notices.complain(
                `at ${timeText(atUs)} ${shownFault(text)}: ${shownFault(error instanceof Error ? error.message : String(error))}`,
              ),
            ),
          );
    this.endLines = this.keepsLines
      ? world.onLine((node, n, direction, line) => this.ringOf(node).add(world.now(), n, direction, line))
      : null;
  }

  /** From now on the shell hears what happens here. */
  private onlooker(shell: Shell): Onlooker {
    const known = this.onlookers.get(shell);
    if (known !== undefined) return known;
    const onlooker = { focus: this.someNode(), notices: this.noticesFor(this, shell) };
    // What a shell planned for later is done when it is gone, too.
    if (shell.hasLeft) return onlooker;
    this.onlookers.set(shell, onlooker);
    onlooker.notices.start();
    return onlooker;
  }

  /** Who has joined first; one who has not joined yet has nothing to look at. */
  private someNode(): NodePort {
    const [first] = this.world.nodes();
    const named = this.members()[0] ?? 'n1';
    return this.world.nodes().find(({ name }) => name === named) ?? first ?? this.node(named);
  }

  noticesOf(shell: Shell): Notices {
    return this.onlooker(shell).notices;
  }

  /** The node that a shell looks at. */
  focusOf(shell: Shell): NodePort {
    return this.onlooker(shell).focus;
  }

  /** Tells every shell that looks into the lab. */
  tell(say: (notices: Notices) => void): void {
    for (const { notices } of this.onlookers.values()) say(notices);
  }

  /** The prompts of those who look into it are other ones. */
  moved(): void {
    for (const shell of this.onlookers.keys()) shell.promptChanged();
  }

  isTracing(shell: Shell): boolean {
    return (this.onlookers.get(shell)?.notices.traces.length ?? 0) > 0;
  }

  /** A shell is gone. */
  leave(shell: Shell): void {
    this.onlookers.get(shell)?.notices.stop();
    this.onlookers.delete(shell);
  }

  /** Few enough nodes to keep the last lines of each. */
  get keepsLines(): boolean {
    return this.options.nodes <= KEPT_NODES_MAX;
  }

  /** Who lives there, did or will, in the order of coming. */
  members(): readonly string[] {
    return [...this.places.keys()];
  }

  /** Names of nodes that are about to come; they are taken in in this order. */
  enrol(names: readonly string[]): void {
    for (const name of names) if (!this.places.has(name)) this.places.set(name, this.places.size);
  }

  /** Where a node of a simulated lab listens, be it one that is still to come. */
  placeOf(name: string): HostPort {
    if (this.simulated === null) throw new Error('real nodes have no place before they come');
    return this.simulated.placeOf(this.places.get(name) ?? this.places.size);
  }

  /** The simulated world; with real nodes there is none. */
  simulatedWorld(): SimulatedWorld | null {
    return this.simulated;
  }

  names(): string[] {
    return this.world.nodes().map((node) => node.name);
  }

  /** Where a running node listens; null when that is no name of one. */
  addressOf(name: string): string | null {
    return /^n[1-9][0-9]*$/.test(name) ? (this.node(name).state.listening[0]?.text ?? null) : null;
  }

  idOf(name: string): string | null {
    return /^n[1-9][0-9]*$/.test(name) ? this.node(name).state.id : null;
  }

  /** Whose id that is; null when it is nobody's in the lab. */
  nameOf(id: string | null): string | null {
    if (id === null) return null;
    const known = this.byId.get(id);
    if (known?.state.id === id) return known.name;
    // Nodes came, or came back with another id; of one that came back the old id is still told of.
    if (this.namedAt !== this.world.now()) {
      this.namedAt = this.world.now();
      if (this.byId.size > IDS_PER_NODE_MAX * this.options.nodes) this.byId.clear();
      for (const node of this.world.nodes()) this.byId.set(node.state.id, node);
    }
    return this.byId.get(id)?.name ?? null;
  }

  /** Whose address that is, also of a node that is not running now; null when it is nobody's of the lab. */
  nameAt(address: string): string | null {
    if (this.byAddress.size < this.places.size) this.gatherAddresses();
    return this.byAddress.get(address) ?? null;
  }

  private gatherAddresses(): void {
    for (const [name, index] of this.places) {
      const place = this.simulated?.placeOf(index);
      const address =
        place === undefined ? this.ports.get(name)?.state.listening[0]?.text : `${place.host}:${place.port}`;
      if (address !== undefined) this.byAddress.set(address, name);
    }
  }

  look(shell: Shell, node: NodePort): void {
    const onlooker = this.onlooker(shell);
    if (node === onlooker.focus) return;
    onlooker.focus = node;
    onlooker.notices.forget();
  }

  prompt(shell: Shell): string {
    const focus = this.focusOf(shell);
    const at = this.simulation === null ? `tcp ${focus.views.ready()}` : timeText(this.world.now());
    return `lab ${focus.name} ${at}${heldText(this.world)}> `;
  }

  /** The last lines of a node. */
  ringOf({ name }: NodePort): Ring {
    const ring = this.rings.get(name) ?? createRing();
    this.rings.set(name, ring);
    return ring;
  }

  /** A running node by its name, or one clear error. */
  node(name: string): NodePort {
    const known = this.ports.get(name);
    const nodes = this.world.nodes();
    if (known !== undefined && nodes.includes(known)) return known;
    for (const port of nodes) this.ports.set(port.name, port);
    const found = this.ports.get(name);
    if (found !== undefined && nodes.includes(found)) return found;
    throw this.unknown(name);
  }

  /** Complains of a name that nobody has, be it of a node that is not running now. */
  expect(name: string): void {
    if (!this.places.has(name)) this.node(name);
  }

  /** Why there is no node of that name. */
  unknown(name: string): CommandError {
    if (this.places.has(name))
      return new CommandError('no-such-node', `${name} is not running at ${timeText(this.world.now())}`);
    const members = this.members();
    const near = nearest(name, members);
    const hint =
      near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${members[0]} to ${members.at(-1)}`;
    return new CommandError('no-such-node', `no node ${JSON.stringify(safe(name))} in the lab; ${hint}`, near);
  }

  /** What moves the time. */
  clockwork(): Clockwork {
    if (this.simulation === null) throw new Error('real nodes have the time of the wall');
    return { simulation: this.simulation, worlds: this.worlds };
  }

  runner(): Runner {
    if (this.background === null) throw new Error('real nodes have the time of the wall');
    return this.background;
  }

  /** The node that a command is about, the looked at one when that is not of the lab. */
  speaker(shell: Shell): NodePort {
    return shell.labHere === this ? shell.node : this.focusOf(shell);
  }

  calendar(): Calendar {
    const ends = new Map(this.simulation?.branches().map(({ name, end }) => [name, end]));
    return { labels: this.labels, ends };
  }

  momentNames(): string[] {
    const { labels, ends } = this.calendar();
    return [...labels.keys(), ...ends.keys()];
  }

  /** Goes to a moment; what was kept of the way to where it was is forgotten. */
  async goTo({ branch, to }: Place, signal?: AbortSignal): Promise<Moment> {
    const { simulation } = this.clockwork();
    try {
      if (branch !== null && branch !== simulation.moment().branch) await simulation.checkout(branch, signal);
      return await simulation.goTo(to, signal);
    } catch (error) {
      throw error instanceof RangeError ? new CommandError('no-such-moment', error.message) : error;
    } finally {
      this.branch = simulation.moment().branch;
      this.agenda?.timeMoved();
      this.rings.clear();
      // On another branch the same id may be another node's.
      this.byId.clear();
      this.namedAt = -1;
      this.record.forget();
      const nodes = this.world.nodes();
      for (const onlooker of this.onlookers.values()) {
        onlooker.notices.forget();
        if (!nodes.includes(onlooker.focus)) onlooker.focus = nodes[0] ?? onlooker.focus;
      }
      this.expectations?.break();
    }
  }

  /** Looks at something at another moment and comes back. */
  async visit<Result>(moment: Moment, signal: AbortSignal, look: () => Result): Promise<Result> {
    const { simulation } = this.clockwork();
    const here = simulation.moment();
    await simulation.goTo({ kind: 'moment', moment }, signal);
    try {
      return look();
    } finally {
      await simulation.goTo({ kind: 'moment', moment: here });
    }
  }

  /** The whole of a moment that was typed. */
  async momentAt(place: Place, signal: AbortSignal): Promise<Moment> {
    if (place.to.kind === 'moment') return place.to.moment;
    const { simulation } = this.clockwork();
    const here = simulation.moment();
    try {
      return await this.goTo(place, signal);
    } finally {
      await simulation.goTo({ kind: 'moment', moment: here });
      this.branch = here.branch;
      this.agenda?.timeMoved();
    }
  }

  /** Says once that an input has begun another branch, and where. */
  forked(): BranchView | null {
    const { simulation } = this;
    const branch = simulation?.moment().branch ?? '';
    if (branch === this.branch) return null;
    this.branch = branch;
    return simulation?.branches().find(({ name }) => name === branch) ?? null;
  }

  async close(): Promise<void> {
    this.background?.pause();
    this.endLines?.();
    this.tell((notices) => notices.stop());
    await this.world.close();
  }
}

/** The lab of a shell; without one it is said how to come to one. */
export function labOf(shell: Shell): Lab {
  if (shell.lab === null) throw shell.noLab();
  return shell.lab;
}

/** The same where time must not go on by itself meanwhile. */
export function standingLab(shell: Shell, what: string): { readonly lab: Lab; readonly simulation: Simulation } {
  const simulation = simulationOf(shell, what);
  const lab = labOf(shell);
  lab.runner().pause();
  return { lab, simulation };
}

/** The simulation of a shell's lab, or why its real nodes cannot do `what`. */
export function simulationOf(shell: Shell, what: string): Simulation {
  const { simulation } = labOf(shell);
  if (simulation === null)
    throw new UsageError(
      `${what} needs virtual time: these nodes have real sockets and the wall's clock; lab 8 without --tcp has it`,
    );
  return simulation;
}
