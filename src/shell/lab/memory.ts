/** Whether so many simulated nodes fit: how many and how much memory is free go in; nothing comes out, or one clear error. */
import { CommandError } from '../errors.ts';

/**
 * What a simulated node takes: measured 180 to 210 KB when 4,000 and 10,000 nodes have found their peers, and as much again for the world
 * as it was at another moment.
 */
const NODE_BYTES = 360 * 1_024;
const GIB = 1_073_741_824;

export function checkMemory(nodes: number, freeBytes: number): void {
  const largest = Math.floor(freeBytes / NODE_BYTES);
  if (nodes <= largest) return;
  throw new CommandError(
    'too-many',
    `${nodes.toLocaleString('en')} nodes would need some ${((nodes * NODE_BYTES) / GIB).toFixed(1)} GiB of memory and there are ${(freeBytes / GIB).toFixed(1)}; lab ${largest} fits`,
    [],
    { needBytes: nodes * NODE_BYTES, freeBytes, largest },
  );
}
