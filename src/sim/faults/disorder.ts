/**
 * Faults that TCP forbids, done above it: `dup` lets a line arrive twice, `reorder` lets one arrive late so that others overtake it. A
 * late line that comes after the close of its connection is lost with it.
 */
import { type Behaviour, happens } from './passage.ts';
import type { ValuesOf } from './spec.ts';

const LATE_US = 50_000;

export const dup: Behaviour<ValuesOf<'dup'>> = {
  leaves(passage, { chance }, fault) {
    if (passage.kind !== 'line' || !happens(passage, fault, chance)) return false;
    passage.copies += 1;
    return true;
  },
};

export const reorder: Behaviour<ValuesOf<'reorder'>> = {
  leaves(passage, { chance }, fault) {
    if (passage.kind !== 'line' || !happens(passage, fault, chance)) return false;
    passage.lateUs += LATE_US;
    return true;
  },
};
