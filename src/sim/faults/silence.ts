/**
 * Faults under which nothing arrives and no connection ends. `stall` lets all of it flow in order when its time is over. Under the
 * others TCP does not know: it tries again after 200 ms, then after twice as long each time, so that what waits arrives with the first try
 * after the end; a dial tries after 1 s, 2 s, … until its dialler gives up, and needs both directions.
 */
import { type Behaviour, callFaults } from './passage.ts';
import type { Nodes, ValuesOf } from './spec.ts';

export const stall: Behaviour<ValuesOf<'stall'>> = {
  holds: (_values, { endsAt }) => endsAt,
  /** Healed early, the lines flow at once. */
  ends(_values, _fault, network) {
    const { now } = network.kernel;
    for (const lane of network.faults.lanes.values()) {
      if (lane.waiting.length === 0 || lane.rtoUs > 0) continue;
      lane.retryAt = now;
      callFaults(network, now, 'retry', lane.end);
    }
  },
};

export const blackhole: Behaviour<ValuesOf<'blackhole'>> = { holds: () => Infinity };

export const partition: Behaviour<ValuesOf<'partition'>> = {
  reach: ({ sides, oneway }) => ({ kind: 'links', from: sides.left, to: sides.right, both: oneway === null }),
  holds: () => Infinity,
};

export const oneNode = (name: string): Nodes => ({ text: name, names: [name] });

export const isolate: Behaviour<ValuesOf<'isolate'>> = {
  reach: ({ node }) => ({ kind: 'links', from: oneNode(node), to: null, both: true }),
  holds: () => Infinity,
};
