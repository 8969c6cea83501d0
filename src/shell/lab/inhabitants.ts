/**
 * Who lives in a lab, did or will: a name, an id or an address goes in, the node comes out, or why there is none. It keeps what it has
 * looked up and changes nothing in the world.
 */
import type { SimulatedWorld } from '../../core/simulation.ts';
import type { NodePort, World } from '../../core/world.ts';
import { nearest } from '../../util/nearest.ts';
import { CommandError } from '../errors.ts';
import { safe, thereAre } from '../render.ts';
import { timeText } from './moments.ts';

/** Each time that a node comes it has another id; when so many were seen for each node, the old ones are forgotten. */
const IDS_PER_NODE_MAX = 8;

export class Inhabitants {
  private readonly world: World;
  private readonly simulated: SimulatedWorld | null;
  /** How many the lab was made for. */
  private readonly size: number;
  /** Where each node comes in the order of coming, by name. */
  private readonly places: Map<string, number>;
  /** Names by address; a node that comes again has the one that it had. */
  private readonly byAddress = new Map<string, string>();
  private readonly byId = new Map<string, NodePort>();
  private namedAt = -1;
  private readonly ports = new Map<string, NodePort>();

  constructor(world: World, simulated: SimulatedWorld | null, members: readonly string[], size: number) {
    this.world = world;
    this.simulated = simulated;
    this.size = size;
    this.places = new Map(members.map((name, index) => [name, index]));
  }

  /** In the order of coming. */
  members(): readonly string[] {
    return [...this.places.keys()];
  }

  /** Names of nodes that are about to come; they are taken in in this order. */
  enrol(names: readonly string[]): void {
    for (const name of names) if (!this.places.has(name)) this.places.set(name, this.places.size);
  }

  /** Who has joined first; one who has not joined yet has nothing to look at. */
  first(): NodePort {
    const [first] = this.world.nodes();
    const named = this.members()[0] ?? 'n1';
    return this.world.nodes().find(({ name }) => name === named) ?? first ?? this.node(named);
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
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : thereAre(members);
    return new CommandError('no-such-node', `no node ${JSON.stringify(safe(name))} in the lab; ${hint}`, near);
  }

  /** Whose id that is; null when it is nobody's in the lab. */
  nameOf(id: string | null): string | null {
    if (id === null) return null;
    const known = this.byId.get(id);
    if (known?.state.id === id) return known.name;
    // Nodes came, or came back with another id; of one that came back the old id is still told of.
    if (this.namedAt !== this.world.now()) {
      this.namedAt = this.world.now();
      if (this.byId.size > IDS_PER_NODE_MAX * this.size) this.byId.clear();
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

  /** It is another moment: on another branch the same id may be another node's. */
  timeMoved(): void {
    this.byId.clear();
    this.namedAt = -1;
  }
}
