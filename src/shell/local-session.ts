/** The session port on a shell in this process: a shell goes in, what a console stands on comes out. */
import { completeLine } from './complete.ts';
import type { SessionEvent, ShellSession } from './session.ts';
import type { Shell } from './shell.ts';

export interface LocalSession extends ShellSession {
  tell(event: SessionEvent): void;
}

/** Tells of prompts that change by themselves: who comes and goes stands in them. Returns the function that ends it. */
export function watchPrompt(shell: Shell, session: LocalSession): () => void {
  const { live } = shell.options;
  shell.promptChanged = () => session.tell({ kind: 'prompt' });
  const end = live?.world.onEvent((node, event) => {
    if (node === live.node && (event.kind === 'ready' || event.kind === 'closed')) session.tell({ kind: 'prompt' });
  });
  return () => end?.();
}

/** `ready` settles when .noderc has been run: what is typed meanwhile waits for it. `onQuit` is called after `quit` was answered. */
export function createLocalSession(shell: Shell, ready: Promise<void>, onQuit: () => void): LocalSession {
  const listeners = new Set<(event: SessionEvent) => void>();
  /** Of a line that has not begun yet. */
  let isAwaited = false;
  let isInterrupted = false;
  return {
    async run(input) {
      isAwaited = true;
      isInterrupted = false;
      await ready;
      isAwaited = false;
      const answer = shell.run(input);
      if (isInterrupted) shell.interrupt();
      const result = await answer;
      if (shell.quitting) onQuit();
      return result;
    },
    interrupt() {
      if (isAwaited) isInterrupted = true;
      else shell.interrupt();
    },
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
