/** Figures as text: events that are told by hand go in, so that it is known to the digit what must come out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import type { NodePort, World } from '../../src/core/world.ts';
import { createFigures } from '../../src/metrics/figures.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { figureOf } from '../helpers/exposition.ts';
import { spawn } from '../helpers/meet.ts';

test('figures: no sum has the noise of floating point behind its microseconds', async (context) => {
  const world = createTcpWorld('peersh/test');
  context.after(() => world.close());
  let tell: (node: NodePort, event: NodeEvent) => void = () => undefined;
  const told: World = Object.assign(Object.create(world) as World, {
    onEvent(listener: typeof tell) {
      tell = listener;
      return () => undefined;
    },
  });
  const figures = createFigures(told, 'live');
  context.after(() => figures.stop());
  const node = await spawn(world, 'live');
  const about = { n: 1, id: 'abc', address: '127.0.0.1:1', dir: 'outbound' } as const;
  for (const rttUs of [100_000, 200_000]) tell(node, { kind: 'pong', ...about, rttUs, user: false });
  const text = await figures.text(node);
  assert.equal(figureOf(text, 'peersh_ping_rtt_seconds_sum'), 0.3);
  assert.equal(figureOf(text, 'peersh_ping_rtt_seconds_bucket', { le: '0.1' }), 1);
  const noisy = text.split('\n').filter((line) => /\.\d{7,}$|e-\d+$/.test(line));
  assert.deepEqual(noisy, []);
});
