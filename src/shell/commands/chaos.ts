/** `chaos`: plans faults by lot over a stretch of time of the lab, and puts each on when its time comes. */
import { readDuration } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import { printDuration } from '../../util/quantity.ts';
import type { Answer, Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Planned } from '../lab/agenda.ts';
import type { Lab } from '../lab/lab.ts';
import { timeText } from '../lab/moments.ts';
import { harmedLab, putOn } from '../lab/put-fault.ts';
import { count, round3, safe, shownFault } from '../render.ts';

const PROFILES = ['gentle', 'normal', 'rough'];
const SEED_MAX = 4_294_967_295;
const LENGTH_US = 60_000_000;
const LENGTH_US_MAX = 24 * 3_600_000_000;
/** Lines of a plan that are shown. */
const SHOWN_MAX = 5;

/** What is planned in each lab, so that it can be taken away. */
const plans = new WeakMap<Lab, readonly Planned[]>();

export const chaos: Command = {
  name: 'chaos',
  aliases: [],
  group: 'lab',
  usage: 'chaos [SEED] [gentle|normal|rough] [for T] | chaos stop',
  summary: 'faults by lot for a time',
  details: [
    'Over 60s of the time of the lab, or as long as told; each fault ends by itself. The same seed gives the same plan.',
    'gentle slows down, normal cuts and pauses, too, rough splits the network and kills nodes. chaos stop plans no more.',
  ],
  needsLab: true,
  exact: true,
  candidates(_, before) {
    if (before.at(-1) === 'for' || before.includes('stop')) return [];
    const profiles = PROFILES.some((profile) => before.includes(profile)) ? [] : PROFILES;
    return [...profiles, ...(before.includes('for') ? [] : ['for']), ...(before.length === 0 ? ['stop'] : [])];
  },
  run(shell, { words }) {
    const { lab, simulation } = harmedLab(shell, 'chaos');
    if (words[0] === 'stop' && words.length === 1) return stop(lab);
    const { seed, profile, lengthUs } = readWords(words, simulation.seed, this.usage);
    const nodes = lab.names();
    if (nodes.length < 2) throw new CommandError('too-few', `chaos needs two running nodes, not ${nodes.length}`);
    const from = lab.world.now();
    const mayLast = new Set(
      simulation
        .faultRows()
        .filter(({ clauses }) => clauses.includes('for'))
        .map(({ name }) => name),
    );
    const steps = simulation.chaos(seed, profile, nodes, lengthUs).map(({ atUs, forUs, text }) => ({
      atUs: from + readable(atUs),
      text: mayLast.has(text.split(' ')[0] ?? '') ? `${text} for ${printDuration(readable(forUs))}` : text,
    }));
    const planned = steps.map(({ atUs, text }) => plan(lab, atUs, text));
    plans.set(lab, [...(plans.get(lab) ?? []), ...planned]);
    return {
      value: {
        seed,
        profile,
        fromMs: round3(from / 1_000),
        toMs: round3((from + lengthUs) / 1_000),
        faults: steps.map(({ atUs, text }) => ({ atMs: round3(atUs / 1_000), text })),
      },
      text: [
        `${count(steps.length, 'fault')} planned from ${timeText(from)} to ${timeText(from + lengthUs)}, seed ${seed}, ${profile}`,
        ...steps.slice(0, SHOWN_MAX).map(({ atUs, text }) => `  ${timeText(atUs)} ${shownFault(text)}`),
        ...(steps.length > SHOWN_MAX ? [`  … ${steps.length - SHOWN_MAX} more`] : []),
      ].join('\n'),
    };
  },
};

/** Whole milliseconds. */
const readable = (us: number) => Math.max(1, Math.floor(us / 1_000)) * 1_000;

function plan(lab: Lab, atUs: number, text: string): Planned {
  const { agenda, simulation } = lab;
  if (agenda === null || simulation === null) throw new CommandError('no-lab', 'real nodes take no faults');
  return agenda.add(atUs, text, () => {
    for (const put of putOn(lab, simulation, text)) {
      const fields = { at: timeText(atUs), fault: put.id, text: put.text };
      lab.onlookers.tell((notices) => notices.say('fault', fields, `${fields.at} ${put.id} ${shownFault(put.text)}`));
    }
    lab.onlookers.moved();
  });
}

function stop(lab: Lab): Answer {
  const known = new Set(plans.get(lab));
  const gone = lab.agenda?.ahead().filter((planned) => known.has(planned)).length ?? 0;
  lab.agenda?.remove([...known]);
  plans.delete(lab);
  return {
    value: { stopped: gone },
    text: gone === 0 ? 'no chaos is planned' : `${count(gone, 'fault')} will not come`,
  };
}

function readWords(words: readonly string[], usualSeed: number, usage: string) {
  let seed: number | null = null;
  let profile: string | null = null;
  let lengthUs: number | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === 'for' && lengthUs === null) {
      at += 1;
      lengthUs = readLength(words[at] ?? '');
    } else if (PROFILES.includes(word) && profile === null) profile = word;
    else if (/^[0-9]+$/.test(word) && seed === null && Number(word) <= SEED_MAX) seed = Number(word);
    else throw wrong(word, usage);
  }
  return { seed: seed ?? usualSeed, profile: profile ?? 'normal', lengthUs: lengthUs ?? LENGTH_US };
}

function readLength(word: string): number {
  const us = readDuration(word);
  if (us === null) throw new UsageError(`chaos: ${JSON.stringify(safe(word))} is not a duration such as 30s or 5m`);
  if (us < 1 || us > LENGTH_US_MAX)
    throw new UsageError(`chaos: ${JSON.stringify(safe(word))} is out of bounds: type at most 24h`);
  return us;
}

function wrong(word: string, usage: string): UsageError {
  const near = nearest(word, [...PROFILES, 'stop']);
  const hint = near.length > 0 ? `type ${near.join(' or ')}` : `usage: ${usage}`;
  return new UsageError(`chaos: ${JSON.stringify(safe(word))} does not fit here: ${hint}`, near);
}
