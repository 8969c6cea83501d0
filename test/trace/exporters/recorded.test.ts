/** What a recorder really writes, through every exporter: a simulated network with copies and cuts, whose world has events of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dot } from '../../../src/trace/exporters/dot.ts';
import { EXPORTERS } from '../../../src/trace/exporters/index.ts';
import { pcapng } from '../../../src/trace/exporters/pcapng.ts';
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
