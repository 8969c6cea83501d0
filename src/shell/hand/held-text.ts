/** What a prompt says of messages in hand: a world goes in, ` held 1` comes out, or nothing when nothing is. */
import type { World } from '../../core/world.ts';

/** Those that only wait behind others are not counted. */
export function heldText({ tap }: World): string {
  const waiting = tap.held().filter(({ fate }) => fate === 'held').length;
  return waiting === 0 ? '' : ` held ${waiting}`;
}
