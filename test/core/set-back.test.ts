/** The clock of a node goes back: what peers have saved up or used of their rates is neither given to them nor taken from them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCEPT_BURST, MINUTE_US, SECOND_US } from '../../src/core/limits.ts';
import { setBack } from '../../src/core/set-back.ts';
import { BareNode, GETADDR } from '../helpers/bare-node.ts';

/** Goes back much farther than any burst lasts that is looked at here. */
const BY_US = 60 * MINUTE_US;

function goBack(bare: BareNode): void {
  bare.now -= BY_US;
  setBack(bare.node, bare.now, BY_US);
}

/** A node that has been up for longer than its clock goes back. */
function risen(): BareNode {
  const bare = new BareNode({ settings: { 'gossip.dial': false } });
  bare.advance(2 * BY_US);
  return bare;
}

test('set-back: who asked once may ask for addresses as often as before, and not once more', () => {
  const bare = risen();
  const n = bare.inboundPeer('b', '10.0.0.9');
  const answers = (count: number) => {
    bare.take();
    for (let i = 0; i < count; i += 1) bare.hear(n, GETADDR);
    return bare.taken('> #').filter((line) => line.includes(' addr')).length;
  };
  assert.equal(answers(1), 1);
  goBack(bare);
  assert.equal(answers(20), bare.node.settings['getaddr.burst'] - 1);
});

test('set-back: an IP may connect as often as before, and not once more', () => {
  const bare = risen();
  const connect = (count: number) => {
    let accepted = 0;
    for (let i = 0; i < count; i += 1) {
      const n = bare.accept('9.9.9.9');
      if (n === 0) continue;
      accepted += 1;
      bare.hangUp(n);
    }
    return accepted;
  };
  assert.equal(connect(6), 6);
  goBack(bare);
  assert.equal(connect(30), ACCEPT_BURST - 6);
});

test('set-back: a peer that has said little is not paused for what it says next, and one that said too much still is', () => {
  const bare = risen();
  const n = bare.inboundPeer('b', '10.0.0.9');
  const session = bare.session(n);
  goBack(bare);
  for (let i = 0; i < bare.node.settings['flood.messages.burst'] / 2; i += 1) bare.hear(n, '{"msgtype":"x"}');
  assert.deepEqual(bare.taken('pause'), []);
  while (session.messagesUsedTo <= bare.now + SECOND_US) bare.hear(n, '{"msgtype":"x"}');
  assert.ok(bare.taken('pause').length > 0);
  const aheadUs = session.messagesUsedTo - bare.now;
  goBack(bare);
  assert.equal(session.messagesUsedTo - bare.now, aheadUs);
});
