/** Every bound of the expression language, each with its reason. */
import { DAY_US } from '../core/limits.ts';

/** Of one expression, as typed and as printed: what fits in a line of a scenario many times over. */
export const EXPRESSION_LENGTH_MAX = 4_096;
/** Parentheses, functions and `!` within each other: reading one goes down a call for each. */
export const DEPTH_MAX = 40;
/** Values in one list. */
export const LIST_MAX = 100;
/** Steps of one path: nothing in a node's state lies deeper. */
export const PATH_MAX = 16;
/** Functions in one expression that remember something: all of it is copied with every snapshot. */
export const COUNTERS_MAX = 32;
/** Requests whose reply one `reply` waits for at once; a later one may take the place of an earlier one. */
export const REPLIES_MAX = 1_024;
/** `rate` counts in so many parts of its window, so it is late by at most one part. */
export const RATE_PARTS = 32;
/** A `/pattern/` as typed, how often a part of it may be repeated by count, and what it may grow to by such counts. */
export const PATTERN_LENGTH_MAX = 200;
export const PATTERN_REPEAT_MAX = 100;
export const PATTERN_STEPS_MAX = 1_000;
/** Durations and sizes up to here are printed so that they read back exactly. */
export const DURATION_US_MAX = 10 * DAY_US;
export const SIZE_BYTES_MAX = 999_999_999;
/** Words offered for one Tab. */
export const CANDIDATES_MAX = 100;
/** Names in one selector. */
export const SELECTOR_NAMES_MAX = 100;
