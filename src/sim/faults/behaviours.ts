/** What each fault of the table does: a new one is a row there, a behaviour in a file of this folder, and its line here. */
import { byzantine } from './byzantine.ts';
import { limit, refuse, reset, slowclose } from './cutting.ts';
import { dup, reorder } from './disorder.ts';
import { nat } from './nat.ts';
import type { Behaviour } from './passage.ts';
import { crash, pause, restart, resume, skew } from './process.ts';
import { latency, loss, rate, slice } from './shaping.ts';
import { blackhole, isolate, partition, stall } from './silence.ts';
import type { FaultSpec, ValuesOf } from './spec.ts';
import type { FaultName } from './table.ts';

const BEHAVIOURS: { readonly [Name in FaultName]: Behaviour<ValuesOf<Name>> } = {
  latency,
  loss,
  dup,
  reorder,
  rate,
  slice,
  stall,
  limit,
  reset,
  slowclose,
  refuse,
  blackhole,
  partition,
  isolate,
  crash,
  restart,
  pause,
  resume,
  skew,
  nat,
  byzantine,
};

/** The values of a spec fit the behaviour of its name, which the types cannot say of a union. */
export const behaviourOf = ({ name }: FaultSpec): Behaviour<FaultSpec['values']> =>
  BEHAVIOURS[name] as Behaviour<FaultSpec['values']>;
