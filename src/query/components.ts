/**
 * Whether a network is one piece: who is there and who becomes whose peer go in, yes or no comes out. What is added is joined at once.
 * What parts can only make more pieces, so everything is counted again when the answer could be yes but for that, and not before. Two
 * belong together from the event that makes one the other's peer to the one that tells the end of their connection, so that it does not
 * matter when that is.
 */
import type { NodeState } from '../core/state.ts';

export interface Members {
  /** The same list as long as the same nodes are there. */
  names(): readonly string[];
  state(name: string): NodeState | null;
}

/** More nodes are not looked at before everything is counted again. */
const SEARCHED_MAX = 1_000;

export class Components {
  readonly #members: Members;
  /** By name: the number of a node; by number: its parent in a forest of sets. */
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #parents: number[] = [];
  /** At most as many as there are pieces, as long as this is not stale. */
  #count = 0;
  /** Some that are counted as one piece may have parted. */
  #hasParted = false;
  #isStale = true;
  #listed: readonly string[] = [];

  constructor(members: Members) {
    this.#members = members;
  }

  isOnePiece(): boolean {
    this.#look();
    if (this.#count === 1 && this.#hasParted) this.#countAgain(this.#listed);
    return this.#count === 1;
  }

  /** The name of the running node with an id. */
  nameOf(id: string): string | null {
    this.#look();
    return this.#names.get(id) ?? null;
  }

  /** Two are peers now. */
  join(name: string, id: string): void {
    if (this.#isStale) return;
    const other = this.#names.get(id);
    if (other === undefined) this.#isStale = true;
    else this.#unite(name, other);
  }

  /** Two are no peers any more: where there is another short way between them, nothing falls apart. */
  part(name: string, id: string): void {
    if (this.#isStale || this.#hasParted) return;
    const other = this.#names.get(id);
    if (other !== undefined) this.#hasParted = this.#count > 1 || !this.#isNear(name, other);
  }

  /** Everything may be different. */
  forget(): void {
    this.#isStale = true;
  }

  #look(): void {
    const names = this.#members.names();
    if (this.#isStale || names !== this.#listed) this.#countAgain(names);
  }

  #countAgain(names: readonly string[]): void {
    this.#listed = names;
    this.#numbers.clear();
    this.#names.clear();
    this.#parents = names.map((_, number) => number);
    this.#count = names.length;
    this.#hasParted = false;
    this.#isStale = false;
    for (const [number, name] of names.entries()) {
      this.#numbers.set(name, number);
      this.#names.set(this.#members.state(name)?.id ?? '', name);
    }
    for (const name of names) for (const other of this.#peersOf(name)) this.#unite(name, other);
  }

  #peersOf(name: string): string[] {
    const peers: string[] = [];
    for (const { readyAt, id } of this.#members.state(name)?.sessions.values() ?? []) {
      const other = readyAt === null || id === null ? undefined : this.#names.get(id);
      if (other !== undefined) peers.push(other);
    }
    return peers;
  }

  #isNear(name: string, other: string): boolean {
    const goals = new Set([other, ...this.#peersOf(other)]);
    const seen = new Set([name]);
    // What is added meanwhile comes last.
    for (const at of seen) {
      if (goals.has(at)) return true;
      if (seen.size < SEARCHED_MAX) for (const peer of this.#peersOf(at)) seen.add(peer);
    }
    return false;
  }

  #unite(a: string, b: string): void {
    const one = this.#root(this.#numbers.get(a) ?? 0);
    const other = this.#root(this.#numbers.get(b) ?? 0);
    if (one === other) return;
    this.#parents[one] = other;
    this.#count -= 1;
  }

  #root(number: number): number {
    const parents = this.#parents;
    let root = number;
    while (parents[root] !== root) root = parents[root] as number;
    for (let at = number; at !== root; ) {
      const next = parents[at] as number;
      parents[at] = root;
      at = next;
    }
    return root;
  }
}
