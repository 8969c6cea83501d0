/** Records a world that nobody recorded so far: the world goes in; a recorder that sees what happens from now on comes out. */
import type { World } from '../core/world.ts';
import { Recorder } from '../trace/recorder.ts';
import { APP } from './lab/lab-record.ts';

export function recordFromNow(world: World): Recorder {
  const epochMs = Date.now() - world.now() / 1_000;
  const recorder = new Recorder({ world: world.kind, app: APP, seed: null, epochMs });
  world.witness(recorder);
  return recorder;
}
