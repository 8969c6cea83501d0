/** `run`: lets the time of the lab pass. */
import { readDuration } from '../../settings.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { labOf, simulationOf } from '../lab/lab.ts';
import { momentText, momentValue, timeText } from '../lab/moments.ts';
import { moveTo } from '../lab/runner.ts';
import { count, safe } from '../render.ts';

export const run: Command = {
  name: 'run',
  aliases: [],
  group: 'lab',
  usage: 'run T',
  summary: 'let time pass',
  needsLab: true,
  async run(shell, { words, signal }) {
    const [word] = words;
    const lab = labOf(shell);
    const simulation = simulationOf(shell, 'run');
    if (word === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const us = readDuration(word);
    if (us === null) throw new UsageError(`${JSON.stringify(safe(word))} is not a duration such as 500ms or 5s`);
    const before = simulation.moment();
    await moveTo({ simulation, worlds: lab.worlds }, before.time + us, null, signal, () => undefined);
    const after = simulation.moment();
    const events = after.index - before.index;
    return {
      value: { ...momentValue(after), events },
      text: `${momentText(after)} ${timeText(after.time)}: ${count(events, 'event')}`,
    };
  },
};
