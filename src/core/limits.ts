/** Every bound that is not a setting, each with the rule of the protocol it belongs to. Times are integer microseconds. */
export const MILLISECOND_US = 1_000;
export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const DAY_US = 86_400 * SECOND_US;

/** Rule 11: largest write towards a peer that may not reassemble lines, and towards one that does. */
export const WRITE_BYTES_SMALL = 1_400;
export const WRITE_BYTES_LARGE = 65_536;
/** Rule 27: TCP asks by itself whether the other end is there. */
export const KEEPALIVE_US = 30 * SECOND_US;
/** Rule 27: TCP is told so once a connection has lasted about this long, because most that are shorter need not cost the system's calls. */
export const KEEPALIVE_AFTER_US = SECOND_US;
/** Rule 48: look-ups at once, those that wait (as many as names of a full bootstrap list), and how long an answer may take. */
export const LOOKUPS_MAX = 4;
export const LOOKUPS_WAITING_MAX = 256;
export const LOOKUP_US_MAX = 5 * SECOND_US;
/** Rule 55: lines of one socket in one turn of the event loop. */
export const LINES_PER_TURN = 64;
/**
 * Rule 55: what all sockets together may do in one turn of what waits, and again of what comes, so that a command waits no longer
 * because many flood. A line is one, and so are so many bytes: to read and parse them takes about as long.
 */
