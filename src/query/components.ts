/**
 * Whether a network is one piece: who is there and who becomes whose peer go in, and the number of pieces comes out. What is added is
 * joined at once; only after somebody came or left is everything counted again, when it is next asked. Two belong together from the
 * event that makes one the other's peer to the one that tells the end of their connection, so that it does not matter when that is.
 */
import type { NodeState } from '../core/state.ts';

export interface Members {
  /** The same list as long as the same nodes are there. */
  names(): readonly string[];
  state(name: string): NodeState | null;
}

export class Components {
  readonly #members: Members;
  /** By name: the number of a node; by number: its parent in a forest of sets. */
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #parents: number[] = [];
  #count = 0;
  #isStale = true;
  #listed: readonly string[] = [];

  constructor(members: Members) {
    this.#members = members;
  }

  /** How many pieces there are. */
  count(): number {
    this.#look();
    return this.#count;
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

  /** Two are no peers any more. */
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
    this.#isStale = false;
    for (const [number, name] of names.entries()) {
      this.#numbers.set(name, number);
      this.#names.set(this.#members.state(name)?.id ?? '', name);
    }
    for (const name of names)
      for (const { readyAt, id } of this.#members.state(name)?.sessions.values() ?? []) {
        const other = readyAt === null || id === null ? undefined : this.#names.get(id);
        if (other !== undefined) this.#unite(name, other);
      }
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
