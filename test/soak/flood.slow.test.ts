/** A real node under 117 connections that send as fast as they can: others are served, and so is the person at the shell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { OurNode } from '../helpers/json-shell.ts';
import { until } from '../helpers/until.ts';
import { Flooders } from './flooders.ts';
import { Host } from './speaker.ts';

const FLOODERS = 117;
/** Questions after all of them flood; those before are asked, too. */
const ASKED = 200;
/** Between two questions, in no step with anything, so that they are spread over seconds and are no flood of their own. */
const PAUSE_MS = 37;
/** What the design asks for, in ms: a ping is answered within 1,000, a line on stdin within 50. */
const PING_MS = 1_000;
const STATUS_MS = 50;
/** The processes of others take turns with ours on two cores: no single answer may be later than this. */
const STATUS_MS_BUSY = 500;

const at = (sorted: readonly number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity;

test(`flood: during ${FLOODERS} floods at full speed a ping is answered within 1 s and the shell within 50 ms`, async (context) => {
  const host = await Host.open();
  const node = await OurNode.start({ bootstrap: [`127.0.0.1:${host.port}`], set: ['peers.max=125'] });
  const flooders = new Flooders(Number(node.address.split(':').at(-1)), FLOODERS);
  const pings: number[] = [];
  const answers: number[] = [];
  try {
    await until('the peer to be met', () => (host.speakers.length > 0 ? null : 'nobody dialled'));
    const [peer] = host.speakers;
    assert.ok(peer !== undefined);
    let most = 0;
    let flooding = false;
    flooders.flooding.then(
      () => {
        flooding = true;
      },
      () => undefined,
    );
    for (let left = ASKED; left > 0; left -= flooding ? 1 : 0) {
      pings.push(await peer.ping());
      const started = performance.now();
      const { peers } = (await node.run('status')) as { peers: { inbound: number } };
      answers.push(performance.now() - started);
      most = Math.max(most, peers.inbound);
      await delay(PAUSE_MS);
    }
    assert.equal(most, FLOODERS, 'all of them were peers');
    const { received } = (await node.run('stats')) as { received: { ping: { messages: number } } };
    context.diagnostic(`${received.ping.messages} pings came`);
    assert.equal(peer.closed, false);
  } finally {
    await flooders.stop();
    await node.kill();
    await host.close();
  }
  pings.sort((a, b) => a - b);
  answers.sort((a, b) => a - b);
  const shown = (times: readonly number[]) =>
    `p50 ${at(times, 0.5).toFixed(1)}, p90 ${at(times, 0.9).toFixed(1)}, longest ${at(times, 1).toFixed(1)} ms`;
  context.diagnostic(`ping: ${shown(pings)}; status: ${shown(answers)}`);
  assert.ok(at(pings, 1) <= PING_MS, `ping: ${shown(pings)}`);
  assert.ok(at(answers, 0.9) <= STATUS_MS && at(answers, 1) <= STATUS_MS_BUSY, `status: ${shown(answers)}`);
});
