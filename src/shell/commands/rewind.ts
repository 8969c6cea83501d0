/** `back`, `rewind`, `checkout`, `label`, `labels` and `branches`: moments of the lab, by number, time or name. */
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { type Lab, labOf, simulationOf, standingLab } from '../lab/lab.ts';
import { momentText, momentValue, type Place, readMoment, timeText } from '../lab/moments.ts';
import { withProgress } from '../lab/progress.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';
import { readTimes } from './step.ts';

const LABELS_MAX = 1_000;

async function travel(shell: Shell, lab: Lab, place: Place, signal: AbortSignal) {
  const journey = withProgress(
    shell,
    () => `on the way, ${timeText(lab.world.now())} …`,
    () => lab.goTo(place, signal),
  );
  // One that is interrupted ends where it got to.
  await journey.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const here = simulationOf(shell, 'rewind').moment();
  const rest = signal.aborted ? `, interrupted; checkout ${here.branch} goes to the end` : '';
  return { value: momentValue(here), text: `at ${momentText(here)} ${timeText(here.time)}${rest}` };
}

export const back: Command = {
  name: 'back',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'back [N]',
  summary: 'before the last event',
  details: ['back 3 takes the last three back. A new command then begins another branch; the old one stays.'],
  needsLab: true,
  run(shell, { words, signal }) {
    const times = readTimes(words, this.usage, 'rewind goes back further');
    const { lab, simulation } = standingLab(shell, 'back');
    return travel(
      shell,
      lab,
      { branch: null, to: { kind: 'index', index: simulation.moment().index - times } },
      signal,
    );
  },
};

export const rewind: Command = {
  name: 'rewind',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'rewind T|#N|LABEL|BRANCH[#N]',
  summary: 'to any moment',
  details: [
    'To a time since the beginning (rewind 5s), an event (rewind #1841), a label, or an event of a branch (b1#12).',
    'run goes the same way again. A new command there begins another branch: nothing is lost, branches lists them.',
  ],
  needsLab: true,
  candidates: (shell, before) => (before.length === 0 ? (shell.lab?.momentNames() ?? []) : []),
  run(shell, { words, signal }) {
    const [word] = words;
    const { lab } = standingLab(shell, 'rewind');
    if (word === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    return travel(shell, lab, readMoment(lab.calendar(), word), signal);
  },
};

export const checkout: Command = {
  name: 'checkout',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'checkout BRANCH',
  summary: 'to the end of a branch',
  needsLab: true,
  candidates: (shell, before) => (before.length === 0 ? [...(shell.lab?.calendar().ends.keys() ?? [])] : []),
  run(shell, { words, signal }) {
    const [name] = words;
    const { lab } = standingLab(shell, 'checkout');
    if (name === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const end = lab.calendar().ends.get(name);
    if (end === undefined)
      throw new CommandError(
        'no-such-branch',
        `no branch ${JSON.stringify(safe(name))}; there are ${[...lab.calendar().ends.keys()].join(', ')}`,
      );
    return travel(shell, lab, { branch: null, to: { kind: 'moment', moment: end } }, signal);
  },
};

export const label: Command = {
  name: 'label',
  aliases: [],
  group: 'lab',
  usage: 'label NAME',
  summary: 'name this moment',
  details: ['rewind NAME comes back to it, diff compares it with another one.'],
  needsLab: true,
  run(shell, { words }) {
    const [name] = words;
    const simulation = simulationOf(shell, 'label');
    const lab = labOf(shell);
    const { labels } = lab;
    if (name === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    if (!/^[A-Za-z][\w.-]{0,31}$/.test(name))
      throw new UsageError(
        `${JSON.stringify(safe(name))} is no name: a letter, then letters, digits, - . or _, at most 32`,
      );
    const known = labels.get(name);
    if (known !== undefined)
      throw new CommandError('exists', `there is a label ${name} already, at ${momentText(known)}; take another name`);
    if (lab.calendar().ends.has(name)) throw new CommandError('exists', `${name} is a branch; take another name`);
    if (labels.size >= LABELS_MAX) throw new CommandError('too-many', `there are ${LABELS_MAX} labels already`);
    const here = simulation.moment();
    labels.set(name, here);
    return { value: { name, ...momentValue(here) }, text: `${name} is ${momentText(here)} ${timeText(here.time)}` };
  },
};

export const labels: Command = {
  name: 'labels',
  looks: alwaysLooks,
  aliases: [],
  group: 'lab',
  usage: 'labels',
  summary: 'named moments',
  needsLab: true,
  run(shell) {
    simulationOf(shell, 'labels');
    const rows = [...labOf(shell).labels].map(([name, moment]) => ({ name, ...momentValue(moment) }));
    return {
      value: rows,
      text: () =>
        rows.length === 0
          ? 'no labels; label NAME names this moment'
          : table(
              [{ head: 'label', shrinkTo: 8 }, { head: 'moment' }, { head: 'time', right: true }],
              rows.map((row) => [row.name, row.moment, timeText((row.atMs ?? 0) * 1_000)]),
              shell.columns(),
            ),
    };
  },
};

export const branches: Command = {
  name: 'branches',
  looks: alwaysLooks,
  aliases: [],
  group: 'lab',
  usage: 'branches',
  summary: 'every course of events',
  details: ['A command after a rewind begins a branch. checkout goes to the end of one, diff compares two.'],
  needsLab: true,
  run(shell) {
    const simulation = simulationOf(shell, 'branches');
    const { setUpInputs } = labOf(shell);
    const rows = simulation.branches().map(({ name, from, end, inputs, isCurrent }) => ({
      name,
      from: from === null ? null : momentText(from),
      events: end.index,
      endMs: momentValue(end).atMs,
      inputs: inputs - setUpInputs,
      current: isCurrent,
    }));
    return {
      value: rows,
      text: () =>
        table(
          [
            { head: '' },
            { head: 'branch' },
            { head: 'from' },
            { head: 'events', right: true },
            { head: 'end', right: true },
            { head: 'inputs', right: true, dropOrder: 1 },
          ],
          rows.map((row) => [
            row.current ? '*' : '',
            row.name,
            row.from ?? '-',
            String(row.events),
            timeText((row.endMs ?? 0) * 1_000),
            String(row.inputs),
          ]),
          shell.columns(),
        ),
    };
  },
};
