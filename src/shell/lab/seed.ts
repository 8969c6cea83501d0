/** Seeds as they are typed, `42` or several as `1..500`: a text goes in, numbers come out, or one clear error. */
import { UsageError } from '../errors.ts';
import { safe } from '../render.ts';

const SEED_MAX = 4_294_967_295;

export function readSeed(text: string): number {
  const seed = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed <= SEED_MAX))
    throw new UsageError(`seed=${safe(text)} is no whole number from 0 to ${SEED_MAX}; type seed=42`);
  return seed;
}

/** First and last of `1..500`, or of one alone. */
export function readSeeds(text: string): { readonly first: number; readonly last: number } {
  const [low = '', high = low, more] = text.split('..');
  const first = readSeed(low);
  const last = readSeed(high);
  if (more !== undefined || first > last)
    throw new UsageError(`seed=${safe(text)} is no row of seeds; type seed=1..500, lower one first`);
  return { first, last };
}
