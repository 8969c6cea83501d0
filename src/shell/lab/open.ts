/** Puts a world that was just made before a shell: from then on what is typed is about its nodes. */
import type { Settings } from '../../settings.ts';
import { CommandError } from '../errors.ts';
import { Notices } from '../notices.ts';
import { count, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { Lab, type LabOptions, type Made } from './lab.ts';
import { momentText, timeText } from './moments.ts';
import type { LabWorlds } from './worlds.ts';

/** Where the shell's worlds come from, when it has no lab yet. */
export function roomForLab(shell: Shell): LabWorlds {
  const { labs } = shell.options;
  if (shell.lab !== null)
    throw new CommandError(
      'busy',
      `there is a lab of ${count(shell.lab.members().length, 'node')} already; lab stop ends it`,
    );
  if (labs === null) throw new CommandError('no-lab', 'this shell can make no lab');
  return labs;
}

export function openLab(shell: Shell, made: Made, options: LabOptions, settings: Settings, labs: LabWorlds): Lab {
  const opened: Lab = new Lab(made, options, settings, labs, noticesFor, {
    moved: () => opened.onlookers.moved(),
    ended: () => {
      const here = opened.clockwork().simulation.moment();
      const fields = { moment: momentText(here), at: timeText(here.time) };
      opened.onlookers.tell((notices) => notices.say('ran', fields, `ran to ${fields.moment} ${fields.at}`));
    },
    failed: (error) => opened.onlookers.tell((notices) => notices.complain(safe(String(error), 300))),
  });
  shell.lab = opened;
  shell.isInLab = true;
  // It hears of its lab from the beginning, wherever it looks.
  opened.onlookers.noticesOf(shell);
  return opened;
}

function noticesFor(one: Lab, shell: Shell): Notices {
  return new Notices(shell, {
    world: one.world,
    node: () => (shell.isInLab ? one.onlookers.focusOf(shell) : null),
    tag: () => '',
  });
}
