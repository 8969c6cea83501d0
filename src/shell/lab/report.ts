/** What came of a lab script, as lines for people and as a value for --json and workers. */
import { round3, safe } from '../render.ts';
import { type Expectation, type Verdict, wantedText } from './expectations.ts';
import { hashText, momentText, timeText } from './moments.ts';

export interface ExpectationRow {
  readonly expect: string;
  readonly node: string;
  /** `FILE:LINE` */
  readonly where: string | null;
  readonly verdict: Verdict;
  /** What had just happened when it was decided. */
  readonly event: { readonly index: number; readonly atMs: number | null; readonly text: string } | null;
  readonly why: string | null;
}

/** Plain data: a worker sends it. */
export interface Report {
  readonly path: string | null;
  readonly seed: number;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  readonly moment: string;
  readonly atMs: number | null;
  readonly events: number;
  readonly hash: string;
  readonly expectations: readonly ExpectationRow[];
  /** The line that could not do its work, and why; null when all were done. */
  readonly stopped: { readonly where: string; readonly code: string; readonly message: string } | null;
  /** Lines that were to be done at times that the run did not reach. */
  readonly notDone: readonly string[];
  readonly repro: string;
}

export const rowValue = (row: Expectation): ExpectationRow => ({
  expect: wantedText(row),
  node: row.node,
  where: row.where,
  verdict: row.verdict,
  event: row.seen === null ? null : { index: row.seen.index, atMs: round3(row.seen.atUs / 1_000), text: row.seen.text },
  why: row.why,
});

export const rowText = (row: Expectation) => lineOf(rowValue(row));

const lineOf = (row: ExpectationRow) => `  ${row.verdict.padEnd(8)} ${aboutRow(row)}`;

function aboutRow({ verdict, expect, where, event, why }: ExpectationRow): string {
  const at = where === null ? '' : ` (${safe(where, 200)})`;
  const first =
    verdict === 'fail' && event !== null ? `: ${why === null ? 'first' : `${why}, last`} ${event.text}` : '';
  const reason = verdict === 'unknown' && why !== null ? `: ${why}` : '';
  return `${safe(expect, 300)}${at}${first}${reason}`;
}

/** The first thing that went wrong, in one line; null when nothing did. */
export function firstTrouble({ expectations, stopped }: Report): string | null {
  const row = expectations.find(({ verdict }) => verdict === 'fail') ?? null;
  if (row !== null) return aboutRow(row);
  if (stopped !== null) return `${stopped.where}: ${stopped.message}`;
  const open = expectations.find(({ verdict }) => verdict === 'unknown');
  return open === undefined ? null : aboutRow(open);
}

/** Of one line that was asked of many nodes a person sees a few with each verdict. */
const ALIKE_MAX = 3;

function expectationLines(rows: readonly ExpectationRow[]): string[] {
  const alike = new Map<string, ExpectationRow[]>();
  for (const row of rows) {
    const key = row.where === null ? `${row.node} ${row.expect}` : `${row.where} ${row.verdict}`;
    alike.set(key, [...(alike.get(key) ?? []), row]);
  }
  return [...alike.values()].flatMap((some) => [
    ...some.slice(0, ALIKE_MAX).map(lineOf),
    ...(some.length > ALIKE_MAX
      ? [`  ${some[0]?.verdict.padEnd(8)} … ${some.length - ALIKE_MAX} more nodes of that line`]
      : []),
  ]);
}

export function reportText(report: Report): string[] {
  const { verdict, path, seed, atMs, events, hash, expectations, stopped, notDone, repro, moment } = report;
  const name = safe(path ?? 'stdin', 200);
  return [
    `${verdict} ${name} seed ${seed}: ${moment} ${timeText((atMs ?? 0) * 1_000)}, ${events} events, hash ${hash}`,
    ...expectationLines(expectations),
    ...(stopped === null ? [] : [`  stopped  ${safe(stopped.where, 200)}: ${safe(stopped.message, 300)}`]),
    ...notDone.map((line) => `  not done ${safe(line, 300)}`),
    ...(verdict === 'pass' ? [] : [`again: ${repro}`]),
  ];
}

export const momentFields = (
  moment: { readonly branch: string; readonly index: number; readonly time: number },
  hash: number,
) => ({
  moment: momentText(moment),
  atMs: round3(moment.time / 1_000),
  events: moment.index,
  hash: hashText(hash),
});

export const plannedText = ({ atUs, text }: { readonly atUs: number; readonly text: string }) =>
  `at ${timeText(atUs)} ${text}`;
