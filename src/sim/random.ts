/** Seeded random numbers, the same on every Node version: a seed goes in, numbers in [0, 1) come out. Only Math.imul, no powers. */

/** State of one generator (sfc32). */
export interface Random {
  a: number;
  b: number;
  c: number;
  counter: number;
}

/** Mixes numbers into one unsigned 32-bit hash. */
export function mix(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

export function createRandom(seed: number, stream: number): Random {
  const random: Random = { a: mix(seed, stream, 1), b: mix(seed, stream, 2), c: mix(seed, stream, 3), counter: 1 };
  for (let i = 0; i < 12; i += 1) nextRandom(random);
  return random;
}

/** The next number, at least 0 and below 1. */
export function nextRandom(random: Random): number {
  const sum = (random.a + random.b + random.counter) | 0;
  random.counter = (random.counter + 1) | 0;
  random.a = random.b ^ (random.b >>> 9);
  random.b = (random.c + (random.c << 3)) | 0;
  random.c = ((random.c << 21) | (random.c >>> 11)) + sum;
  random.c |= 0;
  return (sum >>> 0) / 4_294_967_296;
}
