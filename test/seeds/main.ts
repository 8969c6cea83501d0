/**
 * `npm run seeds -- [COUNT] [FIRST]`: random networks, one a seed, each checked on the way and at the end. Prints what was broken with the
 * line that runs that seed alone; exits 1 when anything was.
 */
import { readWholes, runCommand } from '../helpers/command-line.ts';
import { runSeed } from './run.ts';

async function main(): Promise<number> {
  const { COUNT: count, FIRST: first } = readWholes(process.argv.slice(2), { COUNT: 100, FIRST: 1 });
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
  return failed === 0 ? 0 : 1;
}

process.exitCode = await runCommand('npm run seeds -- [COUNT] [FIRST]', main);
