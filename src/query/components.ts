/**
 * Whether a network is one piece: who is there and who becomes whose peer go in, and the number of pieces comes out. What is added is
 * joined at once; only after somebody left is everything counted again, when it is next asked.
 */
import type { NodeState } from '../core/state.ts';

export interface Members {
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

  constructor(members: Members) {
    this.#members = members;
  }

  /** How many pieces there are. */
  count(): number {
    if (this.#isStale) this.#countAgain();
    return this.#count;
  }

  /** The name of the running node with an id. */
  nameOf(id: string): string | null {
    if (this.#isStale) this.#countAgain();
    return this.#names.get(id) ?? null;
  }

  /** Two are peers now. */
  join(name: string, id: string): void {
    if (this.#isStale) return;
    const other = this.#names.get(id);
    if (other === undefined) this.#isStale = true;
    else this.#unite(name, other);
  }

  /** Somebody came or left, or two are no peers any more. */
  forget(): void {
    this.#isStale = true;
  }

  #countAgain(): void {
    const names = this.#members.names();
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
      for (const id of this.#members.state(name)?.peers.keys() ?? []) {
        const other = this.#names.get(id);
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
