/**
 * How knowledge of one address travelled: the events of all nodes go in, in order, and who learnt it when and from whom comes out. Only
 * the first time counts for each node; who forgot it since is counted.
 */
import type { NodeEvent, Via } from '../core/events.ts';
import type { AddrEntry } from '../wire/messages.ts';

/**
 * Roots are the node that listens there (itself), those that dialled it of their bootstrap list or by a command, and those of whom no
 * event says how they knew. All others met its node on a connection or were told.
 */
export type How = 'itself' | 'bootstrap' | 'command' | 'met' | 'told' | 'unseen';

export interface LearntBy {
  /** Its name, or the address of somebody who is no node of the world. */
  readonly node: string;
  /** Microseconds of the world's time. */
  readonly atUs: number;
  readonly how: How;
  /** Null: a root. */
  readonly from: string | null;
  /** Steps from its root. */
  readonly depth: number;
}

export interface SpreadReport {
  readonly address: string;
  /** Whose address it is; null when it is no node's. */
  readonly owner: string | null;
  /** At most one for each node and one for each stranger who told it, in the order of learning. */
  readonly learnt: readonly LearntBy[];
  /** Nodes that know it in the end. */
  readonly knowing: number;
}

export interface Spread {
  readonly hear: (node: string, atUs: number, event: NodeEvent) => void;
  /** Of a node that was killed no event tells: who is not running counts as knowing nothing. */
  readonly report: (isRunning?: (node: string) => boolean) => SpreadReport;
}

/** Who dials an address that no event told of before has it from there. */
const BY_DIAL: Readonly<Partial<Record<Via, How>>> = { boot: 'bootstrap', manual: 'command', keep: 'command' };

export function createSpread(address: string): Spread {
  const learnt = new Map<string, LearntBy>();
  const knowing = new Set<string>();
  /** Names by listening address. */
  const names = new Map<string, string>();
  let owner: string | null = null;
  const isIt = (one: AddrEntry) => one.address.text === address;

  function note(node: string, atUs: number, how: How, from: string | null): void {
    const depth = from === null ? 0 : (learnt.get(from)?.depth ?? 0) + 1;
    learnt.set(node, { node, atUs, how, from, depth });
  }

  function learn(node: string, atUs: number, how: How, from: string | null = null): void {
    knowing.add(node);
    if (learnt.has(node)) return;
    // Who told it knew it before, be it that no event said so, or that somebody listens there who is no node of the world.
    if (from !== null && !learnt.has(from)) note(from, atUs, from === address ? 'itself' : 'unseen', null);
    note(node, atUs, how, from);
  }

  function hear(node: string, atUs: number, event: NodeEvent): void {
    switch (event.kind) {
      case 'listening':
        names.set(event.address, node);
        // Whoever came again under its name knows nothing of before.
        knowing.delete(node);
        if (event.address !== address) return;
        owner = node;
        return learn(node, atUs, 'itself');
      case 'dialing':
        if (event.address !== address || node === owner) return;
        return learn(node, atUs, BY_DIAL[event.via] ?? 'unseen');
      case 'ready':
        if (event.address !== address || node === owner) return;
        return learn(node, atUs, 'met', names.get(address) ?? address);
      case 'addr': {
        if (node === owner) return;
        const teller = names.get(event.address) ?? event.address;
        if (event.own && event.address === address) return learn(node, atUs, 'met', teller);
        if (event.fresh.some(isIt) || event.known.some(isIt)) return learn(node, atUs, 'told', teller);
        return;
      }
      case 'forgotten':
        if (event.address === address) knowing.delete(node);
        return;
      case 'stopped':
        knowing.delete(node);
        return;
      default:
        return;
    }
  }

  return {
    hear,
    report: (isRunning = () => true) => ({
      address,
      owner,
      learnt: [...learnt.values()],
      knowing: [...knowing].filter(isRunning).length,
    }),
  };
}

/** From its root on, the one that took the most steps, the first of those. */
export function deepestChain({ learnt }: SpreadReport): string[] {
  const byNode = new Map(learnt.map((one) => [one.node, one]));
  let one = learnt.reduce<LearntBy | undefined>(
    (deepest, next) => (deepest === undefined || next.depth > deepest.depth ? next : deepest),
    undefined,
  );
  const chain: string[] = [];
  for (; one !== undefined; one = one.from === null ? undefined : byNode.get(one.from)) chain.unshift(one.node);
  return chain;
}

/** When half of those who learnt it knew it, and when all; null when nobody did. The node itself does not count. */
export function timesOf({ learnt }: SpreadReport): { readonly medianUs: number; readonly lastUs: number } | null {
  const times = learnt.filter(({ how }) => how !== 'itself').map(({ atUs }) => atUs);
  const medianUs = times[Math.ceil(times.length / 2) - 1];
  const lastUs = times.at(-1);
  return medianUs === undefined || lastUs === undefined ? null : { medianUs, lastUs };
}
