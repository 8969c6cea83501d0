/** What public askers of one group are told when they ask again: the same while it is fresh, never a list that has died. Rule 38. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '../../src/core/context.ts';
import { connectionAccepted, createNode, messageReceived, type NodeState, startNode } from '../../src/core/node.ts';
import { defaultSettings } from '../../src/settings.ts';
import { type Address, parseAddress } from '../../src/wire/address.ts';
import type { AddrEntry, Message } from '../../src/wire/messages.ts';

const SECOND_US = 1_000_000;
const at = (text: string) => parseAddress(text) as Address;
const OURS = at('9.9.9.9:5999');

interface Stage {
  readonly node: NodeState;
  readonly say: (n: number, message: Message) => void;
  readonly meet: (ip: string, id: string) => number;
  /** Addresses of the answer to one getaddr. */
  readonly ask: (n: number) => string[];
  readonly pass: (seconds: number) => void;
}

function openStage(): Stage {
  const sent: { readonly n: number; readonly message: Message }[] = [];
  let now = 0;
  let state = 1;
  const nothing = () => undefined;
  const context: Context = {
    get now() {
      return now;
    },
    random() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
    resolve: nothing,
    dial: nothing,
    cancel: nothing,
    send(n, message) {
      sent.push({ n, message });
      return 0;
    },
    sendLine: nothing,
    pause: nothing,
    close: nothing,
    wake: nothing,
    emit: nothing,
  };
  const settings = { ...defaultSettings(), 'gossip.dial': false };
  const node = createNode({ id: '00000000-0000-4000-8000-000000000000', agent: 'x', settings, bootstrap: [] });
  startNode(node, context, [OURS]);
  const say = (n: number, message: Message) => messageReceived(node, context, n, message, 0);
  return {
    node,
    say,
    meet(ip, id) {
      const n = connectionAccepted(node, context, at(`${ip}:40000`), OURS);
      say(n, { type: 'hello', nodeid: id, listen: null, agent: null, observed: null, ext: [] });
      return n;
    },
    ask(n) {
      sent.length = 0;
      say(n, { type: 'getaddr' });
      return sent
        .flatMap(({ message }) => (message.type === 'addr' ? message.peers : []))
        .map((one) => one.address.text);
    },
    pass(seconds) {
      now += seconds * SECOND_US;
    },
  };
}

/** Somebody tells of fifty nodes that were all seen a moment ago. */
function teach({ say }: Stage, teller: number): void {
  const peers: AddrEntry[] = Array.from({ length: 50 }, (_, i) => ({
    address: at(`20.${i}.0.1:5999`),
    nodeid: `node-${i}`,
    age: 10,
  }));
  say(teller, { type: 'addr', peers, skipped: 0, listed: peers.length });
}

test('getaddr: a public asker is told the same again while it is fresh', () => {
  const stage = openStage();
  teach(stage, stage.meet('30.0.0.1', 'teller'));
  const asker = stage.meet('40.0.0.1', 'asker');
  const first = stage.ask(asker);
  assert.equal(first.length, 32);
  stage.pass(120);
  assert.deepEqual(stage.ask(asker), first);
  assert.deepEqual(stage.ask(stage.meet('40.0.7.7', 'neighbour')), first);
});

test('getaddr: an answer that has grown old is made anew, not emptied', () => {
  const stage = openStage();
  const teller = stage.meet('30.0.0.1', 'teller');
  teach(stage, teller);
  const asker = stage.meet('40.0.0.1', 'asker');
  stage.ask(asker);
  stage.pass(300);
  assert.deepEqual(stage.ask(asker), []);
  teach(stage, teller);
  assert.equal(stage.ask(asker).length, 32);
});
