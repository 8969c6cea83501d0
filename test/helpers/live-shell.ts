// A shell on a node of any world that is there already: the world, the node and how the shell is used go in. Nothing is spawned or printed.
import type { NodePort, World } from '../../src/core/world.ts';
import { createPaint } from '../../src/shell/color.ts';
import type { LabWorlds } from '../../src/shell/lab/worlds.ts';
import { Shell } from '../../src/shell/shell.ts';
import { recordedLines } from '../../src/trace/recorded-lines.ts';
import { Recorder } from '../../src/trace/recorder.ts';

export interface LiveShellOptions {
  readonly json?: boolean;
  readonly interactive?: boolean;
  readonly labs?: LabWorlds | null;
}

/** It is recorded from now on, as the program does from the start. */
export function liveShell(world: World, node: NodePort, options: LiveShellOptions = {}): Shell {
  const recorder = new Recorder({
    world: world.kind,
    app: 'peersh/test',
    seed: null,
    epochMs: null,
  });
  world.witness(recorder);
  return new Shell({
    live: { world, node },
    labs: options.labs ?? null,
    ring: recordedLines(recorder, node.name),
    recorder,
    paint: createPaint(false),
    json: options.json === true,
    interactive: options.interactive === true,
    origins: new Map(),
    aliases: new Map(),
  });
}
