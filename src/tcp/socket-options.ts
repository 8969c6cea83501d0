/** What every socket of a node is made with, accepted or dialled: nothing is held back to be sent together (rule 11 does that), and TCP asks by itself whether the other end is there (rule 27). */
import { KEEPALIVE_US, MILLISECOND_US } from '../core/limits.ts';

export const SOCKET_OPTIONS = {
  noDelay: true,
  // The end of what a peer says is not the end of what we have still to take of it, turn by turn.
  allowHalfOpen: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEPALIVE_US / MILLISECOND_US,
} as const;
