/** Every bound of control sockets, each with its reason. */

/** Of one frame; what is longer comes in parts, and only from the node. */
export const FRAME_BYTES_MAX = 1_048_576;
/** Of a part in UTF-16 units: JSON makes six bytes of one at most, so that every part is a frame. */
export const PART_LENGTH = 131_072;
/** Of one answer before it is encoded, in UTF-16 units; whoever wants more has the node write a file. Six times as much at most are on the way. */
export const ANSWER_LENGTH_MAX = 5 * 1_048_576;
export const MESSAGE_LENGTH_MAX = 32 * 1_048_576;
/** What nobody asked for is only counted while a client has so many bytes to read. */
export const NEWS_BYTES_MAX = 262_144;
/** Lines of a running command are never left out; a client that has so many bytes of them to read is let go. */
export const UNREAD_BYTES_MAX = 8 * 1_048_576;
/** Clients of one node at once: more than a person has terminals, with room for scripts. */
export const CLIENTS_MAX = 64;
/** Frames of one client that are looked at before others have their turn. */
export const FRAMES_A_TURN = 32;
/** A client says who it is at once. */
export const HELLO_MS = 5_000;
/** A node that is there answers at once; one that is stopped or hangs does not. */
export const ANSWER_MS = 3_000;
/** A line that was interrupted ends sooner, where the node is well; after this its shell goes on without its answer. */
export const INTERRUPT_MS = 1_000;
/** A client that does not read its last frames is not waited for. */
export const LAST_FRAMES_MS = 250;
/** Lines of earlier shells that a client tells the node for `hist`, and how much text that is. */
export const HISTORY_LINES_MAX = 1_000;
export const HISTORY_LENGTH_MAX = 131_072;
/** Sockets that are looked at in one folder. */
export const SOCKETS_MAX = 256;
/** For so long a client looks for a node that went away, and so often. */
export const RETURN_MS = 30_000;
export const RETRY_MS = 300;