export const WORK_PER_TURN = 1_024;
export const BYTES_PER_WORK = 256;
/** Rule 66: how long a peer has to close after us, and the longest stop, whatever the settings say. */
export const CUT_OFF_US = SECOND_US;
export const STOP_US_MAX = 2 * SECOND_US;
/** Rules 20, 21, 47: a visit to us and the loser of a collision are closed by their dialler, or by us after this. */
export const LEAVE_WAIT_US = 2 * SECOND_US;
/** Rule 24: pings are early by up to this share of the interval, so that a network does not ping in step. */
export const PING_JITTER = 0.08;
/** The `ping` command waits this long for an outstanding automatic ping before it sends its own. */
export const USER_PING_WAIT_US = SECOND_US;
/** Rule 24: a nonce is one of so many. */
export const NONCES = 4_294_967_296;
/** Rule 24: pings without a pong on one connection; more than one only where a user does not wait, or we slept. */
export const PINGS_OUT_MAX = 32;
/** User pings that may wait on one connection. */
export const USER_PINGS_MAX = 1_000;
/** Rule 34: an addr message with more entries than this is a strike. */
export const ADDR_LISTED_MAX = 1_000;
/** Rule 35: what one getaddr of ours allows its answer to teach, and the most that may be saved up. */
export const ADDR_AFTER_GETADDR = 100;
export const ADDR_TOKENS_MAX = 1_000;
/** Rule 37: failures after which an address that never worked, or did not work for days, is forgotten. */
export const FORGET_FAILURES_NEVER = 3;
export const FORGET_FAILURES = 10;
export const FORGET_FAILURES_AFTER_US = 7 * DAY_US;
export const FORGET_UNSEEN_US = 30 * DAY_US;
/** Rule 36: how many are looked at to choose the one that makes room, and how many may wait for a place in `tried`. */
export const EVICTION_SAMPLE = 8;
export const COLLISIONS_MAX = 10;
/** Rule 36: of the unproven addresses that one source may tell, the part that may lie in one public network, whoever tells them. */
export const GROUP_SHARE = 4;
/** Rule 38: groups of public askers whose answer is kept, and for how long. */
export const ANSWERS_KEPT_MAX = 256;
export const ANSWER_KEPT_US = 10 * MINUTE_US;
/** Rule 38: loopback askers get a larger allowance. */
export const GETADDR_BURST_LOOPBACK = 60;
export const GETADDR_EVERY_LOOPBACK_US = SECOND_US;
/** Rule 42: of the dials in progress, those that the bootstrap list and kept peers leave to others. */
export const DIALS_BESIDE_LIST = 2;
/** Rules 44, 52: so much longer a full place of the list waits while we have all the peers we want. */
export const FULL_PATIENCE_US = 9 * MINUTE_US;
/** Rule 42: gossip-sourced public dials per second, and at once. */
export const PUBLIC_DIALS_PER_S = 2;
export const PUBLIC_DIALS_BURST = 16;
/** Rule 42: one public IP is dialled by hearsay once per this; how many IPs are remembered for it. */
export const SAME_IP_US = MINUTE_US;
export const DIALLED_IPS_MAX = 1_024;
/** Choosing an address to dial: guesses at random before the whole book is looked through. */
export const CHOICE_GUESSES = 16;
/** Rule 47: peers saved at a clean stop, to be dialled first at the next start. */
export const ANCHORS_MAX = 2;
/** Rule 20: claimed addresses that wait for their dial-back. */
export const DIALBACKS_MAX = 128;
/** Rules 20, 47: dial-backs and feelers that are on their way or wait for a hello. */
export const VISITS_MAX = 32;
/** Rule 44: backoff is spread by this share either way, and forgotten once a connection lived this long. */
export const BACKOFF_SPREAD = 0.25;
export const LIVED_US = 15 * SECOND_US;
/** Rule 46: failed handshakes in a row that make the backoff long, and how long it then is. */
export const HANDSHAKES_FAILED_MAX = 3;
export const LONG_BACKOFF_LOCAL_US = 30 * SECOND_US;
export const LONG_BACKOFF_PUBLIC_US = 10 * MINUTE_US;
/** Rule 49: places of `peers.max` that are kept for those we dial. */
export const PLACES_FOR_OUTBOUND = 8;
/** Rule 49: files that the process needs beside its sockets. */
export const FILES_KEPT = 64;
/** Rule 51: new connections from one public IP, at once and then one per this; how many IPs are remembered for it. */
export const ACCEPT_BURST = 16;
export const ACCEPT_EVERY_US = 5 * SECOND_US;
export const ACCEPT_PACES_MAX = 4_096;
/** Rule 52: inbound peers that are never evicted: some by their group, by least ping, by the addresses they taught last. */
export const EVICTION_SPARE_GROUPS = 4;
export const EVICTION_SPARE_PING = 8;
export const EVICTION_SPARE_USEFUL = 4;
/** Rule 53: refusals said one by one, and how often then all that came since are said together. */
export const REFUSALS_SAID_FIRST = 3;
export const REFUSALS_SAY_EVERY_US = 30 * SECOND_US;
/** Rule 54: a connection is paused for at least and at most this at a time; paused for this share of a minute, it is closed. */
export const FLOOD_PAUSE_MIN_US = 10 * MILLISECOND_US;
export const FLOOD_PAUSE_MAX_US = 5 * SECOND_US;
export const FLOOD_PAUSED_SHARE = 0.9;
/** Rule 59: bans and discouragements that are remembered. */
export const BANS_MAX = 4_096;
/** Rule 59: no ban is longer. */
export const BAN_LONGEST_US = 366 * DAY_US;
/** Addresses held by `drop`, entries of the bootstrap list, kept peers. */
export const HELD_MAX = 1_024;
export const BOOTSTRAP_MAX = 256;
export const NAME_ADDRESSES_MAX = 8;
/** Rule 48: a name whose addresses fail is looked up again after this. */
export const NAME_KEPT_US = 10 * MINUTE_US;
/** Rule 48: directories of the bootstrap list, and the places that an answer may list, of which NAME_ADDRESSES_MAX are taken. */
export const DIRECTORIES_MAX = 16;
export const LISTED_MAX = 256;
/** Closed connections that `peer` can still tell about. */
export const GONE_MAX = 32;
/** Own addresses that are remembered as self. */
export const SELF_MAX = 64;
/** Rule 18: `Connected to myself` is reported at most once per this. */
export const SELF_SAY_US = SECOND_US;
