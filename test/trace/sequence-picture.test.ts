/** A sequence in the terminal: what each arrow looks like without colour, and that it fits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safe } from '../../src/shell/render.ts';
import type { Trace } from '../../src/trace/event.ts';
import { layOut } from '../../src/trace/sequence.ts';
import { drawSequence, legendOf, type SequenceLook } from '../../src/trace/sequence-picture.ts';
import { CONTROL } from '../helpers/controls.ts';
import { resultOf } from '../helpers/generators.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace } from '../helpers/traces.ts';

const asIs = (text: string) => text;
const look = (columns: number): SequenceLook => ({ columns, safe, strong: asIs, dim: asIs, bad: asIs });

const drawn = (trace: Trace, columns: number, first = 0) =>
  resultOf(drawSequence(resultOf(layOut(trace)), first, look(columns)));

/** The rows that tell of a message. */
const rowsWith = (words: string) => drawn(GOLDEN_TRACE, 80).filter((row) => row.includes(words));

test('sequence picture: every fate of a line is seen without colour', () => {
  assert.match(rowsWith('ping m3')[0] ?? '', /│─+▶│/);
  assert.match(rowsWith('pong m4')[0] ?? '', /│ ╭╌+│/);
  assert.match(rowsWith('m5 dropped')[0] ?? '', /│─+x/);
  assert.match(rowsWith('m14 held')[0] ?? '', /‖─+│/);
  assert.match(rowsWith('m7 edited')[0] ?? '', /~ ping m7 edited ~/);
  assert.match(rowsWith('m8.2 copy')[0] ?? '', /═+/);
  assert.match(rowsWith('m9 injected')[0] ?? '', /\++╮/);
  assert.match(rowsWith('m10 delayed late')[0] ?? '', /:+┄/);
  assert.match(rowsWith('getaddr m6 held')[0] ?? '', /│‖─+/);
  assert.match(rowsWith('m15 under way')[0] ?? '', /─\?│/);
});

test('sequence picture: a line that took time slants to the next row, or is split over the rows between', () => {
  const rows = drawn(GOLDEN_TRACE, 80);
  const at = rows.findIndex((row) => row.includes('getaddr m9'));
  assert.match(rows[at + 1] ?? '', /╰▶│/);
  assert.equal(rows[at]?.indexOf('╮'), rows[at + 1]?.indexOf('╰'));
  const split = drawn(GOLDEN_TRACE, 80).filter((row) => row.endsWith('  ping m8'));
  assert.equal(split.length, 2);
  assert.match(split[0] ?? '', /│┄─+│/);
  assert.match(split[1] ?? '', /│◀─+┄│/);
});

test('sequence picture: fits any terminal and grows with it', () => {
  for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE, longTrace(400, 3), longTrace(400, 50), EMPTY_TRACE])
    for (const columns of [40, 80, 200]) {
      const widest = Math.max(...drawn(trace, columns).map((row) => row.length));
      assert.ok(widest < columns, `${widest} of ${columns}`);
    }
  const width = (columns: number) => drawn(GOLDEN_TRACE, columns)[0]?.length ?? 0;
  assert.ok(width(120) > width(80));
});

test('sequence picture: nodes without a column are told at the right', () => {
  const rows = drawn(longTrace(200, 50), 80);
  assert.match(rows.at(-1) ?? '', /^\d+ more nodes have no column/);
  assert.ok(rows.some((row) => /n49 > n50 ping m\d+/.test(row)));
});

test('sequence picture: only nodes of the rows that are shown have a column', () => {
  const [head = '', ...rows] = drawn(GOLDEN_TRACE, 80, resultOf(layOut(GOLDEN_TRACE)).rows.length - 2);
  assert.match(head, /^ +n1 +n2$/);
  assert.equal(rows.length, 2);
});

test('sequence picture: hostile texts are one harmless line each', () => {
  for (const row of drawn(HOSTILE_TRACE, 200)) assert.doesNotMatch(row, CONTROL);
});

test('sequence picture: a legend says what the marks mean that are there, and nothing of plain messages', () => {
  const { rows } = resultOf(layOut(GOLDEN_TRACE));
  assert.equal(legendOf(rows), 'x dropped, ‖ held, ~ edited, ═ copy, + injected, : late');
  assert.equal(legendOf(resultOf(layOut(longTrace(40))).rows), '');
});
