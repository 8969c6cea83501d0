/** `step` and `next`: let the next things happen in the lab and print each. */
import type { Simulation } from '../../core/simulation.ts';
import type { Answer, Command, Invocation } from '../command.ts';
import { UsageError } from '../errors.ts';
import { happenedText, happenedValue, inputText, inputValue } from '../lab/happened.ts';
import { standingLab } from '../lab/lab.ts';
import { momentText, momentValue, timeText } from '../lab/moments.ts';
import { holdsSince, moveTo } from '../lab/runner.ts';
import { count, safe } from '../render.ts';

/** Each is printed; for more there is run. */
const STEPS_MAX = 1_000;
/** `next` looks for an event no further away than this. */
const NEXT_US = 3_600_000_000;

/** How often is meant: a whole number, 1 unless told. */
export function readTimes(words: readonly string[], usage: string, advice: string): number {
  const [word = '1'] = words;
  if (words.length > 1) throw new UsageError(`usage: ${usage}`);
  const times = Number(word);
  if (!Number.isInteger(times) || times < 1 || times > STEPS_MAX)
    throw new UsageError(`${JSON.stringify(safe(word))} is no number from 1 to ${STEPS_MAX}; ${advice}`);
  return times;
}

type Step = { readonly text: string; readonly value: object };

/** The next event or recorded input; null when nothing will ever happen. */
function stepOnce(simulation: Simulation): Step | null {
  const { index, inputs } = simulation.moment();
  const isStopped = holdsSince(simulation);
  for (;;) {
    const what = simulation.advance(Infinity);
    if (what === 'idle' || what === 'limit') return null;
    const now = simulation.moment();
    if (isStopped() && now.index === index && now.inputs === inputs)
      return { text: 'a message is held', value: { ...momentValue(now), kind: 'held' } };
    const input = now.inputs > inputs ? simulation.inputs().at(-1) : undefined;
    if (input !== undefined) return { text: inputText(input), value: inputValue(input) };
    const last = simulation.last();
    if (now.index > index && last !== null) return { text: happenedText(last), value: happenedValue(last) };
  }
}

const answer = (simulation: Simulation, steps: readonly Step[], text: string): Answer => ({
  value: { ...momentValue(simulation.moment()), events: steps.map((one) => one.value) },
  text,
});

export const step: Command = {
  name: 'step',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'step [N]',
  summary: 'the next event, or N',
  details: ['Each is printed: its number, its time, where it happened, who was at the other end, and what it was.'],
  needsLab: true,
  async run(shell, { words, signal, say }: Invocation) {
    const times = readTimes(words, this.usage, 'run goes on further');
    const { lab, simulation } = standingLab(shell, 'step');
    const steps: Step[] = [];
    for (let i = 0; i < times && !signal.aborted; i += 1) {
      const one = stepOnce(simulation);
      if (one === null) return answer(simulation, steps, 'nothing more will happen');
      steps.push(one);
      say(one.text);
      if (i % STEPS_PER_TURN === STEPS_PER_TURN - 1) await lab.worlds.turn(0);
    }
    return answer(simulation, steps, '');
  },
};

/** So many steps are made before other work of the process has its turn. */
const STEPS_PER_TURN = 100;

export const next: Command = {
  name: 'next',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'next [N]',
  summary: 'its next event, or N',
  details: ['Goes on to the next event of the node that is looked at, whatever happens elsewhere meanwhile.'],
  needsLab: true,
  async run(shell, { words, signal, say }: Invocation) {
    const times = readTimes(words, this.usage, 'run goes on further');
    const { lab, simulation } = standingLab(shell, 'next');
    const { name } = lab.speaker(shell);
    const steps: Step[] = [];
    const limit = simulation.moment().time + NEXT_US;
    for (let i = 0; i < times && !signal.aborted; i += 1) {
      const { index } = simulation.moment();
      const isThere = () => simulation.moment().index > index && simulation.last()?.node === name;
      const isStopped = holdsSince(simulation);
      await moveTo(lab.clockwork(), limit, () => isThere() || isStopped(), signal);
      if (isStopped() && !isThere()) return answer(simulation, steps, 'a message is held');
      const last = isThere() ? simulation.last() : null;
      if (last === null) {
        const here = simulation.moment();
        return answer(
          simulation,
          steps,
          `nothing more happens at ${name} until ${momentText(here)} ${timeText(here.time)}`,
        );
      }
      const elsewhere = last.index - index - 1;
      steps.push({ text: happenedText(last), value: happenedValue(last) });
      say(`${happenedText(last)}${elsewhere === 0 ? '' : `  (after ${count(elsewhere, 'event')} elsewhere)`}`);
    }
    return answer(simulation, steps, '');
  },
};
