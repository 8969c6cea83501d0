/** Perfetto: the JSON is what its importer wants: slices, flows by number, lines under way that begin and end, counters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../src/trace/event.ts';
import { perfetto } from '../../../src/trace/exporters/perfetto.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace } from '../../helpers/traces.ts';
import { bytesOf } from './contract.ts';

interface Entry {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly name: string;
  readonly id?: number;
  readonly bind_id?: number;
  readonly flow_in?: true;
  readonly flow_out?: true;
  readonly args?: Readonly<Record<string, unknown>>;
}

const entriesOf = (trace: Trace) =>
  (JSON.parse(bytesOf(perfetto, trace).toString()) as { readonly traceEvents: readonly Entry[] }).traceEvents;

test('perfetto: every event is a slice of a microsecond in the process of its node', () => {
  for (const trace of [EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace(1_000)]) {
    const entries = entriesOf(trace);
    const names = new Map(
      entries.flatMap(({ name, pid, args }) => (name === 'process_name' ? [[pid, args?.['name']]] : [])),
    );
    const slices = entries.filter(({ ph }) => ph === 'X');
    assert.deepEqual(
      slices.map(({ ts }) => ts),
      trace.events.map(({ t }) => Math.round(t * 1_000)),
    );
    assert.ok(slices.every(({ dur = 0, pid, tid }) => dur >= 1 && names.has(pid) && Number.isInteger(tid)));
    if (trace === GOLDEN_TRACE)
      assert.deepEqual(
        slices.map(({ pid }) => names.get(pid)),
        trace.events.map(({ n }) => n),
      );
  }
});

test('perfetto: each line that came has one flow from where it left to where it came', () => {
  const entries = entriesOf(GOLDEN_TRACE);
  const out = entries.filter(({ flow_out }) => flow_out === true);
  const into = entries.filter(({ flow_in }) => flow_in === true);
  const ids = (some: readonly Entry[]) => some.map(({ bind_id }) => bind_id).sort((a = 0, b = 0) => a - b);
  assert.deepEqual(ids(out), ids(into));
  assert.ok(out.length === 11 && out.every(({ bind_id }) => Number.isInteger(bind_id)));
  const dropped = entries.filter(({ args }) => args?.['message'] === 'm5');
  assert.ok(dropped.length > 0 && dropped.every(({ bind_id }) => bind_id === undefined));
});

test('perfetto: lines under way begin and end once, and their count ends at none', () => {
  for (const trace of [GOLDEN_TRACE, longTrace(1_000)]) {
    const entries = entriesOf(trace);
    const ids = (wanted: string) =>
      entries.flatMap(({ ph, id }) => (ph === wanted ? [id ?? 0] : [])).sort((a, b) => a - b);
    assert.ok(ids('b').length > 0);
    assert.deepEqual(ids('b'), ids('e'));
    assert.equal(new Set(ids('b')).size, ids('b').length);
    const last = new Map(entries.flatMap(({ ph, pid, args }) => (ph === 'C' ? [[pid, args?.['lines']]] : [])));
    assert.ok([...last.values()].every((lines) => lines === 0));
  }
});

test('perfetto: a connection is a thread of the node, and what is done to a line is in its slice', () => {
  const entries = entriesOf(GOLDEN_TRACE);
  const edit = entries.find(({ args, name }) => args?.['message'] === 'm7' && name.startsWith('recv'));
  assert.equal(edit?.args?.['verdict'], 'edited by b2');
  assert.equal(edit?.args?.['line'], '{"msgtype":"ping","nonce":7}');
  const thread = entries.find(({ ph, pid, tid }) => ph === 'M' && pid === edit?.pid && tid === edit.tid);
  assert.equal(thread?.args?.['name'], 'n3#1');
});
