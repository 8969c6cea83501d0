/**
 * Ctrl-Z and what comes back from it: takes the terminal out of raw mode, stops the process, and calls back when the
 * process runs again, also when somebody else stopped it. It must not draw.
 */
import { spawnSync } from 'node:child_process';
import type { Gate } from './gate.ts';

export interface Suspension {
  /** Stops the whole job like Ctrl-Z in line mode does. Returns when it runs again, or at once where there is no such thing. */
  suspend(): void;
  end(): void;
}

/** While the terminal is lent its mode is somebody else's. */
export function suspensionOf(gate: Gate, isLent: () => boolean, onContinue: () => void): Suspension {
  // Windows has neither signal, and refuses to listen for them.
  const isPossible = process.platform !== 'win32';
  const continued = (): void => {
    if (isLent()) return;
    // Node remembers the mode it has set and does nothing when it is asked for the same one again, but the shell that
    // had the terminal in between has set its own (joyent/node #3295).
    gate.setRawMode(false);
    gate.setRawMode(true);
    onContinue();
  };
  if (isPossible) process.on('SIGCONT', continued);
  return {
    suspend() {
      if (!isPossible) return;
      gate.setRawMode(false);
      stopGroup();
    },
    end() {
      process.off('SIGCONT', continued);
    },
  };
}

/**
 * The whole group, as the terminal itself would: with this process alone, npm would go on and the shell never take over. By another
 * process, since `process.kill` on our own group runs what Node runs at its exit (`Kill` in node_process_methods.cc), and the inspector,
 * which runs JavaScript here, forgets its context for good. `sh` does not stop itself, so that nobody waits for it.
 */
function stopGroup(): void {
  const { error } = spawnSync('sh', ['-c', "trap '' TSTP; kill -s TSTP 0"], { stdio: 'ignore' });
  if (error !== undefined) process.kill(0, 'SIGTSTP');
}
