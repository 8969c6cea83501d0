/** The checks of a running network see what they are there for: a node that is well, then the same node with one thing broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress } from '../../src/core/book.ts';
import type { SettingKey } from '../../src/settings.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { addrLine, at, BareNode, helloLine, PONG } from '../helpers/bare-node.ts';

/** Two inbound peers of one IP, two dialled by hearsay in one network, one by hand, two visitors who have not left yet. */
function crowd(): BareNode {
  const bare = new BareNode({ listen: '8.8.8.8:5999', settings: { 'dial.retry': 1 } });
  const teller = bare.inboundPeer('a', '20.1.0.1');
  bare.inboundPeer('b', '20.1.0.1');
  bare.hear(teller, addrLine('30.1.0.1:6100', '30.1.0.2:6100'));
  for (const attempt of [...bare.dials.keys()]) bare.hear(bare.dialled(attempt), helloLine(`out${attempt}`), PONG);
  bare.outboundPeer('hand', '30.1.0.3:6100');
  for (const ip of ['40.1.0.1', '40.2.0.1'])
    bare.hear(bare.accept(ip), helloLine(`v${ip.length}${ip}`.replaceAll('.', '-'), { ext: ['visit'] }));
  assert.equal(bare.node.peers.size, 5);
  return bare;
}

test('invariants: more peers, or more of one IP, of one network or of visitors than may be are seen', () => {
  const table: [key: SettingKey, enough: number, broken: string][] = [
    ['peers.max', 4, '4 peers are more than peers.max'],
    ['ip.public', 2, '2 connections of 20.1.0.1 are more than ip.public'],
    ['peers.outbound.group', 2, '2 dialled in v4:30.1 are more than peers.outbound.group'],
    ['visitors.max', 2, '2 visitors are more than visitors.max'],
  ];
  for (const [key, enough, broken] of table) {
    const bare = crowd();
    assert.deepEqual(brokenInvariants(bare.node), []);
    Object.assign(bare.node.settings, { [key]: enough });
    assert.deepEqual(brokenInvariants(bare.node), [], `${key}: ${enough} are enough`);
    Object.assign(bare.node.settings, { [key]: enough - 1 });
    assert.deepEqual(brokenInvariants(bare.node), [broken]);
  }
});

test('invariants: local peers and those of commands are in nobody’s share', () => {
  const bare = new BareNode({
    settings: { 'peers.max': 3, 'ip.public': 1, 'ip.private': 2, 'peers.outbound.group': 1 },
  });
  for (const id of ['a', 'b', 'c']) bare.inboundPeer(id);
  for (const [k, place] of ['30.1.0.1:6100', '30.1.0.2:6100', '10.0.0.1:6100', '10.0.0.2:6100'].entries())
    bare.outboundPeer(`out${k}`, place);
  assert.deepEqual(brokenInvariants(bare.node), []);
});

test('invariants: an address of a special range in the book or among the dials is seen', () => {
  const bare = new BareNode();
  const { node, context } = bare;
  const source = { name: 't', group: 't', via: 'gossip' } as const;
  addAddress(node.book, node.settings, context, at('0.0.0.0:6100'), null, source, -Infinity);
  assert.deepEqual(brokenInvariants(node), ['0.0.0.0:6100 is in the book']);
  const other = new BareNode().node;
  other.slots = null;
  other.dials.set(1, { attempt: 1, address: at('224.0.0.1:6100'), via: 'gossip', startedAt: 0 });
  assert.deepEqual(brokenInvariants(other), ['224.0.0.1:6100 is dialled']);
});
