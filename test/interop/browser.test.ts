/**
 * Exported pictures in a real browser: what the exporters write goes in, what chromium makes of it comes out. A picture is there with all
 * its texts, whole and apart from each other; it complains of nothing, asks for nothing, and hostile texts of peers stay texts.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Trace } from '../../src/trace/event.ts';
import type { Exporter } from '../../src/trace/exporters/exporter.ts';
import { html } from '../../src/trace/exporters/html.ts';
import { svg } from '../../src/trace/exporters/sequence-svg.ts';
import { svgOf } from '../../src/trace/exporters/svg.ts';
import { browserMissing, type Opened, TestBrowser } from '../helpers/browser.ts';
import { full, grid, ring, tree } from '../helpers/graphs.ts';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';
import { openShell } from '../helpers/open-shell.ts';
import { readPng } from '../helpers/png.ts';
import { GOLDEN_TRACE, HOSTILE_TRACE, longTrace } from '../helpers/traces.ts';

const OPTIONS = { skip: browserMissing, timeout: 240_000 };

const PAPER = '#ffffff';
const INK_SHARE_MIN = 0.003;
const COLOURS_MIN = 10;
/** What a person reads at the other end of a room. */
const FONT_PX_MIN = 13;
/** Boxes of two texts have some room above and below their letters. */
const TOUCHING_PX = 1;

const written = ({ pieces }: Exporter, trace: Trace) => [...pieces(trace)].map(String).join('');

