/** What every socket of a node is made with, accepted or dialled: nothing is held back to be sent together (rule 11 does that). */

export const SOCKET_OPTIONS = {
  noDelay: true,
  // The end of what a peer says is not the end of what we have still to take of it, turn by turn.
  allowHalfOpen: true,
} as const;
