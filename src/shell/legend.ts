/** What reason codes mean: codes of a table go in, a line each with its sentence comes out, for below the table. It decides no reason. */
import { REASONS, type ReasonCode } from '../core/reasons.ts';
import { folded } from './render.ts';

/** As wide as the longest code, and two blanks. */
const CODE_WIDTH = Math.max(...Object.keys(REASONS).map((code) => code.length)) + 2;

/** A code once, in the order of REASONS; '' when there is none. */
export function legend(codes: Iterable<ReasonCode | null>, columns: number | null): string {
  const wanted = new Set(codes);
  return (Object.keys(REASONS) as ReasonCode[])
    .filter((code) => wanted.has(code))
    .map((code) => folded(`${code.padEnd(CODE_WIDTH)}${REASONS[code].sentence}`, columns, CODE_WIDTH))
    .join('\n');
}

/** A reason in a sentence of an answer: what it means, and its code to look for. */
export const reasonText = (code: ReasonCode): string => `${REASONS[code].sentence} [${code}]`;
