/**
 * The token bucket of every limit that lets something happen so often and saves up for a burst: time goes in, parts of tokens come
 * out. A level is a whole number, so that nothing drifts. How many parts make a token is the caller's: a rate of tokens a second
 * earns so many millionths a microsecond, one token per interval a part each microsecond and as many parts a token as it lasts.
 */
export interface Bucket {
  /** As of `at`. Below zero it is owed. */
  level: number;
  at: number;
}

/** It has earned for ever; what is full is known when it is first looked at. */
export const fullBucket = (): Bucket => ({ level: 0, at: -Infinity });

/** Adds what time has earned since the last look. A rate that is not whole loses less than a part at each look. */
export function earn(bucket: Bucket, now: number, perUs: number, full: number): void {
  const level = bucket.level + Math.floor((now - bucket.at) * perUs);
  bucket.level = level < full ? level : full;
  bucket.at = now;
}

/** Whether there was as much; then it is taken. */
export function spend(bucket: Bucket, parts: number): boolean {
  if (bucket.level < parts) return false;
  bucket.level -= parts;
  return true;
}

/** How long until there is as much, in whole microseconds, 0 when there is. */
export function waitUs(bucket: Bucket, perUs: number, parts: number): number {
  const missing = parts - bucket.level;
  if (missing <= 0) return 0;
  const us = Math.floor(missing / perUs);
  return Math.floor(us * perUs) < missing ? us + 1 : us;
}
