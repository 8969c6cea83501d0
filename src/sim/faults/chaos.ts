/**
 * Faults over time by lot: a seed, a profile and the names of nodes go in, what to do when comes out; the same seed gives the same plan.
 * Each fault ends by itself, so that after the plan the network is whole again.
 */
import { createRandom, nextRandom } from '../random.ts';
import { parseFault } from './parse.ts';
import type { FaultSpec } from './spec.ts';

interface Profile {
  /** Mean time between two faults, and the longest that one lasts. */
  readonly everyUs: number;
  readonly lastsUsMax: number;
  /** `NODE` is a node by lot, `SIDES` all nodes in two parts by lot. */
  readonly faults: readonly string[];
}

export interface ChaosStep {
  readonly atUs: number;
  readonly forUs: number;
  /** Its own `for` is not set. */
  readonly fault: FaultSpec;
}

const SECOND_US = 1_000_000;
const GENTLE = ['latency 80ms±40ms normal', 'loss 1%', 'rate 64KiB/s', 'slice 20B', 'stall 2s on NODE', 'slowclose 1s'];
const NORMAL = [...GENTLE, 'latency 300ms±200ms pareto', 'loss 10%', 'reset on NODE', 'isolate NODE', 'pause NODE'];
const ROUGH = [
  ...NORMAL,
  'loss 30%',
  'partition SIDES',
  'partition SIDES oneway',
  'crash NODE',
  'restart NODE',
  'skew NODE +30s',
  'limit 4KiB on NODE',
  'blackhole on NODE',
  'refuse on NODE',
];

export const CHAOS_PROFILES = {
  gentle: { everyUs: 20 * SECOND_US, lastsUsMax: 10 * SECOND_US, faults: GENTLE },
  normal: { everyUs: 10 * SECOND_US, lastsUsMax: 20 * SECOND_US, faults: NORMAL },
  rough: { everyUs: 5 * SECOND_US, lastsUsMax: 40 * SECOND_US, faults: ROUGH },
} as const satisfies Record<string, Profile>;

export type ChaosProfile = keyof typeof CHAOS_PROFILES;

export const isChaosProfile = (text: string): text is ChaosProfile => Object.hasOwn(CHAOS_PROFILES, text);

/** A plan has no more steps, whatever its length. */
const STEPS_MAX = 10_000;
/** Apart from the streams of nodes, which are numbered from 0. */
const CHAOS_STREAM = 0x7fff_fffe;

export function planChaos(seed: number, name: ChaosProfile, nodes: readonly string[], lengthUs: number): ChaosStep[] {
  const profile: Profile = CHAOS_PROFILES[name];
  const random = createRandom(seed, CHAOS_STREAM);
  const below = (n: number) => Math.floor(nextRandom(random) * n);
  const known = new Set(nodes);
  const resolver = {
    nodes: (word: string) => (known.has(word) ? [word] : null),
    words: nodes,
    checkExpression: () => null,
  };
  const steps: ChaosStep[] = [];
  for (let atUs = below(profile.everyUs); atUs < lengthUs && steps.length < STEPS_MAX; ) {
    const forUs = 1 + below(Math.min(profile.lastsUsMax, lengthUs - atUs));
    const template = profile.faults[below(profile.faults.length)] ?? 'latency 100ms';
    const reading = nodes.length < 2 ? null : parseFault(fill(template, nodes, below), resolver);
    for (const fault of reading?.ok === true ? reading.specs : []) steps.push({ atUs, forUs, fault });
    atUs += 1 + below(2 * profile.everyUs);
  }
  return steps;
}

function fill(template: string, nodes: readonly string[], below: (n: number) => number): string {
  const node = nodes[below(nodes.length)] ?? '';
  if (!template.includes('SIDES')) return template.replace('NODE', node);
  const left = nodes.filter(() => below(2) === 0);
  const right = nodes.filter((name) => !left.includes(name));
  const sides = left.length === 0 || right.length === 0 ? [nodes.slice(0, 1), nodes.slice(1)] : [left, right];
  return template.replace('SIDES', sides.map((side) => side.join(',')).join('|'));
}
