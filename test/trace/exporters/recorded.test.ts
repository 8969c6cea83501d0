/** What a recorder really writes, through every exporter: a simulated network with copies and cuts, whose world has events of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dot } from '../../../src/trace/exporters/dot.ts';
import { EXPORTERS } from '../../../src/trace/exporters/index.ts';
import { mermaid } from '../../../src/trace/exporters/mermaid.ts';
import { pcapng } from '../../../src/trace/exporters/pcapng.ts';
import { perfetto } from '../../../src/trace/exporters/perfetto.ts';
import { svg } from '../../../src/trace/exporters/sequence-svg.ts';
import { shiviz } from '../../../src/trace/exporters/shiviz.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { createSim, grow } from '../../helpers/grow.ts';
import { readPcapng, readSegment } from '../../helpers/pcapng.ts';
import { bytesOf } from './contract.ts';

async function recorded() {
  const world = createSim(3, 4);
  const recorder = new Recorder({ world: 'sim', app: 'test', seed: 3, epochMs: null });
  world.witness(recorder);
  world.simulation.fault('dup 30%', {});
  await grow(world, 4, 1, 70);
  return { header: recorder.header(), events: recorder.events() };
}

test('exporters: write what a recorder recorded', async () => {
  const trace = await recorded();
  for (const exporter of EXPORTERS) {
    assert.equal(exporter.refusal?.(trace) ?? null, null);
    assert.ok(bytesOf(exporter, trace).length > 500, exporter.name);
  }
});

test('pcapng: of a recorded network has every line that came, once, with the names of all nodes and of nothing else', async () => {
  const trace = await recorded();
  const { packets, names } = readPcapng(bytesOf(pcapng, trace));
  const lines = packets.map(({ data }) => readSegment(data).payload.toString()).filter((payload) => payload !== '');
  const came = trace.events.filter(({ k }) => k === 'recv');
  assert.ok(came.length > 50);
  assert.deepEqual(
    lines,
    came.map(({ line }) => `${line}\n`),
  );
  assert.ok(packets.some(({ comment }) => /^m\d+\.2 copy/.test(comment)));
  assert.deepEqual([...names.values()], ['n1', 'n2', 'n3', 'n4']);
});

test('exporters: events of no node are those of the world, which is no node of a graph', async () => {
  const trace = await recorded();
  assert.match(bytesOf(shiviz, trace).toString(), /fault .*dup 30%.*\nworld \{"world":1\}\n/);
  const drawn = bytesOf(dot, trace).toString();
  assert.ok(drawn.includes('"n4"') && !drawn.includes('world') && !drawn.includes('""'));
});

/** Two peers, and of each verdict one, by a rule, a user or a fault. */
async function recordedVerdicts() {
  const world = createSim(3, 4);
  const recorder = new Recorder({ world: 'sim', app: 'test', seed: 3, epochMs: null });
  world.witness(recorder);
  const [a] = await grow(world, 2, 1, 5);
  const n = a?.views.peers()[0]?.n ?? 0;
  const pass = () => world.until(() => false, { limitMs: 400 });
  const say = async (type: string) => {
    a?.order({ kind: 'send-line', n, line: `{"msgtype":"${type}"}` });
    await pass();
  };
  const rule = (text: string) => world.tap.order({ kind: 'break', text: `${text} once`, node: null });
  world.tap.order({ kind: 'break', text: 'body.msgtype=lost do drop', node: null });
  world.tap.order({ kind: 'break', text: 'body.msgtype=changed do edit body.msgtype=other', node: null });
  world.tap.order({ kind: 'break', text: 'body.msgtype=slow do delay 200ms', node: null });
  world.tap.order({ kind: 'break', text: 'body.msgtype=twice do dup', node: null });
  for (const type of ['lost', 'changed', 'slow', 'twice']) await say(type);
  world.simulation.fault('reorder 100% on n1>n2', {});
  await say('overtaken');
  world.simulation.heal('all');
  rule('body.msgtype=went');
  await say('went');
  world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
  await pass();
  rule('body.msgtype=kept');
  await say('kept');
  return { header: recorder.header(), events: recorder.events() };
}

test('exporters: each verdict of a recorder is seen in every picture', async () => {
  const trace = await recordedVerdicts();
  const idOf = (type: string) => trace.events.find(({ line }) => line?.includes(`"${type}"`) === true)?.m ?? '?';
  const [lost, changed, slow, twice, late, went, kept] = [
    'lost',
    'other',
    'slow',
    'twice',
    'overtaken',
    'went',
    'kept',
  ].map(idOf);
  const drawn = bytesOf(mermaid, trace).toString();
  for (const row of [
    `p1-xp2: unknown ${lost} [dropped]`,
    `p1->>p2: unknown ${changed} [edited]`,
    `p1->>p2: unknown ${slow} [delayed]`,
    `p1->>p2: unknown ${twice}.2 [copy]`,
    `p1->>p2: unknown ${late} [late]`,
    `p1->>p2: unknown ${went} [held]`,
    `p1-)p2: unknown ${kept} [held]`,
  ])
    assert.ok(drawn.includes(`  ${row}\n`), row);
  const spaceTime = bytesOf(shiviz, trace).toString();
  assert.match(spaceTime, new RegExp(`drop unknown ${lost} to n2 by k1 \\[lost\\]`));
  assert.match(spaceTime, new RegExp(`late unknown ${late} to n2 .*by f1 \\[late\\]`));
  const page = bytesOf(svg, trace).toString();
  for (const [id, look] of [
    [lost, 'plain dropped'],
    [changed, 'edited'],
    [slow, 'delayed'],
    [`${twice}.2`, 'copy'],
    [late, 'late'],
    [went, 'plain held-before'],
    [kept, 'plain held'],
  ])
    assert.match(page, new RegExp(`class="message ${look}"><title>n1 → n2 unknown ${id} `), look);
  const slices = JSON.parse(bytesOf(perfetto, trace).toString()) as {
    traceEvents: { args?: { message?: string; outcome?: string; verdict?: string } }[];
  };
  const verdictOf = (id: string | undefined) => slices.traceEvents.find(({ args }) => args?.message === id)?.args;
  assert.deepEqual([verdictOf(lost)?.outcome, verdictOf(lost)?.verdict], ['dropped', 'dropped by k1']);
  assert.deepEqual([verdictOf(kept)?.outcome, verdictOf(kept)?.verdict], ['held', 'held by k6']);
  const { packets } = readPcapng(bytesOf(pcapng, trace));
  const comments = (at: number) => packets.filter((packet) => packet.interface === at).map(({ comment }) => comment);
  assert.deepEqual(comments(1), [
    `${lost} dropped by k1`,
    `${changed} before the edit by k2`,
    `${went} held by k5`,
    `${kept} held by k6`,
  ]);
  for (const comment of [`${changed} edited by k2`, `${slow} delayed by k3`, `${went} held by k5`])
    assert.ok(comments(0).includes(comment), comment);
  const before = packets.find(({ comment }) => comment === `${changed} before the edit by k2`);
  assert.ok(before?.data.toString('latin1').endsWith('{"msgtype":"changed"}'));
  assert.match(bytesOf(dot, trace).toString(), /label="\d+ lines, 2 lost"/);
});
