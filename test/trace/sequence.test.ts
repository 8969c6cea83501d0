/** The layout of a sequence: which rows there are and where each arrow leaves and comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../src/trace/event.ts';
import { labelOf, layOut, type SequenceRow } from '../../src/trace/sequence.ts';
import { resultOf } from '../helpers/generators.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, longTrace, traceWith } from '../helpers/traces.ts';

const laidOut = (trace: Trace) => resultOf(layOut(trace));

const shown = (row: SequenceRow) =>
  row.kind === 'note'
    ? `note ${row.text}`
    : `${row.kind} ${labelOf(row.arrow)} ${row.arrow.outcome} ${row.arrow.stroke}`;

const rowsAbout = (trace: Trace, id: string) =>
  laidOut(trace)
    .rows.filter((row) => (row.kind === 'note' ? row.text.includes(id) : row.arrow.passage.id === id))
    .map(shown);

test('sequence: a line that took no time is one row, one that took time leaves and comes in two', () => {
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm3'), ['whole ping m3 delivered plain']);
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm4'), ['tail pong m4 delivered reply', 'head pong m4 delivered reply']);
});

test('sequence: what was done to a line is on its arrow, each in a look of its own', () => {
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm5'), ['tail ping m5 dropped dropped plain']);
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm7')[0], 'tail ping m7 edited delivered edited');
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm8')[0], 'tail ping m8 delivered plain');
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm8.2')[0], 'tail ping m8.2 copy delivered copy');
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm9')[0], 'tail getaddr m9 injected delivered injected');
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm10')[0], 'tail pong m10 delayed late delivered late');
});

test('sequence: a held line comes later or stays held, and one that never came is under way', () => {
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm6'), [
    'tail getaddr m6 held delivered plain',
    'head getaddr m6 held delivered plain',
  ]);
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm14'), ['tail ping m14 held held plain', 'note hold m14 by b1']);
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm15'), ['tail ping m15 under way under way plain']);
});

test('sequence: lines from and to a peer whose events nobody has are whole', () => {
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm12'), ['whole ping m12 sent plain']);
  assert.deepEqual(rowsAbout(GOLDEN_TRACE, 'm13'), ['whole pong m13 delivered reply']);
});

test('sequence: rows are in order of time, and each arrow knows its own', () => {
  for (const trace of [GOLDEN_TRACE, longTrace(400)]) {
    const { rows } = laidOut(trace);
    for (const [at, row] of rows.entries()) {
      assert.ok(at === 0 || (rows[at - 1]?.t ?? 0) <= row.t);
      if (row.kind === 'note') continue;
      if (row.kind !== 'head') assert.equal(row.arrow.tailRow, at);
      if (row.kind !== 'tail') assert.equal(row.arrow.headRow, at);
    }
  }
});

test('sequence: an event of a node is a note, unless a line beside it tells the same', () => {
  const { rows } = laidOut(GOLDEN_TRACE);
  const notes = rows.filter(({ kind }) => kind === 'note').map(shown);
  assert.ok(notes.includes('note fault loss 50% on n1>n3 by f1'));
  assert.ok(notes.includes('note late woke 250ms late'));
  assert.ok(!notes.some((note) => note.startsWith('note addr')));
});

test('sequence: a note names a stranger, who is an address, once', () => {
  const place = '127.0.0.1:4001';
  const trace = traceWith(
    [],
    [
      { t: 0, n: 'live', k: 'dialing', peer: place, text: `${place} (manual)` },
      { t: 1, n: 'live', k: 'connected', peer: place, text: `outbound ${place} (manual)` },
      { t: 2, n: 'live', k: 'closed', peer: place, text: 'self by us' },
    ],
  );
  assert.deepEqual(laidOut(trace).rows.map(shown), [
    `note dialing ${place} (manual)`,
    `note connected outbound ${place} (manual)`,
    `note closed ${place} self by us`,
  ]);
});

test('sequence: where the sending was filtered out, an arrow begins where it came', () => {
  const events = GOLDEN_TRACE.events.filter(({ k }) => k === 'recv');
  const { rows } = laidOut({ ...GOLDEN_TRACE, events });
  assert.ok(rows.length > 0 && rows.every(({ kind }) => kind === 'whole'));
});

test('sequence: an empty trace has no rows', () => {
  assert.deepEqual(laidOut(EMPTY_TRACE).rows, []);
});

test('sequence: a line that was held and went on begins where it was held, and a release is a note', () => {
  const nodes = GOLDEN_TRACE.header.nodes.slice(0, 2);
  const line = { n: 'n1', dir: 'out', m: 'm1', c: 'n1#1', type: 'ping', line: '{"msgtype":"ping"}' } as const;
  const trace = (peer: string) =>
    traceWith(nodes, [
      { t: 0, n: 'n2', k: 'listening' },
      { ...line, peer, t: 10, k: 'hold', by: 'k1' },
      { ...line, peer, t: 20, k: 'edit', by: 'user', text: 'was {"msgtype":"pong"}' },
      { ...line, peer, t: 40, k: 'release', by: 'user' },
      { ...line, peer, t: 40, k: 'send' },
    ]);
  const rowsOf = (peer: string) =>
    resultOf(layOut(trace(peer))).rows.map((row) =>
      row.kind === 'note' ? row.text : `${row.kind} ${row.t} ${row.arrow.outcome} ${row.arrow.wasHeld}`,
    );
  assert.deepEqual(rowsOf('n2'), ['listening', 'tail 10 under way true', 'edit m1 by user', 'release m1 by user']);
  // Of who is no node of the trace the way ends where the line left.
  assert.deepEqual(rowsOf('192.0.2.9:6000'), [
    'listening',
    'tail 10 sent true',
    'edit m1 by user',
    'head 40 sent true',
  ]);
});
