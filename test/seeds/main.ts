/**
 * `npm run seeds -- COUNT [FIRST]`: random networks, one a seed, each checked on the way and at the end. Prints what was broken with the
 * line that runs that seed alone; exits 1 when anything was.
 */
import { runSeed } from './run.ts';

const [count = 100, first = 1] = process.argv.slice(2).map(Number);
let failed = 0;
let events = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const result = await runSeed(seed);
  events += result.events;
  if (result.broken.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed}: ${result.nodes} nodes, ${result.puppets} puppets, ${result.events} events`);
  for (const what of result.broken) console.log(`  ${what}`);
  console.log(`  again: npm run seeds -- 1 ${seed}`);
}
console.log(`${count} seeds from ${first}: ${failed} broken, ${events} events`);
process.exitCode = failed === 0 ? 0 : 1;
