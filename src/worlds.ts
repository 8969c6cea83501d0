/** The composition root: the only file that knows which worlds there are. Options go in, a world comes out. */
import type { World } from './core/world.ts';
import { createTcpWorld } from './tcp/world.ts';
import { VERSION } from './util/version.ts';

/** Nodes on real sockets of this machine. */
export function createLiveWorld(): World {
  return createTcpWorld(`peersh/${VERSION}`);
}
