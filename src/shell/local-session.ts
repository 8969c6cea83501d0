/** The session port on a shell in this process: a shell goes in, what a console stands on comes out. */
import { completeLine } from './complete.ts';
import type { SessionEvent, ShellSession } from './session.ts';
import type { Shell } from './shell.ts';

export interface LocalSession extends ShellSession {
  tell(event: SessionEvent): void;
}

/** `ready` settles when .noderc has been run: what is typed meanwhile waits for it. `onQuit` is called after `quit` was answered. */
export function createLocalSession(shell: Shell, ready: Promise<void>, onQuit: () => void): LocalSession {
  const listeners = new Set<(event: SessionEvent) => void>();
  return {
    async run(input) {
      await ready;
      const result = await shell.run(input);
      if (shell.quitting) onQuit();
      return result;
    },
    interrupt: () => shell.interrupt(),
    finish: () => shell.finish(),
    complete: (line) => Promise.resolve(completeLine(shell, line)),
    prompt: () => shell.prompt(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(event) {
      queueMicrotask(() => {
        for (const listener of [...listeners]) listener(event);
      });
    },
  };
}
