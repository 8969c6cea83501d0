/** How an address spread: who told whom first, from the events alone, checked against what nodes know in the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import { BLIND } from '../../src/core/witness.ts';
import { createSpread, timesOf } from '../../src/trace/spread.ts';
import { drawSpread } from '../../src/trace/spread-tree.ts';
import { parseAddress } from '../../src/wire/address.ts';
import { createSim, grow } from '../helpers/grow.ts';

const X = '10.0.0.9:5999';
const about = (address: string, dir: 'inbound' | 'outbound' = 'inbound') => ({ n: 1, id: 'id', address, dir });
const placeOf = (node: string) => `10.0.0.${node.slice(1)}:5999`;

const listens = (node: string): NodeEvent => ({ kind: 'listening', address: placeOf(node) });
const dials = (via: 'boot' | 'manual' | 'gossip'): NodeEvent => ({ kind: 'dialing', attempt: 1, address: X, via });
const meets = (): NodeEvent => ({ kind: 'ready', ...about(X), via: 'peer', helloLess: false, agent: null });
const hears = (teller: string, list: 'fresh' | 'known', address = X): NodeEvent => ({
  kind: 'addr',
  ...about(placeOf(teller)),
  listed: 2,
  own: false,
  fresh: [],
  known: [],
  ignored: 0,
  refused: [],
  [list]: [{ address: parseAddress(address), nodeid: null, age: null }],
});

/** Events of n9's address, a millisecond apart. */
function spreadOf(...events: readonly (readonly [node: string, event: NodeEvent])[]) {
  const spread = createSpread(X);
  for (const [at, [node, event]] of events.entries()) spread.hear(node, at * 1_000, event);
  return spread.report();
}

const rows = (report: ReturnType<typeof spreadOf>) =>
  report.learnt.map(({ node, atUs, how, from, depth }) => `${node} ${atUs / 1_000} ${how} ${from ?? '-'} ${depth}`);

test('spread: tells the node itself, its bootstrap lists, who met it and who was told', () => {
  const report = spreadOf(
    ['n9', listens('n9')],
    ['n1', listens('n1')],
    ['n1', dials('boot')],
    ['n2', listens('n2')],
    ['n2', meets()],
    ['n3', hears('n2', 'fresh')],
    ['n4', dials('manual')],
  );
  assert.deepEqual(rows(report), [
    'n9 0 itself - 0',
    'n1 2 bootstrap - 0',
    'n2 4 met n9 1',
    'n3 5 told n2 2',
    'n4 6 command - 0',
  ]);
  assert.equal(report.owner, 'n9');
  assert.equal(report.knowing, 5);
});

test('spread: only the first time counts, and other addresses do not', () => {
  const report = spreadOf(
    ['n2', listens('n2')],
    ['n2', dials('boot')],
    ['n3', hears('n2', 'fresh', '10.0.0.8:5999')],
    ['n3', hears('n2', 'fresh')],
    ['n3', hears('n4', 'fresh')],
    ['n3', meets()],
    ['n2', hears('n3', 'known')],
  );
  assert.deepEqual(rows(report), ['n2 1 bootstrap - 0', 'n3 3 told n2 1']);
  assert.equal(report.owner, null);
});

test('spread: a teller of whom it is not seen how it knew is a root, a stranger stands by its address', () => {
  const report = spreadOf(
    ['n2', listens('n2')],
    ['n3', listens('n3')],
    ['n3', hears('n2', 'fresh')],
    ['n4', hears('n77', 'fresh')],
    ['n5', hears('n3', 'known')],
    ['n6', dials('gossip')],
  );
  assert.deepEqual(rows(report), [
    'n2 2 unseen - 0',
    'n3 2 told n2 1',
    '10.0.0.77:5999 3 unseen - 0',
    'n4 3 told 10.0.0.77:5999 1',
    'n5 4 told n3 2',
    'n6 5 unseen - 0',
  ]);
});

test('spread: an address where no node of the world listens is met there, too', () => {
  assert.deepEqual(rows(spreadOf(['n2', meets()])), [`${X} 0 itself - 0`, `n2 0 met ${X} 1`]);
});

