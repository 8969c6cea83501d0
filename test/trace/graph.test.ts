/** The graph of a world: every connection once from dialler to listener, whatever each end thinks of it, and what is only known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../../src/core/state.ts';
import { componentsOf, graphOf, type Inhabitant, knownOnly, neighboursOf } from '../../src/trace/graph.ts';
import { type Address, addressOf } from '../../src/wire/address.ts';
import { createSim, grow } from '../helpers/grow.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

const nameEdges = (inhabitants: readonly Inhabitant[]): string[] => {
  const { nodes, connections } = graphOf(inhabitants);
  return connections.map(({ from, to, isHalf }) => `${nodes[from]?.name}>${nodes[to]?.name}${isHalf ? '?' : ''}`);
};

/** All its connections are gone. */
function forgetPeers({ state }: Inhabitant): void {
  state.sessions.clear();
  state.peers.clear();
}

/** Two nodes, the second dialled the first. */
async function pair() {
  const world = createSim(3, 20);
  const one = await spawn(world, 'n1');
  const two = await spawn(world, 'n2', { bootstrap: [placeOf(one)] });
  await reach(world, 'a peer at both ends', () => one.views.ready() === 1 && two.views.ready() === 1);
  return { world, one, two };
}

test('graph: a connection is one edge from who dialled to who listened', async () => {
  const { one, two } = await pair();
  assert.deepEqual(nameEdges([one, two]), ['n2>n1']);
  assert.deepEqual(nameEdges([two, one]), ['n2>n1']);
});

test('graph: a connection that one end has forgotten is half of one', async () => {
  const { one, two } = await pair();
  forgetPeers(one);
  assert.deepEqual(nameEdges([one, two]), ['n2>n1?']);
});

test('graph: a handshake is no connection', async () => {
  const { one, two } = await pair();
  for (const { state } of [one, two]) {
    state.peers.clear();
    for (const session of state.sessions.values()) session.stage = 'hello';
  }
  assert.deepEqual(nameEdges([one, two]), []);
});

test('graph: a peer that is no node of the world stands in it as an outsider under its short id', async () => {
  const { one, two } = await pair();
  const { nodes, connections } = graphOf([two]);
  assert.deepEqual(
    nodes.map(({ name, isOutside, address }) => ({ name, isOutside, address })),
    [
      { name: 'n2', isOutside: false, address: '10.0.0.2:5999' },
      { name: one.state.id.slice(0, 8), isOutside: true, address: '10.0.0.1:5999' },
    ],
  );
  assert.deepEqual(connections, [{ from: 0, to: 1, isHalf: false }]);
});

test('graph: outsiders with the same short id have different names', async () => {
  const { one } = await pair();
  const [session] = one.state.sessions.values();
  assert.ok(session !== undefined);
  const like = (n: number, id: string | null, port: number) => {
    const remote = addressOf('10.0.0.77', port) as Address;
    const other: Session = { ...session, n, id, listen: null, remote, stage: id === null ? 'quiet' : 'ready' };
    one.state.sessions.set(n, other);
    if (id !== null) one.state.peers.set(id, other);
  };
  like(7, 'aaaaaaaa-1', 1_001);
  like(8, 'aaaaaaaa-2', 1_002);
  like(9, null, 1_003);
  const names = graphOf([one]).nodes.map(({ name }) => name);
  assert.deepEqual(names.slice(2), ['aaaaaaaa', 'aaaaaaaa-2', '10.0.0.77:1003']);
});

test('graph: a node that came again under another id is still found at its address', async () => {
  const { one, two } = await pair();
  for (const [id, session] of [...two.state.peers]) {
    session.id = 'an-id-of-before';
    two.state.peers.delete(id);
    two.state.peers.set(session.id, session);
  }
  forgetPeers(one);
  assert.deepEqual(nameEdges([one, two]), ['n2>n1?']);
});

test('graph: what is only known leaves out what is connected and counts what is not listed', async () => {
  const world = createSim(4, 20);
  const nodes = await grow(world, 6, 1, 20);
  const graph = graphOf(nodes);
  const all = knownOnly(graph, nodes, Infinity);
  assert.equal(all.edges.length, all.count);
  const connected = new Set(graph.connections.flatMap(({ from, to }) => [`${from} ${to}`, `${to} ${from}`]));
  assert.ok(!all.edges.some(({ from, to }) => connected.has(`${from} ${to}`) || from === to));
  for (const node of nodes) forgetPeers(node);
  const apart = knownOnly(graphOf(nodes), nodes, 5);
  assert.equal(apart.edges.length, 5);
  const books = nodes.reduce((sum, { state }) => sum + state.book.addresses.length, 0);
  assert.equal(apart.count, books);
});

test('graph: components are the largest first and degrees count both directions', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, id: null, address: null, isOutside: false }));
  const connections = [
    [4, 3],
    [3, 4],
    [3, 5],
    [0, 1],
  ].map(([from = 0, to = 0]) => ({ from, to, isHalf: false }));
  const graph = { nodes, connections };
  assert.deepEqual(componentsOf(neighboursOf(graph)), [[3, 4, 5], [0, 1], [2]]);
  // Two connections between the same two are one neighbour.
  assert.deepEqual(
    neighboursOf(graph).map(({ length }) => length),
    [1, 1, 0, 2, 1, 1],
  );
});

test('graph: is the same from the same world and every end of it is a node', async () => {
  const world = createSim(9, 80);
  const nodes = await grow(world, 70, 2, 30);
  const graph = graphOf(nodes);
  assert.deepEqual(graphOf(nodes), graph);
  assert.ok(graph.connections.length >= 69);
  assert.ok(
    graph.connections.every(({ from, to }) => graph.nodes[from] !== undefined && graph.nodes[to] !== undefined),
  );
  const ready = nodes.reduce((sum, node) => sum + node.views.ready(), 0);
  const ends = graph.connections.reduce((sum, { isHalf }) => sum + (isHalf ? 1 : 2), 0);
  assert.equal(ends, ready);
  assert.equal(new Set(graph.nodes.map(({ name }) => name)).size, graph.nodes.length);
});
