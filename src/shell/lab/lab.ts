/**
 * The lab beside a shell's own node: a world of many nodes, which of them the user looks at, and what was named in it. It is driven by
 * commands; nothing here prints.
 */
import type { BranchView, Moment, SimulatedWorld, Simulation } from '../../core/simulation.ts';
import type { NodePort, World } from '../../core/world.ts';
import type { SettingKey, Settings } from '../../settings.ts';
import type { Recorder } from '../../trace/recorder.ts';
import { createRing, type Ring } from '../../trace/ring.ts';
import type { SettingOrigin } from '../apply-setting.ts';
import { CommandError, UsageError } from '../errors.ts';
import { heldText } from '../hand/held-text.ts';
import type { Notices } from '../notices.ts';
import { shownFault } from '../render.ts';
import type { Shell } from '../shell.ts';
import { Agenda } from './agenda.ts';
import { Expectations } from './expectations.ts';
import { Inhabitants } from './inhabitants.ts';
import { LabRecord } from './lab-record.ts';
import { type Calendar, type Place, timeText } from './moments.ts';
import { Onlookers } from './onlookers.ts';
import { type Clockwork, Runner, type RunnerEvents } from './runner.ts';
import type { Script } from './script-file.ts';
import type { LabWorlds } from './worlds.ts';

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

export class Lab {
  readonly world: World;
  /** null: real nodes, whose time is the wall's. */
  readonly simulation: Simulation | null;
  private readonly simulated: SimulatedWorld | null;
  readonly inhabitants: Inhabitants;
  readonly onlookers: Onlookers;
  /** What is expected of it; null where nothing can be. */
  readonly expectations: Expectations | null;
  readonly options: LabOptions;
  /** What the lab was made with; a script changes it for nodes that come later. */
  readonly settings: Settings;
  /** So many inputs made it; what came after was done by the user. */
  readonly setUpInputs: number;
  readonly worlds: LabWorlds;
  readonly origins = new Map<SettingKey, SettingOrigin>();
  private readonly endLines: (() => void) | null;
  readonly record: LabRecord;
  /** The last lines of nodes, by name. */
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
    this.inhabitants = new Inhabitants(world, simulated, members, options.nodes);
    this.onlookers = new Onlookers(
      () => this.inhabitants.first(),
      (shell) => noticesFor(this, shell),
    );
    this.expectations = simulation === null ? null : new Expectations(simulation);
    this.options = options;
    this.settings = { ...settings };
    this.setUpInputs = options.isScripted ? 0 : (simulation?.moment().inputs ?? 0);
    this.worlds = worlds;
    this.branch = simulation?.moment().branch ?? '';
    this.background = simulation === null ? null : new Runner({ simulation, worlds }, events);
    this.agenda =
      simulation === null
        ? null
        : new Agenda(simulation, ({ atUs, text }, error) =>
            this.onlookers.tell((notices) =>
              notices.complain(
                `at ${timeText(atUs)} ${shownFault(text)}: ${shownFault(error instanceof Error ? error.message : String(error))}`,
              ),
            ),
          );
    this.endLines = this.keepsLines
      ? world.onLine((node, n, direction, line) => this.ringOf(node).add(world.now(), n, direction, line))
      : null;
  }

  /** Few enough nodes to keep the last lines of each. */
  get keepsLines(): boolean {
    return this.options.nodes <= KEPT_NODES_MAX;
  }

  /** Who lives there, did or will, in the order of coming. */
  members(): readonly string[] {
    return this.inhabitants.members();
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
    return this.inhabitants.nameOf(id);
  }

  prompt(shell: Shell): string {
    const focus = this.onlookers.focusOf(shell);
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
    return this.inhabitants.node(name);
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
    return shell.labHere === this ? shell.node : this.onlookers.focusOf(shell);
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
      this.inhabitants.timeMoved();
      this.record.forget();
      this.onlookers.timeMoved(this.world.nodes());
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
    this.onlookers.tell((notices) => notices.stop());
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