test('spread: who forgot it, stopped or came again does not know it any more, until it learns it again', () => {
  const learn = [
    ['n1', listens('n1')],
    ['n1', dials('boot')],
    ['n2', hears('n1', 'fresh')],
    ['n3', hears('n1', 'fresh')],
    ['n4', hears('n1', 'fresh')],
  ] as const;
  assert.equal(spreadOf(...learn).knowing, 4);
  const lost = [
    ...learn,
    ['n2', { kind: 'forgotten', address: X }],
    ['n3', { kind: 'stopped' }],
    ['n4', listens('n4')],
  ] as const;
  const report = spreadOf(...lost);
  assert.equal(report.knowing, 1);
  assert.equal(report.learnt.length, 4);
  assert.equal(spreadOf(...lost, ['n2', hears('n1', 'fresh')]).knowing, 2);
  assert.equal(spreadOf(...learn, ['n2', { kind: 'forgotten', address: '10.0.0.8:5999' }]).knowing, 4);
});

test('spread: in a run everybody whose book has the address is in the tree, under somebody who knew it before', async () => {
  const world = createSim(11, 40);
  const nodes = await grow(world, 30, 2, 60);
  const address = nodes[20]?.state.listening[0]?.text ?? '';
  const spread = createSpread(address);
  await world.simulation.replay({ ...BLIND, event: spread.hear });
  const report = spread.report();
  const byNode = new Map(report.learnt.map((one) => [one.node, one]));
  assert.equal(byNode.size, report.learnt.length);
  const knowing = nodes.filter(({ state }) => state.book.addresses.some(({ text }) => text === address));
  assert.ok(knowing.length > 20);
  for (const { name } of knowing) assert.ok(byNode.has(name), `${name} knows it`);
  assert.equal(report.owner, 'n21');
  assert.equal(byNode.get('n21')?.how, 'itself');
  for (const { from, atUs, depth, how } of report.learnt) {
    assert.notEqual(how, 'unseen');
    const parent = from === null ? null : byNode.get(from);
    assert.ok(parent !== undefined);
    if (parent !== null) assert.ok(parent.atUs <= atUs && parent.depth === depth - 1);
  }
  assert.ok(report.learnt.some(({ how }) => how === 'told') && report.learnt.some(({ how }) => how === 'met'));
});

const look = { columns: 80, strong: (text: string) => text, dim: (text: string) => text };

test('spread: the tree stands in the order of learning, with times in a column', () => {
  const report = spreadOf(
    ['n9', listens('n9')],
    ['n2', listens('n2')],
    ['n2', meets()],
    ['n1', dials('boot')],
    ['n3', hears('n2', 'fresh')],
    ['n4', hears('n2', 'fresh')],
    ['n5', hears('n9', 'fresh')],
  );
  assert.deepEqual(drawSpread(report, look), [
    'n9        0.000s  itself',
    '├─ n2     0.002s  connected to it',
    '│  ├─ n3  0.004s  told',
    '│  └─ n4  0.005s  told',
    '└─ n5     0.006s  told',
    'n1        0.003s  bootstrap list',
  ]);
});

test('spread: a long tree begins with its deepest chain and shows the first 40', () => {
  const chain = Array.from(
    { length: 60 },
    (_, i) => [`n${i + 20}`, hears(i === 0 ? 'n9' : `n${i + 19}`, 'fresh')] as const,
  );
  const starts = chain.map(([node]) => [node, listens(node)] as const);
  const report = spreadOf(['n9', listens('n9')], ...starts, ...chain);
  const lines = drawSpread(report, look);
  assert.equal(lines[0], 'deepest chain, 60 steps: n9 > n20 > n21 > n22 > … > n76 > n77 > n78 > n79');
  assert.deepEqual(timesOf(report), { medianUs: 90_000, lastUs: 120_000 });
  assert.equal(lines[1], 'the first 40 of 61:');
  assert.equal(lines.length, 42);
  assert.ok(lines.every((row) => row.length < 80));
  assert.match(lines[41] ?? '', /└n58 +0\.099s {2}told$/);
});
