/** One piece or not, whatever came, went, joined and parted: the answer is that of a count from nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeState } from '../../src/core/state.ts';
import { Components } from '../../src/query/components.ts';
import { fc } from '../helpers/random-cases.ts';

/** A few nodes and who is whose peer; as much of a state as is looked at. */
class Town {
  names: readonly string[] = ['n0', 'n1', 'n2'];
  readonly components = new Components({ names: () => this.names, state: (name) => this.#stateOf(name) });
  readonly #pairs = new Set<string>();

  #stateOf(name: string): NodeState {
    const peers = this.names.filter((other) => this.#pairs.has(pairOf(name, other)));
    const sessions = new Map(peers.map((peer, n) => [n, { readyAt: 0, id: `id-${peer}` }]));
    return { id: `id-${name}`, sessions } as unknown as NodeState;
  }

  come(name: string): void {
    if (!this.names.includes(name)) this.names = [...this.names, name];
  }

  leave(name: string): void {
    for (const other of this.names) if (this.#pairs.has(pairOf(name, other))) this.part(name, other);
    this.names = this.names.filter((one) => one !== name);
  }

  join(a: string, b: string): void {
    if (a === b || !this.names.includes(a) || !this.names.includes(b)) return;
    this.#pairs.add(pairOf(a, b));
    this.components.join(a, `id-${b}`);
  }

  part(a: string, b: string): void {
    if (this.#pairs.delete(pairOf(a, b))) this.components.part(a, `id-${b}`);
  }

  isOnePiece(): boolean {
    const reached = new Set(this.names.slice(0, 1));
    for (const at of reached)
      for (const other of this.names) if (this.#pairs.has(pairOf(at, other))) reached.add(other);
    return this.names.length > 0 && reached.size === this.names.length;
  }
}

const pairOf = (a: string, b: string) => (a < b ? `${a} ${b}` : `${b} ${a}`);

test('components: whatever comes, goes, joins and parts, the answer is that of a count from nothing', () => {
  const name = fc.nat(6).map((k) => `n${k}`);
  const step = fc.tuple(fc.constantFrom('join', 'join', 'join', 'part', 'part', 'come', 'leave', 'ask'), name, name);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), fc.boolean(), (steps, asksAlways) => {
      const town = new Town();
      for (const [what, a, b] of steps) {
        if (what !== 'ask') town[what](a, b);
        if (what === 'ask' || asksAlways) assert.equal(town.components.isOnePiece(), town.isOnePiece());
      }
    }),
    { numRuns: 2_000 },
  );
});
