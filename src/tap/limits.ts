/** Every bound of messages in hand, each with its reason. */
import { SECOND_US } from '../core/limits.ts';

/** Rules at once: each line is asked of every one. */
export const RULES_MAX = 32;
/** A rule as typed. */
export const RULE_LENGTH_MAX = 8_192;
/** What waits in one direction of a connection before its socket is paused; with twice as much all of it goes on. */
export const LANE_MESSAGES_MAX = 64;
export const LANE_BYTES_MAX = 262_144;
/** Messages in hand of all nodes together: with more, the connection of the newest lets go. */
export const HELD_MAX = 4_096;
/** Messages that went and can still be shown and sent again. */
export const PAST_MAX = 32;
/** A line that a user makes. */
export const LINE_LENGTH_MAX = 65_536;
/** Copies of one message. */
export const COPIES_MAX = 100;
/** Longest delay. */
export const DELAY_US_MAX = 3_600 * SECOND_US;
/** On real sockets the clocks of peers run on: what nobody deals with goes on after this. */
export const PATIENCE_US = 60 * SECOND_US;
