/**
 * The nodes that a recorder has heard of and the ends of their connections: a name or a number goes in, who that is comes out. It records
 * nothing itself.
 */
import { closeEnd, type End, openEnd, type Recorded } from './ends.ts';
import type { TraceNode } from './event.ts';
import type { Matchable } from './matching.ts';

export class RecordedNodes {
  /** In the order in which they were heard of. */
  readonly all: Recorded[] = [];
  private readonly byName = new Map<string, Recorded>();
  private readonly byId = new Map<string, Recorded>();
  private readonly byAddress = new Map<string, Recorded>();
  /** Ends whose other one has not come, by their sockets. */
  private readonly waiting = new Map<string, End>();
  /** Who was asked for last: mostly the same node's line comes next. */
  private latest: Recorded | null = null;

  /** The node of that name, which is new when nobody has told of it. */
  of(name: string): Recorded {
    const { latest } = this;
    if (latest !== null && latest.name === name) return latest;
    const known = this.byName.get(name);
    if (known !== undefined) {
      this.latest = known;
      return known;
    }
    const { length: index } = this.all;
    const node: Recorded = {
      name,
      index,
      id: null,
      address: null,
      clock: 0,
      ends: new Map(),
      gone: [],
      dials: new Map(),
    };
    this.byName.set(name, node);
    this.all.push(node);
    return node;
  }

  joined(node: Recorded, id: string): void {
    node.id = id;
    this.byId.set(id, node);
    node.dials.clear();
  }

  listens(node: Recorded, address: string): void {
    node.address ??= address;
    this.byAddress.set(address, node);
  }

  /** The open connection of that number, be it one that came up before anybody recorded. */
  endOf(node: Recorded, n: number): End {
    return (
      node.ends.get(n) ??
      openEnd(node, n, { isDialled: false, local: null, remote: '', address: `#${n}` }, this.waiting)
    );
  }

  connected(node: Recorded, n: number, place: Parameters<typeof openEnd>[2]): End {
    return openEnd(node, n, place, this.waiting);
  }

  closed(end: End): void {
    closeEnd(end, this.waiting);
  }

  peerNode(end: End): Recorded | null {
    return end.other?.node ?? (end.id === null ? null : (this.byId.get(end.id) ?? null));
  }

  peerName(end: End): string {
    return this.peerNode(end)?.name ?? end.id ?? end.address;
  }

  /** The node that listens there, or the address itself. */
  placeName(address: string): string {
    return this.byAddress.get(address)?.name ?? address;
  }

  /** All of them, then whoever else is at the other end of those connections. */
  listed(connections: Iterable<End | null>): TraceNode[] {
    const nodes: TraceNode[] = this.all.map(({ name, id, address }) => ({ name, id, address }));
    const strangers = new Map<string, TraceNode>();
    for (const end of new Set(connections))
      if (end !== null && this.peerNode(end) === null) {
        const name = this.peerName(end);
        if (!strangers.has(name)) strangers.set(name, { name, id: end.id, address: end.address });
      }
    return [...nodes, ...strangers.values()];
  }

  /** Names, ids and addresses that an expression may use. */
  whoIsThere(): Matchable {
    return {
      names: this.all.map(({ name }) => name),
      idOf: (name) => this.byName.get(name)?.id ?? null,
      addressOf: (name) => this.byName.get(name)?.address ?? null,
    };
  }
}
