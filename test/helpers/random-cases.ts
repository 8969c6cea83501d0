/**
 * fast-check for the suites: the same random cases in every run, so that a suite that passed passes again; `SEED=random` or a number
 * tries others. What goes through new cases each time is `npm run fuzz`. A failure prints the seed and path that replay it.
 */
import fc from 'fast-check';

const SEED = 20_251_125;

/** What the environment asks for; throws on anything but `random` and whole numbers. */
export function seedFrom(text: string | undefined): number {
  if (text === undefined || text === '') return SEED;
  if (text === 'random') return Math.floor(Math.random() * 0x7fffffff);
  if (!/^\d{1,10}$/.test(text)) throw new Error(`SEED is random or a whole number, not ${text}`);
  return Number(text);
}

export const seed = seedFrom(process.env['SEED']);

fc.configureGlobal({ seed });

export { fc };
