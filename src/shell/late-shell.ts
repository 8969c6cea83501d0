/**
 * The shell of a node that runs without one, made when it is first needed: by whoever attaches, or by a file that is read again. The node and
 * what was read at start go in. Until then none of a shell's code is loaded.
 */
import { createRing } from '../trace/ring.ts';
import type { LabWorlds } from './lab/worlds.ts';
import type { Shell } from './shell.ts';
import type { Live } from './shell-options.ts';
import type { Startup } from './startup.ts';

export interface LateShellOptions {
  readonly live: Live;
  readonly labs: () => Promise<LabWorlds>;
  readonly startup: Startup;
  /** Takes what it says of its own accord. */
  readonly print: (text: string) => void;
}

export interface LateShell {
  readonly shell: () => Promise<Shell>;
  /** Reads the configuration again. */
  readonly reload: () => void;
  /** Whether an error is the user's mistake, who was told. */
  readonly isTold: (error: unknown) => boolean;
  /** Stops what the shell has, such as its lab. */
  readonly close: () => Promise<void>;
}

export function createLateShell({ live, labs, startup, print }: LateShellOptions): LateShell {
  let making: Promise<Shell> | null = null;
  let tell: LateShell['isTold'] = () => false;
  let reading: Promise<() => Promise<void>> | null = null;

  async function make(): Promise<Shell> {
    const { isTold, makeShell } = await import('./make-shell.ts');
    const ring = createRing();
    live.world.onLine((_, n, direction, line) => ring.add(live.world.now(), n, direction, line));
    const shell = makeShell({ live, labs: await labs(), startup, ring, recorder: null, interactive: false });
    shell.printTo(print);
    tell = (error) => isTold(shell, error);
    return shell;
  }

  function shell(): Promise<Shell> {
    making ??= make();
    return making;
  }

  return {
    shell,
    reload() {
      reading ??= Promise.all([import('./reload-rc.ts'), shell()]).then(([{ createReload }, own]) =>
        createReload(own, startup),
      );
      void reading.then((again) => again());
    },
    isTold: (error) => tell(error),
    async close() {
      if (making !== null) await (await making).close();
    },
  };
}
