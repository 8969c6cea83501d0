/**
 * What every exporter keeps, whatever it writes: a row goes in, its tests come out: one file for one trace, the same each time, whole
 * whatever peers wrote, and in pieces that hold no node up.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Trace } from '../../../src/trace/event.ts';
import type { Exporter } from '../../../src/trace/exporters/exporter.ts';
import { CONTROL } from '../../helpers/controls.ts';
import { ROOT } from '../../helpers/program.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace } from '../../helpers/traces.ts';

const GOLDEN = join(ROOT, 'test', 'golden');
const PIECE_MS_MAX = 50;
const PIECE_LENGTH_MAX = 1_048_576;
/** A busy machine stops any process now and then; what is slow by itself is slow each time. */
const ROUNDS = 3;

export const bytesOf = ({ pieces }: Exporter, trace: Trace): Buffer =>
  Buffer.concat([...pieces(trace)].map((piece) => Buffer.from(piece as Uint8Array)));

/** Made once for all rows. */
let long: Trace | null = null;

/** Milliseconds that each piece takes at most: by the wall, on which others have their turns, or by the work of the process, in which other threads have a part. */
function timesOf({ pieces }: Exporter, trace: Trace): number[] {
  const times: number[] = [];
  let began = performance.now();
  let worked = process.cpuUsage();
  const lap = () => {
    const { user, system } = process.cpuUsage(worked);
    times.push(Math.min(performance.now() - began, (user + system) / 1_000));
    began = performance.now();
    worked = process.cpuUsage();
  };
  for (const piece of pieces(trace)) {
    assert.ok(piece.length <= PIECE_LENGTH_MAX);
    lap();
  }
  lap();
  return times;
}

export function exporterContract(exporter: Exporter): void {
  const { name, ending } = exporter;

  test(`${name}: the golden trace is the file of test/golden (UPDATE_GOLDEN=1 writes it anew)`, () => {
    const path = join(GOLDEN, `trace.${ending}`);
    const bytes = bytesOf(exporter, GOLDEN_TRACE);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(path, bytes);
    } else if (bytes.includes(0)) assert.ok(bytes.equals(readFileSync(path)));
    else assert.equal(bytes.toString(), readFileSync(path, 'utf8'));
  });

  test(`${name}: an empty trace is a file, too`, () => {
    assert.equal(exporter.refusal?.(EMPTY_TRACE) ?? null, null);
    assert.ok(bytesOf(exporter, EMPTY_TRACE).length > 0);
  });

  test(`${name}: hostile texts pass as text, without a control and not longer than what a person reads`, () => {
    assert.equal(exporter.refusal?.(HOSTILE_TRACE) ?? null, null);
    const bytes = bytesOf(exporter, HOSTILE_TRACE);
    // A capture and JSON lines are there to keep each line whole.
    if (name === 'pcapng') return;
    const text = bytes.toString();
    assert.doesNotMatch(text, CONTROL);
    assert.equal(Buffer.from(text).compare(bytes), 0, 'is UTF-8');
    if (name !== 'jsonl') assert.ok(bytes.length < 65_536, `${bytes.length} bytes`);
  });

  test(`${name}: the same trace gives the same bytes, and is not changed by it`, () => {
    for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE]) {
      const before = JSON.stringify(trace);
      assert.ok(bytesOf(exporter, trace).equals(bytesOf(exporter, trace)));
      assert.equal(JSON.stringify(trace), before);
    }
  });

  test(`${name}: 100,000 events come in pieces of at most ${PIECE_MS_MAX} ms`, () => {
    long ??= longTrace(100_000);
    const longestOf = (times: readonly number[]) => times.reduce((most, time) => Math.max(most, time), 0);
    let best = timesOf(exporter, long);
    for (let round = 1; round < ROUNDS && longestOf(best) > PIECE_MS_MAX; round += 1) {
      const again = timesOf(exporter, long);
      best = best.map((time, at) => Math.min(time, again[at] ?? Infinity));
    }
    const longest = longestOf(best);
    assert.ok(best.length > 100, `${best.length} pieces`);
    assert.ok(longest <= PIECE_MS_MAX, `${longest} ms`);
  });
}
