/**
 * The user's own node: a world and what was read at start go in; the node comes out with what it said while it started, or null once it was
 * said why there is none.
 */
import type { NodePort, World } from '../core/world.ts';
import type { Output } from './output.ts';
import { dataFolder, listenChoices } from './places.ts';
import { safe } from './render.ts';
import type { Startup } from './startup.ts';

/** How it is called. */
export const NAME = 'live';

const NO_NAME = 'the name is no address here; try --listen 127.0.0.1:PORT';

/** What the system says of a port that cannot be had, and what to do about it. */
const START_TROUBLE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another with --listen HOST:PORT',
  EADDRNOTAVAIL: 'this machine has no such address; try --listen 127.0.0.1:PORT',
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
  EACCES: 'ports below 1024 need privileges; choose another with --listen HOST:PORT',
};

/** The same without what to do, which is for a start; null: nothing better than the code. */
export const whyNoPort = (code: string): string | null => START_TROUBLE[code]?.split('; ')[0] ?? null;

type Said = Parameters<Parameters<World['onEvent']>[0]>;

export interface LiveNode {
  readonly node: NodePort;
  readonly early: readonly Said[];
}

export async function startLiveNode(world: World, startup: Startup, err: Output): Promise<LiveNode | null> {
  const early: Said[] = [];
  const stopEvents = world.onEvent((...said) => early.push(said));
  try {
    const node = await world.spawn({
      name: NAME,
      settings: startup.settings,
      listen: listenChoices(startup),
      bootstrap: startup.bootstrap,
      data: dataFolder(startup),
    });
    return { node, early };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const advice = START_TROUBLE[code];
    err.notice(`peersh: ${safe(message, 300)}${advice === undefined ? '' : `: ${advice}`}`);
    return null;
  } finally {
    stopEvents();
  }
}
