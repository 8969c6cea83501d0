/** Every bound of the wire that is not a setting, each with the rule of the protocol it belongs to; the others are in core/limits.ts. */

/** Rule 1: blank lines before hello. */
export const BLANK_LINES_MAX = 16;
/** Rule 5: nesting of one line. */
export const DEPTH_MAX = 8;
/** Rule 11: the longest line we send. */
export const LINE_SENT_BYTES_MAX = 1_400;
/** What is taken of the optional fields of hello. */
export const AGENT_LENGTH_MAX = 64;
export const EXT_MAX = 16;
export const EXT_LENGTH_MAX = 32;
/** Rule 30: a nonce of text. */
export const NONCE_LENGTH_MAX = 64;
/** What is taken of the reason of a bye, and of a msgtype that we do not know (rule 8). */
export const REASON_LENGTH_MAX = 128;
export const MSGTYPE_LENGTH_MAX = 64;
/** Rule 34: entries of one addr that are read at all. */
export const ADDR_ENTRIES_READ_MAX = 1_000;
/** Rule 36: an age that is carried is at most this, ten years. */
export const AGE_S_MAX = 10 * 365 * 86_400;
/** Rule 33: ports below this are refused from gossip. */
export const PORT_GOSSIP_MIN = 1_024;
