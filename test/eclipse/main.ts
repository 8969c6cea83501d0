/** `npm run eclipse -- [SEEDS] [FIRST]`: the same attack on the node as it is and without bucketing; prints what share of its outbound connections is captured. */
import { DEFENCES, runAttack, summarise } from './attack.ts';

const [seeds = 20, first = 1] = process.argv.slice(2).map(Number);
for (const defence of Object.values(DEFENCES)) {
  const started = performance.now();
  const results = Array.from({ length: seeds }, (_, i) => runAttack(first + i, defence));
  const { share, eclipsed, tried, hearsay, outbound } = summarise(results);
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  console.log(
    `${defence.name}: ${percent(share)} of ${outbound.toFixed(1)} outbound connections captured, ` +
      `${eclipsed} of ${seeds} victims eclipsed; the saved book: ${tried.toFixed(0)} of tried, ${percent(hearsay)} of new ` +
      `(${((performance.now() - started) / 1_000).toFixed(1)} s)`,
  );
}
