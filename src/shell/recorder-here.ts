/** What was recorded where a shell's command is: the shell goes in, the recorder of its lab or of the user's own node comes out. */
import type { Recorder } from '../trace/recorder.ts';
import { CommandError, ONLY_LOOKS } from './errors.ts';
import type { Lab } from './lab/lab.ts';
import { withProgress } from './lab/progress.ts';
import type { Shell } from './shell.ts';

export async function recorderHere(shell: Shell, signal: AbortSignal): Promise<Recorder> {
  const { labHere } = shell;
  return labHere === null ? ownRecorder(shell) : labRecorder(shell, labHere, signal);
}

/** Begins to record where nobody asked before. A lab script has nothing to do with it. */
function ownRecorder(shell: Shell): Recorder {
  const { play, workshop } = shell;
  const { recorder, recordLate } = shell.options;
  if (play !== null) throw shell.noLab();
  if (recorder !== null) return recorder;
  if (recordLate == null) throw shell.noLab();
  workshop.lateRecorder ??= recordLate();
  return workshop.lateRecorder;
}

/** A simulated lab that was not recorded runs its history once more, for which a run is paused. */
async function labRecorder(shell: Shell, lab: Lab, signal: AbortSignal): Promise<Recorder> {
  const { record, simulation } = lab;
  if (record.current === null && shell.options.isReadOnly === true)
    throw new CommandError('read-only', `nothing of the lab is recorded yet, and ${ONLY_LOOKS}`);
  if (record.current === null && simulation !== null) lab.runner().pause();
  return withProgress(
    shell,
    () => 'running the history once more, to record it …',
    () => record.open(signal),
  );
}
