/** Pictures of a trace as markup and as graphs: SVG, a page, GraphML, DOT. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Trace } from '../../../src/trace/event.ts';
import { dot } from '../../../src/trace/exporters/dot.ts';
import type { Exporter } from '../../../src/trace/exporters/exporter.ts';
import { graphml } from '../../../src/trace/exporters/graphml.ts';
import { html } from '../../../src/trace/exporters/html.ts';
import { shortened } from '../../../src/trace/exporters/names.ts';
import { DRAWN_ROWS_MAX, svg } from '../../../src/trace/exporters/sequence-svg.ts';
import { elementsOf } from '../../helpers/markup.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace } from '../../helpers/traces.ts';
import { bytesOf } from './contract.ts';

const textOf = (exporter: Exporter, trace: Trace) => bytesOf(exporter, trace).toString();
const count = (text: string, part: RegExp) => text.match(part)?.length ?? 0;

test('sequence svg: is well-formed, refers to nothing outside, and its ids are all different', () => {
  for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE, EMPTY_TRACE]) {
    const text = textOf(svg, trace);
    assert.equal(elementsOf(text)[0], 'svg');
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.doesNotMatch(text.replace('xmlns="http://www.w3.org/2000/svg"', ''), /="[^"]*:\/\/|@import|url\((?!#)/);
    assert.ok(!elementsOf(text).some((name) => ['script', 'image', 'a', 'use', 'foreignobject'].includes(name)));
  }
});

test('sequence svg: each line is one message with a look of its own, slanted where it took time', () => {
  const text = textOf(svg, GOLDEN_TRACE);
  assert.equal(count(text, /<g id="message-\d+"/g), 16);
  for (const look of ['plain dropped', 'plain held', 'edited', 'copy', 'injected', 'late', 'reply', 'plain under-way'])
    assert.ok(text.includes(`class="message ${look}"`), look);
  const [, y1, y2] = /class="message injected">.*?<path d="M\d+ (\d+) L\d+ (\d+)"/s.exec(text) ?? [];
  assert.ok(Number(y2) > Number(y1));
  const [, level, same] = /ping m3 came [^\n]*\n.*?<path d="M\d+ (\d+) L\d+ (\d+)"/s.exec(text) ?? [];
  assert.ok(level !== undefined && level === same);
  for (const mark of ['×', '‖', '?']) assert.ok(text.includes(`>${mark}</text>`));
});

test('sequence svg: a line that never came ends between lanes, before the one it was for and on no other', () => {
  const text = textOf(svg, GOLDEN_TRACE);
  const lanes = [...text.matchAll(/class="lane" x1="(\d+)"/g)].map(([, x]) => Number(x));
  const [, tail, end] = /class="message plain dropped">.*?<path d="M(\d+) \d+ L(\d+) /s.exec(text) ?? [];
  assert.equal(Number(tail), lanes[0], 'from n1');
  assert.ok(Number(end) > (lanes[1] ?? 0) && Number(end) < (lanes[2] ?? 0), 'to n3, beyond n2');
});

test('names: a text is cut by how long it is when it is shown', () => {
  assert.equal(shortened('\u0000'.repeat(100), 12), '\\u{0}\\u{0}\\…');
  assert.equal(shortened('twelve signs', 12), 'twelve signs');
  assert.equal(shortened('thirteen sign', 12), 'thirteen si…');
  assert.doesNotMatch(shortened(`${'a'.repeat(10)}😀b`, 12), /\p{Cs}/u);
});

test('sequence svg: of a long trace the last rows are drawn and the others counted', () => {
  const text = textOf(svg, longTrace(20_000));
  assert.equal(count(text, /class="time"/g), DRAWN_ROWS_MAX);
  assert.match(text, /15000 earlier rows are not drawn/);
  assert.ok(!textOf(svg, GOLDEN_TRACE).includes('earlier rows'));
});

test('sequence svg: more nodes than anybody could look at are refused with what to do', () => {
  for (const exporter of [svg, html]) {
    assert.match(
      exporter.refusal?.(longTrace(1_000, 201)) ?? '',
      /^a sequence shows at most 200 nodes and this trace has 201/,
    );
    assert.equal(exporter.refusal?.(longTrace(1_000, 200)), null);
  }
});

test('html: fetches nothing, shows all without its script, and runs no script but its own', () => {
  for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE]) {
    const text = textOf(html, trace);
    assert.equal(count(text, /<script/g), 1);
    assert.equal(count(text, /<\/script>/g), 1);
    assert.ok(text.includes(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"`));
    assert.doesNotMatch(text, /<(?:link|img|image|iframe|object|base)\b|\b(?:src|href)="|@import|url\((?!#)/);
    const drawn = textOf(svg, trace);
    assert.ok(text.includes(drawn), 'the picture is there before any script');
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  }
});

test('graphml: is well-formed, every node and pair is there, with what passed', () => {
  for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE, EMPTY_TRACE]) {
    const text = textOf(graphml, trace);
    const names = elementsOf(text.replace(/^<\?xml [^?]*\?>/, ''));
    assert.deepEqual(names.slice(0, 2), ['graphml', 'key']);
    const nodes = new Set([...text.matchAll(/<node id="([^"]*)"/g)].map(([, id]) => id));
    for (const [, from, to] of text.matchAll(/<edge id="[^"]*" source="([^"]*)" target="([^"]*)"/g))
      assert.ok(nodes.has(from) && nodes.has(to));
  }
  assert.match(
    textOf(graphml, GOLDEN_TRACE),
    /source="node-3" target="node-1"><data key="state">connected<\/data><data key="delivered">2<\/data><data key="lost">3</,
  );
});

test('dot: of a trace is solid from dialler to listener, dashed where it was cut, dotted where nothing passed', () => {
  const text = textOf(dot, GOLDEN_TRACE);
  assert.match(text, /^ {2}"n2" -> "n1" \[style=dashed, .*label="9 lines"\];$/m);
  assert.match(text, /^ {2}"n3" -> "n1" \[style=solid, .*label="2 lines, 3 lost"\];$/m);
  const events = GOLDEN_TRACE.events.filter(({ k }) => k === 'drop');
  assert.match(
    textOf(dot, { ...GOLDEN_TRACE, events }),
    /^ {2}"n1" -> "n3" \[style=dotted, .*label="0 lines, 1 lost"\];$/m,
  );
});

test('dot: graphviz reads the dot of any trace', (context) => {
  if (spawnSync('dot', ['-V']).error !== undefined) return context.skip('there is no graphviz on this machine');
  for (const [trace, nodes] of [
    [EMPTY_TRACE, 0],
    [GOLDEN_TRACE, 4],
    [longTrace(1_000), 50],
    [HOSTILE_TRACE, null],
  ] as const) {
    const { status, stdout, stderr } = spawnSync('dot', ['-Tplain'], { input: textOf(dot, trace), encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    if (nodes !== null) assert.equal(count(stdout, /^node /gm), nodes);
  }
});
