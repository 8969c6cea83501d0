/** Many nodes of this process on real sockets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodePort } from '../../src/core/world.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

const NODES = 20;

test(`tcp: ${NODES} nodes with one bootstrap node become a full mesh`, async () => {
  const world = createTcpWorld('peersh/test');
  const nodes: NodePort[] = [await spawn(world, 'n1')];
  const first = placeOf(nodes[0] as NodePort);
  for (let i = 2; i <= NODES; i += 1)
    nodes.push(await spawn(world, `n${i}`, { bootstrap: [first], settings: { 'getaddr.ask': 1_000_000 } }));
  try {
    await reach(
      world,
      'a full mesh',
      () => nodes.every((node) => node.views.ready() === NODES - 1 && node.state.sessions.size === NODES - 1),
      60_000,
    );
    for (const node of nodes) assert.equal(new Set(node.views.peers().map((peer) => peer.id)).size, NODES - 1);
  } finally {
    await world.close();
  }
});
