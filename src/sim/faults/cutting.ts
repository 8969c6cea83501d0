/**
 * Faults of connections' beginnings and ends: `limit` cuts one before the line that exceeds it, what was sent before still arrives;
 * `reset` ends those there are and each on which something is sent; `slowclose` tells the other side later; `refuse` answers dials with no.
 */
import { type Behaviour, resetConnection } from './passage.ts';
import { bytesOf } from './shaping.ts';
import type { ValuesOf } from './spec.ts';

export const limit: Behaviour<ValuesOf<'limit'>> = {
  /** What was counted for an earlier limit is forgotten. */
  starts(_values, _fault, { faults }) {
    for (const lane of faults.lanes.values()) lane.bytes = 0;
    return false;
  },
  leaves(passage, { bytes }) {
    const { lane, message } = passage;
    if (lane === null || message === null) return false;
    lane.bytes += bytesOf(message);
    if (lane.bytes <= bytes) return false;
    passage.fate = 'cut';
    return true;
  },
};

export const reset: Behaviour<ValuesOf<'reset'>> = {
  starts(_values, _fault, network, applies) {
    let isAny = false;
    for (const host of network.hosts.values())
      for (const end of host.ends.values()) {
        if (!end.isOpen || !applies(host, end.other?.host ?? null, end, null)) continue;
        resetConnection(network, end);
        isAny = true;
      }
    return isAny;
  },
  leaves(passage) {
    if (passage.kind !== 'line') return false;
    passage.fate = 'reset';
    return true;
  },
};

export const slowclose: Behaviour<ValuesOf<'slowclose'>> = {
  leaves(passage, { time }) {
    if (passage.kind !== 'close') return false;
    passage.waitUs += time;
    return true;
  },
};

export const refuse: Behaviour<ValuesOf<'refuse'>> = { meets: () => 'refused' };
