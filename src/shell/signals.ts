/** SIGINT, SIGTERM and SIGHUP: the first one asks for a clean stop, a second SIGINT or SIGTERM ends the program at once (rule 66). It stops nothing itself. */
import { EXIT } from './errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof SIGNALS)[number];

/** How the program ends: its exit code, or, after a hang-up, by the signal itself. */
export interface Ended {
  readonly code: number;
  readonly hasHungUp: boolean;
}

/**
 * `onSignal` is called at once, with the signal that asks for a stop; the promise is for whoever waits. With `onHangUp` a SIGHUP is no stop:
 * it is how a program without a terminal is told to read its configuration again.
 */
export function catchSignals(onSignal: () => void, onHangUp: (() => void) | null = null): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of SIGNALS)
      process.on(signal, () => {
        if (signal === 'SIGHUP' && onHangUp !== null) return onHangUp();
        // A closed window brings several hang-ups: of the kernel, and of the shell that started us.
        if (isAsked && signal !== 'SIGHUP') process.exit(EXIT.interrupted);
        if (isAsked) return;
        isAsked = true;
        onSignal();
        resolve(signal);
      });
  });
}

/** The same as a SIGTERM from outside. */
export function askToStop(): void {
  process.emit('SIGTERM', 'SIGTERM');
}

/**
 * Ends the program the way the signal would have. After a hang-up nothing else works well: Node resets the terminal's mode when it exits,
 * and aborts when the terminal is gone.
 */
export function endByHangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
