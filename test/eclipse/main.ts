/**
 * `npm run eclipse -- [SEEDS] [FIRST]`: the same attack on the node as it is and without bucketing; prints what share of its outbound connections
 * is captured, and the line that runs a seed alone in which all were. Exits 1 when that happens to the node as it is.
 */
import { readWholes, runCommand } from '../helpers/command-line.ts';
import { type Captured, DEFENCES, isEclipsed, runAttack, summarise } from './attack.ts';

function attack(seed: number, defence: (typeof DEFENCES)['on']): Captured {
  try {
    return runAttack(seed, defence);
  } catch (error) {
    console.log(`seed ${seed} failed; again: npm run eclipse -- 1 ${seed}`);
    throw error;
  }
}

function main(): number {
  const { SEEDS: seeds, FIRST: first } = readWholes(process.argv.slice(2), { SEEDS: 20, FIRST: 1 });
  let failed = 0;
  for (const defence of Object.values(DEFENCES)) {
    const started = performance.now();
    const results = Array.from({ length: seeds }, (_, i) => attack(first + i, defence));
    const { share, eclipsed, tried, hearsay, outbound } = summarise(results);
    const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
    console.log(
      `${defence.name}: ${percent(share)} of ${outbound.toFixed(1)} outbound connections captured, ` +
        `${eclipsed} of ${seeds} victims eclipsed; the saved book: ${tried.toFixed(0)} of tried, ${percent(hearsay)} of new ` +
        `(seeds from ${first}, ${((performance.now() - started) / 1_000).toFixed(1)} s)`,
    );
    if (defence === DEFENCES.on) failed = eclipsed;
    for (const [i, result] of results.entries())
      if (isEclipsed(result)) console.log(`  seed ${first + i} eclipsed; again: npm run eclipse -- 1 ${first + i}`);
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await runCommand('npm run eclipse -- [SEEDS] [FIRST]', main);
