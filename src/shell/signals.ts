/** SIGINT, SIGTERM and SIGHUP: the first one asks for a clean stop, a second SIGINT or SIGTERM ends the program at once (rule 66). It stops nothing itself. */
import { EXIT } from './errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof SIGNALS)[number];

/** How the program ends: its exit code, or, after a hang-up, by the signal itself. */
export interface Ended {
  readonly code: number;
  readonly hasHungUp: boolean;
}

/** What signals mean beside a wish to stop. */
export interface SignalOptions {
  /** While it is, what is typed at the terminal means somebody else. */
  readonly isTerminalLent?: () => boolean;
  /** SIGHUP is no stop: it is how a program without a terminal is told to read its configuration again. */
  readonly onHangUp?: () => void;
}

/** `onSignal` is called at once, with the signal that asks for a stop; the promise is for whoever waits. */
export function catchSignals(
  onSignal: () => void,
  { isTerminalLent = () => false, onHangUp }: SignalOptions = {},
): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of SIGNALS)
      process.on(signal, () => {
        if (signal === 'SIGINT' && isTerminalLent()) return;
        if (signal === 'SIGHUP' && onHangUp !== undefined) return onHangUp();
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
