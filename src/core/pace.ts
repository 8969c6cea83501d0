/**
 * How often something may happen, in one number: the time up to which its rate has been used. Each time uses as much of it as the rate
 * says; who is ahead of the clock has to wait, who lags behind has saved up for a burst and no more. A token bucket does the same with
 * two numbers, and a node has some of them for every connection. What one time takes is not always whole, so half a microsecond is
 * rounding. It knows no clock: times come from the caller.
 */

/** The rate was never used: all of the burst is saved. */
export const UNUSED = -Infinity;

/** The time up to which the rate is used when it happens so many times more, whether it may or not. */
export function usedBy(times: number, usedTo: number, now: number, eachUs: number, burst: number): number {
  const least = now - burst * eachUs;
  return (usedTo > least ? usedTo : least) + times * eachUs;
}

/** The same for once more. */
export const usedOnceMore = (usedTo: number, now: number, eachUs: number, burst: number): number =>
  usedBy(1, usedTo, now, eachUs, burst);

/** Whether what would use the rate up to this time may happen now. */
export const mayUseTo = (usedTo: number, now: number): boolean => usedTo <= now + ROUNDING_US;

const ROUNDING_US = 0.5;

/** How long until it may happen once more, in whole microseconds, 0 when it may. */
export function waitUs(usedTo: number, now: number, eachUs: number, burst: number): number {
  const aheadUs = usedOnceMore(usedTo, now, eachUs, burst) - now - ROUNDING_US;
  return aheadUs > 0 ? Math.floor(aheadUs) + (Math.floor(aheadUs) < aheadUs ? 1 : 0) : 0;
}
