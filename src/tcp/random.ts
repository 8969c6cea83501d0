/** Random numbers of a live node, at least 0 and below 1, that nobody can guess from those he was shown, as nonces or choices. */
import { randomFillSync } from 'node:crypto';

/** Drawn together, because one at a time costs many times as much. */
const WORDS = 256;

export function createSecretRandom(): () => number {
  const words = new Uint32Array(WORDS);
  let next = WORDS;
  return () => {
    if (next === WORDS) {
      randomFillSync(words);
      next = 0;
    }
    const word = words[next] as number;
    next += 1;
    return word / 4_294_967_296;
  };
}
