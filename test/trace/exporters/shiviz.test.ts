/** ShiViz: its log against what ShiViz itself demands of one, read with the expression and the delimiter that the file names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../src/trace/event.ts';
import { shiviz } from '../../../src/trace/exporters/shiviz.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace, traceWith } from '../../helpers/traces.ts';
import { bytesOf } from './contract.ts';

interface Logged {
  readonly event: string;
  readonly host: string;
  readonly clock: Readonly<Record<string, number>>;
}

/** Every character of the log must belong to an event, as in ShiViz. */
function readLog(trace: Trace): Logged[] {
  const [expression = '', delimiter = '', ...rest] = bytesOf(shiviz, trace).toString().split('\n');
  assert.equal(expression, String.raw`(?<t>[\d.]+) (?<type>\S+) (?<event>.*)\n(?<host>\S+) (?<clock>\{.*\})`);
  assert.equal(delimiter, '=== (?<trace>.*) ===');
  const [before = '', name, log = '', ...others] = rest.join('\n').split(new RegExp(delimiter, 'm'));
  assert.equal(before, '');
  assert.deepEqual(others, [], 'one execution');
  if (trace.events.length === 0) return [];
  assert.match(name ?? '', /\S/);
  const matches = [...log.matchAll(new RegExp(expression, 'gm'))];
  assert.equal(matches.map(([whole]) => `\n${whole}`).join(''), log.trimEnd());
  return matches.map(({ groups = {} }) => ({
    event: groups['event'] ?? '',
    host: groups['host'] ?? '',
    clock: JSON.parse(groups['clock'] ?? '') as Record<string, number>,
  }));
}

function checkClocks(log: readonly Logged[]): void {
  const own = new Map<string, number>();
  for (const { host, clock } of log) {
    const time = Object.getOwnPropertyDescriptor(clock, host)?.value as unknown;
    assert.equal(time, (own.get(host) ?? 0) + 1, `the clock of ${host} rises by 1`);
    own.set(host, Number(time));
    for (const [other, seen] of Object.entries(clock))
      assert.ok(seen >= 1 && seen <= (own.get(other) ?? 0), `${host} knows nothing of ${other} that was not yet`);
  }
}

test('shiviz: own clocks begin at 1 and rise by 1, and every host that is named has events', () => {
  for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE, longTrace(1_000), EMPTY_TRACE]) {
    const log = readLog(trace);
    assert.equal(log.length, trace.events.length);
    checkClocks(log);
  }
});

test('shiviz: clocks are right after any filter', () => {
  for (const left of ['send', 'recv', 'connected'])
    checkClocks(readLog({ ...GOLDEN_TRACE, events: GOLDEN_TRACE.events.filter(({ k }) => k !== left) }));
});

test('shiviz: who got a line knows all that its sender knew', () => {
  const log = readLog(GOLDEN_TRACE);
  const at = (k: string, m: string) => log[GOLDEN_TRACE.events.findIndex((event) => event.k === k && event.m === m)];
  for (const { m } of GOLDEN_TRACE.events.filter(({ k, m }) => k === 'recv' && m !== 'm13')) {
    const sent = at('send', m ?? '') ?? at('dup', m ?? '') ?? at('inject', m ?? '');
    const came = at('recv', m ?? '');
    for (const [host, time] of Object.entries(sent?.clock ?? {})) assert.ok((came?.clock[host] ?? 0) >= time, `${m}`);
  }
  assert.ok(!('n3' in (at('recv', 'm3')?.clock ?? {})));
});

test('shiviz: lost, late and edited lines say so', () => {
  const texts = readLog(GOLDEN_TRACE).map(({ event }) => event);
  assert.ok(texts.includes('ping m5 to n3 [lost]'));
  assert.ok(texts.includes('pong m10 from n1 [delayed] [late]'));
  assert.ok(texts.includes('ping m7 from n3 [edited]'));
});

test('shiviz: a line that tells its receiver nothing new gets no arrow there and is marked late', () => {
  const events = [
    { t: 0, n: 'a', k: 'send', m: 'm1', peer: 'b', type: 'ping' },
    { t: 1, n: 'a', k: 'send', m: 'm2', peer: 'b', type: 'ping' },
    { t: 2, n: 'b', k: 'recv', m: 'm2', peer: 'a', type: 'ping' },
    { t: 3, n: 'b', k: 'recv', m: 'm1', peer: 'a', type: 'ping' },
  ];
  assert.deepEqual(
    readLog(traceWith([], events)).map(({ event }) => event),
    ['ping m1 to b', 'ping m2 to b', 'ping m2 from a', 'ping m1 from a [late]'],
  );
});

test('shiviz: more nodes than it draws are refused with what to do', () => {
  assert.match(
    shiviz.refusal?.(longTrace(1_000, 201)) ?? '',
    /^ShiViz shows at most 200 nodes and 201 have events here/,
  );
  assert.equal(shiviz.refusal?.(longTrace(1_000, 200)), null);
});
