/** Directories of the bootstrap list: what DNS lists becomes entries that come and go, however often and with whatever it answers. Rule 48. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyNode } from '../../src/core/copy.ts';
import { BOOTSTRAP_MAX, DIRECTORIES_MAX, SECOND_US } from '../../src/core/limits.ts';
import { BareNode, type BareOptions, helloLine, PONG } from '../helpers/bare-node.ts';

const SEEDS = 'dns:seeds.example';
const SERVICES = 'dnssrv:_peersh._tcp.example';

const bareWith = (host: string, port: number, options: BareOptions = {}) =>
  new BareNode({ listen: '10.0.0.1:5999', bootstrap: [{ host, port }], ...options });

const dialsOf = (bare: BareNode) => bare.taken('dial').map((line) => line.split(' ')[2] ?? '');
const rowsOf = (bare: BareNode) => bare.views.bootstrap().map(({ address, from, state }) => [address, from, state]);

test('directories: every place that is listed is dialled, and is an entry of its own below the directory', () => {
  const bare = bareWith(SEEDS, 6100);
  assert.deepEqual(bare.take(), [`resolve ${SEEDS}`]);
  assert.deepEqual(rowsOf(bare), [[`${SEEDS}:6100`, null, 'resolving']]);
  bare.resolved(SEEDS, ['10.0.1.1', '10.0.1.2']);
  assert.deepEqual(dialsOf(bare).sort(), ['10.0.1.1:6100', '10.0.1.2:6100']);
  assert.deepEqual(rowsOf(bare)[0], [`${SEEDS}:6100`, null, 'listing']);
  assert.deepEqual(
    rowsOf(bare)
      .slice(1)
      .map(([, from, state]) => [from, state]),
    [
      [`${SEEDS}:6100`, 'dialing'],
      [`${SEEDS}:6100`, 'dialing'],
    ],
  );
});

test('directories: a failure of one place does not keep the others back', () => {
  const bare = bareWith(SEEDS, 6100);
  bare.resolved(SEEDS, ['10.0.1.1', '10.0.1.2']);
  bare.refuse(1);
  const n = bare.dialled(2);
  bare.hear(n, helloLine('b'), PONG);
  bare.take();
  bare.advance(2 * SECOND_US);
  assert.equal(dialsOf(bare).length, 1);
});

test('directories: the records of a service say the ports', () => {
  const bare = bareWith(SERVICES, 0);
  bare.resolved(SERVICES, ['10.0.1.1:7001', '[fd00::2]:7002', '10.0.1.3', 'nonsense']);
  assert.deepEqual(dialsOf(bare).sort(), ['10.0.1.1:7001', '[fd00::2]:7002']);
  assert.equal(bare.views.bootstrap()[0]?.address, SERVICES);
});

test('directories: are asked again each bootstrap.refresh, connected or not; what is listed no more leaves the list and stays connected', () => {
  const bare = bareWith(SEEDS, 6100);
  bare.resolved(SEEDS, ['10.0.1.1']);
  const n = bare.dialled(1);
  bare.hear(n, helloLine('b'), PONG);
  bare.take();
  bare.advance(60 * SECOND_US - 1);
  assert.deepEqual(bare.taken('resolve'), []);
  bare.advance(1);
  assert.deepEqual(bare.taken('resolve'), [`resolve ${SEEDS}`]);
  bare.resolved(SEEDS, ['10.0.1.2']);
  assert.deepEqual(dialsOf(bare), ['10.0.1.2:6100']);
  assert.deepEqual(
    bare.node.targets.map(({ host }) => host),
    ['10.0.1.2'],
  );
  assert.equal(bare.views.peer(n)?.state, 'ready');
  bare.order({ kind: 'set', key: 'bootstrap.refresh', value: SECOND_US });
  bare.advance(SECOND_US);
  assert.deepEqual(bare.taken('resolve'), [`resolve ${SEEDS}`], 'a shorter time counts from now on');
});

test('directories: a failed look-up keeps what was known, is said once per cause, and is tried again with a backoff', () => {
  const bare = bareWith(SEEDS, 6100);
  bare.resolved(SEEDS, ['10.0.1.1']);
  bare.take();
  bare.advance(60 * SECOND_US);
  for (const waitS of [1, 2, 3]) {
    assert.deepEqual(bare.taken('resolve'), [`resolve ${SEEDS}`]);
    bare.resolved(SEEDS, []);
    bare.advance(waitS * SECOND_US - 1);
    assert.deepEqual(bare.taken('resolve'), []);
    bare.advance(1);
  }
  assert.deepEqual(
    bare.happened('error').map(({ message }) => message),
    [`${SEEDS}:6100 could not be looked up (ENOTFOUND)`],
  );
  const [row] = bare.views.bootstrap();
  assert.deepEqual([row?.resolved, row?.lastError], [['10.0.1.1:6100'], 'no-name']);
  assert.equal(bare.node.targets.length, 1);
  bare.resolved(SEEDS, ['10.0.1.1']);
  assert.equal(bare.views.bootstrap()[0]?.lastError, null);
});

test('directories: of many places eight are taken at random, and those that were taken before stay while they are listed', () => {
  const places = Array.from({ length: 40 }, (_, k) => `10.0.1.${k + 1}`);
  const taken = [1, 2].map((seed) => {
    const bare = bareWith(SEEDS, 6100, { seed });
    bare.resolved(SEEDS, places);
    const before = bare.node.targets.map(({ host }) => host);
    assert.equal(before.length, 8);
    bare.advance(60 * SECOND_US);
    bare.resolved(SEEDS, [...places].reverse());
    assert.deepEqual(new Set(bare.node.targets.map(({ host }) => host)), new Set(before));
    return before;
  });
  assert.notDeepEqual(taken[0], taken[1]);
});

test('directories: our own place, special addresses and repeated ones are not taken', () => {
  const bare = bareWith(SEEDS, 5999);
  bare.resolved(SEEDS, ['10.0.0.1', '0.0.0.0', '224.0.0.1', '10.0.1.1', '10.0.1.1', 'x']);
  assert.deepEqual(dialsOf(bare), ['10.0.1.1:5999']);
  assert.equal(bare.node.targets.length, 1);
});

test('directories: what a user put into the list stays when the directory lists it no more', () => {
  const bare = bareWith(SEEDS, 6100);
  bare.resolved(SEEDS, ['10.0.1.1', '10.0.1.2']);
  assert.equal(bare.order({ kind: 'bootstrap-add', host: '10.0.1.1', port: 6100 }).ok, true);
  bare.advance(60 * SECOND_US);
  bare.resolved(SEEDS, ['10.0.1.3']);
  assert.deepEqual(bare.node.targets.map(({ host }) => host).sort(), ['10.0.1.1', '10.0.1.3']);
});

test('directories: are added and removed by orders; what one lists is not removed alone', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999' });
  assert.equal(bare.order({ kind: 'bootstrap-add', host: SEEDS, port: 6100 }).ok, true);
  assert.equal(bare.order({ kind: 'bootstrap-add', host: SEEDS, port: 6100 }).ok, true);
  assert.deepEqual(bare.taken('resolve'), [`resolve ${SEEDS}`]);
  bare.resolved(SEEDS, ['10.0.1.1']);
  const alone = bare.order({ kind: 'bootstrap-remove', host: '10.0.1.1', port: 6100 });
  assert.match(alone.ok ? '' : alone.message, /^10\.0\.1\.1:6100 is there because dns:seeds\.example:6100 lists it/);
  assert.equal(bare.order({ kind: 'bootstrap-remove', host: SEEDS, port: 6101 }).ok, false);
  assert.equal(bare.order({ kind: 'bootstrap-remove', host: SEEDS, port: 6100 }).ok, true);
  assert.deepEqual([bare.node.targets, bare.node.directories], [[], []]);
  bare.take();
  bare.advance(120 * SECOND_US);
  assert.deepEqual(bare.taken('resolve'), []);
});

test('directories: an answer that comes after the directory has gone is nobody’s', () => {
  const bare = bareWith(SEEDS, 6100);
  bare.order({ kind: 'bootstrap-remove', host: SEEDS, port: 6100 });
  bare.resolved(SEEDS, ['10.0.1.1']);
  assert.deepEqual(bare.node.targets, []);
});

test('directories: one name with two ports is asked once, and both get the answer', () => {
  const bare = new BareNode({
    bootstrap: [
      { host: SEEDS, port: 6100 },
      { host: SEEDS, port: 6101 },
    ],
  });
  assert.deepEqual(bare.taken('resolve'), [`resolve ${SEEDS}`]);
  bare.resolved(SEEDS, ['10.0.1.1']);
  assert.deepEqual(dialsOf(bare).sort(), ['10.0.1.1:6100', '10.0.1.1:6101']);
});

test('directories: another server of names is asked at once', () => {
  const bare = bareWith(SEEDS, 6100);
  bare.resolved(SEEDS, ['10.0.1.1']);
  bare.take();
  bare.order({ kind: 'set', key: 'dns.server', value: '127.0.0.1:5353' });
  assert.deepEqual(bare.taken('resolve'), [`resolve ${SEEDS}`]);
});

test('directories: neither they nor what they list outgrow the list', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999' });
  const add = (k: number) => bare.order({ kind: 'bootstrap-add', host: `dns:s${k}.example`, port: 6100 });
  for (let k = 0; k < DIRECTORIES_MAX; k += 1) assert.equal(add(k).ok, true);
  const more = add(DIRECTORIES_MAX);
  assert.deepEqual(more.ok ? null : more.reason, 'over-limit');
  assert.equal(bare.node.directories.length, DIRECTORIES_MAX);
  for (let k = 0; k < BOOTSTRAP_MAX; k += 1)
    bare.order({ kind: 'bootstrap-add', host: `10.${k % 200}.9.${k % 250}`, port: 6_000 + k });
  bare.resolved('dns:s1.example', ['10.0.1.1']);
  assert.equal(bare.node.targets.length, BOOTSTRAP_MAX);
});

test('directories: a copy of a node has its own', () => {
  const bare = bareWith(SEEDS, 6100);
  const copy = copyNode(bare.node);
  bare.resolved(SEEDS, ['10.0.1.1']);
  assert.deepEqual([copy.directories[0]?.resolving, copy.directories[0]?.listed], [true, []]);
});