/** What every picture keeps. */
async function assertGood({ page, requests, complaints }: Opened, least: { readonly texts: number }): Promise<void> {
  const { colours, width, height } = readPng(await page.screenshot());
  const ink = 1 - (colours.get(PAPER) ?? 0) / (width * height);
  assert.ok(ink > INK_SHARE_MIN && ink < 0.6, `${(ink * 100).toFixed(2)} % is not paper`);
  assert.ok(colours.size >= COLOURS_MIN, `${colours.size} colours`);
  const texts = await textsOf(page);
  assert.ok(texts.length >= least.texts, `${texts.length} texts`);
  const frame = await page.locator('svg').boundingBox();
  assert.ok(frame !== null);
  for (const { text, box, fontPx } of texts) {
    assert.ok(fontPx >= FONT_PX_MIN, `${text}: ${fontPx} px`);
    assert.ok(box.x >= frame.x && box.x + box.width <= frame.x + frame.width, `cut off: ${text}`);
    assert.ok(box.y >= frame.y && box.y + box.height <= frame.y + frame.height, `cut off: ${text}`);
  }
  for (const [at, one] of texts.entries())
    for (const other of texts.slice(at + 1))
      assert.ok(!overlap(one.box, other.box), `${one.text} lies on ${other.text}`);
  assert.deepEqual(requests, [], 'asks for nothing');
  assert.deepEqual(complaints, [], 'complains of nothing');
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const overlap = (a: Box, b: Box) =>
  a.x + TOUCHING_PX < b.x + b.width &&
  b.x + TOUCHING_PX < a.x + a.width &&
  a.y + TOUCHING_PX < b.y + b.height &&
  b.y + TOUCHING_PX < a.y + a.height;

/** The words of the picture; marks such as × stand on a line by intention. */
const textsOf = (page: Opened['page']) =>
  page.evaluate<{ readonly text: string; readonly box: Box; readonly fontPx: number }[]>(`
    [...document.querySelectorAll('svg text:not(.mark)')].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return { text: one.textContent, box: { x, y, width, height }, fontPx: parseFloat(getComputedStyle(one).fontSize) };
    })`);

const shown = async ({ page }: Opened) => (await textsOf(page)).map(({ text }) => text);

test('browser: the sequence of a trace is whole and readable, as a page and as SVG', OPTIONS, async (context) => {
  const browser = await TestBrowser.start(context);
  for (const exporter of [html, svg]) {
    const opened = await browser.open(`golden.${exporter.ending}`, written(exporter, GOLDEN_TRACE));
    await assertGood(opened, { texts: 60 });
    const texts = await shown(opened);
    for (const text of ['n1', '192.0.2.9:6000', 'hello m1', 'ping m5 dropped', 'pong m10 delayed late'])
      assert.ok(texts.includes(text), text);
  }
  await assertGood(await browser.open('long.svg', written(svg, longTrace(400, 12))), { texts: 400 });
});

test('browser: a page tells at its top of the message that is pointed at', OPTIONS, async (context) => {
  const browser = await TestBrowser.start(context);
  const { page, complaints } = await browser.open('golden.html', written(html, GOLDEN_TRACE));
  assert.equal(await page.title(), 'peersh/0.1.0, sim, seed 7');
  await page.locator('#message-3 text').hover();
  assert.equal(await page.locator('#detail').textContent(), 'n1 → n2 ping m3 came 0.060s\n{"msgtype":"ping"}');
  assert.deepEqual(complaints, []);
});

test('browser: hostile texts of peers stay texts', OPTIONS, async (context) => {
  const browser = await TestBrowser.start(context);
  for (const [exporter, scripts] of [
    [html, 1],
    [svg, 0],
  ] as const) {
    const opened = await browser.open(`hostile.${exporter.ending}`, written(exporter, HOSTILE_TRACE));
    await assertGood(opened, { texts: 50 });
    const { page } = opened;
    assert.equal(await page.locator('script').count(), scripts);
    assert.equal(await page.locator('image, img, iframe, a').count(), 0);
    assert.equal(await page.locator('svg').count(), 1);
    const all = (await shown(opened)).join('\n');
    for (const text of ['</title><image href="http://', '</script><script>alert(1)', ']]>--><!-- m11'])
      assert.ok(all.includes(text), text);
  }
});

test('browser: the map of a graph is whole and readable, whatever its nodes are called', OPTIONS, async (context) => {
  const browser = await TestBrowser.start(context);
  const nothing = { edges: [], count: 0 };
  const drawn = (name: string, graph: ReturnType<typeof ring>) =>
    browser.open(`${name}.svg`, svgOf(graph, nothing, 1_000));
  for (const [name, graph] of [
    ['ring', ring(8)],
    ['grid', grid(6, 5)],
    ['tree', tree(30)],
    ['full', full(8)],
  ] as const) {
    const opened = await drawn(name, graph);
    await assertGood(opened, { texts: graph.nodes.length });
    assert.ok((await shown(opened)).includes('n8'));
  }
  const plain = ring(HOSTILE_NAMES.length);
  const nodes = plain.nodes.map((node, at) => ({ ...node, name: HOSTILE_NAMES[at] ?? '' }));
  const opened = await drawn('hostile', { ...plain, nodes });
  await assertGood(opened, { texts: nodes.length });
  assert.equal(await opened.page.locator('script, image').count(), 0);
  assert.ok((await shown(opened)).includes('<script>alert(1)</scrip…'));
});

test('browser: what the shell wrote of a lab opens: export html, export svg, seq, map', OPTIONS, async (context) => {
  const browser = await TestBrowser.start(context);
  const folder = mkdtempSync(join(tmpdir(), 'peersh-pictures-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const { text } = await openShell({ peers: 0 });
  for (const line of ['lab 4 topology=ring', 'run 2s', 'break ping once do drop', 'run 20s']) await text(line);
  for (const [line, name, texts] of [
    ['export html', 'export.html', 40],
    ['export svg', 'export.svg', 40],
    ['seq type=ping|type=pong --html', 'seq.html', 8],
    ['seq type=ping|type=pong --svg', 'seq.svg', 8],
    ['map --svg', 'map.svg', 4],
  ] as const) {
    const file = join(folder, name);
    assert.match(await text(`${line} ${file}`), /^wrote /);
    const opened = await browser.open(name, readFileSync(file, 'utf8'));
    await assertGood(opened, { texts });
    assert.ok((await shown(opened)).includes('n4'), line);
  }
});
