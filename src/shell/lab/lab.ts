/**
 * The lab beside a shell's own node: a world of many nodes, which of them the user looks at, and what was named in it. It is driven by
 * commands; nothing here prints.
 */
import type { Simulation } from '../../core/simulation.ts';
import type { NodePort, World } from '../../core/world.ts';
import type { SettingKey } from '../../settings.ts';
import { createRing, type Ring } from '../../trace/ring.ts';
import { nearest } from '../../util/nearest.ts';
import type { SettingOrigin } from '../apply-setting.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Notices } from '../notices.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { timeText } from './moments.ts';
import type { LabWorlds } from './worlds.ts';

/** In a larger lab every line would be encoded for nobody. */
const KEPT_NODES_MAX = 60;

export interface LabOptions {
  readonly nodes: number;
  readonly seed: number;
  /** As typed; null: every node dials the first ones. */
  readonly topology: string | null;
  readonly wire: boolean;
}

export class Lab {
  readonly world: World;
  /** null: real nodes, whose time is the wall's. */
  readonly simulation: Simulation | null;
  readonly options: LabOptions;
  readonly worlds: LabWorlds;
  readonly origins = new Map<SettingKey, SettingOrigin>();
  readonly notices: Notices;
  private rings = new Map<string, Ring>();
  /** The node that is looked at. */
  focus: NodePort;
  private readonly ports = new Map<string, NodePort>();

  constructor(
    { world, simulation }: { readonly world: World; readonly simulation: Simulation | null },
    options: LabOptions,
    worlds: LabWorlds,
    notices: (lab: Lab) => Notices,
  ) {
    this.world = world;
    this.simulation = simulation;
    this.options = options;
    this.worlds = worlds;
    this.focus = this.node('n1');
    this.notices = notices(this);
    this.notices.start();
  }

  /** Few enough nodes to keep the last lines of each. */
  get keepsLines(): boolean {
    return this.options.nodes <= KEPT_NODES_MAX;
  }

  names(): string[] {
    return this.world.nodes().map((node) => node.name);
  }

  look(node: NodePort): void {
    if (node === this.focus) return;
    this.focus = node;
    this.notices.forget();
  }

  prompt(): string {
    const at = this.simulation === null ? `tcp ${this.focus.views.ready()}` : timeText(this.world.now());
    return `lab ${this.focus.name} ${at}> `;
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
    throw this.unknown(name, nodes);
  }

  private unknown(name: string, nodes: readonly NodePort[]): CommandError {
    const number = Number(/^n([1-9][0-9]*)$/.exec(name)?.[1]);
    if (number <= this.options.nodes)
      return new CommandError('no-such-node', `${name} is not running at ${timeText(this.world.now())}`);
    const near = nearest(
      name,
      nodes.map((port) => port.name),
    );
    const last = `n${this.options.nodes}`;
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are n1 to ${last}`;
    return new CommandError('no-such-node', `no node ${JSON.stringify(safe(name))} in the lab; ${hint}`, near);
  }

  async close(): Promise<void> {
    this.notices.stop();
    await this.world.close();
  }
}

/** The lab of a shell; without one it is said how to come to one. */
export function labOf(shell: Shell): Lab {
  if (shell.lab === null) throw new CommandError('no-lab', 'no lab here; type lab 8');
  return shell.lab;
}

/** The simulation of a shell's lab; `why` says why real nodes cannot do it. */
export function simulationOf(shell: Shell, what: string): Simulation {
  const { simulation } = labOf(shell);
  if (simulation === null)
    throw new UsageError(
      `${what} needs virtual time: these nodes have real sockets and the wall's clock; lab 8 without --tcp has it`,
    );
  return simulation;
}
