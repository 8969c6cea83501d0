/** Times of a state in the units of rows: microseconds go in, milliseconds come out. */
import { MILLISECOND_US } from './limits.ts';

export const ms = (us: number) => us / MILLISECOND_US;
export const msSince = (now: number, at: number | null) => (at === null ? null : ms(now - at));
