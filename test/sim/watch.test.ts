/** Expressions that are asked while a simulated world goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings } from '../../src/settings.ts';
import { createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';

async function three() {
  const world = createSim(4, 3);
  const first = await spawn(world, 'n1');
  for (const name of ['n2', 'n3']) await spawn(world, name, { bootstrap: [placeOf(first)] });
  return { world, simulation: world.simulation };
}

/** Goes on until it holds; the virtual milliseconds that took, null after `limitMs`. */
function reach({ simulation }: Awaited<ReturnType<typeof three>>, text: string, node = 'n1', limitMs = 5_000) {
  const watcher = simulation.watch(text, node);
  const from = simulation.moment().time;
  let isHit = false;
  simulation.advanceFor(from + limitMs * 1_000, Infinity, () => {
    isHit = watcher.hit();
    return isHit;
  });
  watcher.close();
  return isHit ? (simulation.moment().time - from) / 1_000 : null;
}

test('watch: what holds of states is found at the very event that makes it hold', async () => {
  const scene = await three();
  const before = scene.world.nodes().map((node) => node.views.ready());
  assert.deepEqual(before, [0, 0, 0]);
  assert.ok((reach(scene, 'peers>=1') ?? Infinity) < 200);
  assert.ok(scene.world.nodes()[0]?.views.ready() === 1);
  assert.equal(reach(scene, 'converged() & n3.peers>=2') !== null, true);
  assert.ok(scene.world.nodes()[2]?.views.ready() === 2);
  assert.equal(reach(scene, 'peers>=3'), null, 'there are only three');
});

test('watch: a network that falls apart is not converged, and is again when it has healed', async () => {
  const scene = await three();
  assert.notEqual(reach(scene, 'n2.peers>=2 & n3.peers>=2'), null);
  const apart = scene.simulation.watch('!converged()', 'n1');
  assert.equal(apart.hit(), false);
  await scene.world.nodes()[0]?.stop();
  scene.simulation.advanceFor(scene.simulation.moment().time + 1_000_000, Infinity, null);
  assert.equal(apart.hit(), false, 'the other two are one piece without it');
  const lonely = await spawn(scene.world, 'n4');
  assert.equal(apart.hit(), true);
  lonely.order({ kind: 'connect', host: '10.0.0.2', port: 5_999, keep: false });
  assert.notEqual(reach(scene, 'converged()'), null);
  assert.equal(apart.hit(), false);
});

test('watch: a message is seen once, when it arrives, with who sent it', async () => {
  const scene = await three();
  assert.notEqual(reach(scene, 'type=hello & from=n2 & to=n1 & dir=in'), null);
  assert.equal(scene.simulation.last()?.kind, 'message');
  assert.equal(scene.simulation.last()?.message?.type, 'hello');
  const count = scene.simulation.watch('nth(hello & to=n2 & from=n1, 1)', 'n1');
  scene.simulation.advanceFor(5_000_000, Infinity, null);
  assert.equal(count.hit(), true);
  assert.equal(count.hit(), false, 'it is told once');
});

test('watch: events of nodes are seen by their kind', async () => {
  const scene = await three();
  assert.notEqual(reach(scene, 'kind=ready & node=n3'), null);
  assert.equal(reach(scene, 'kind=strike'), null);
});

test('watch: a journey to another moment is not watched, and what is there then is', async () => {
  const scene = await three();
  const { simulation } = scene;
  simulation.begin();
  simulation.advanceFor(3_000_000, Infinity, null);
  const hellos = simulation.watch('hello', 'n1');
  const whole = simulation.watch('converged()', 'n1');
  assert.equal(whole.hit(), true);
  await simulation.goTo({ kind: 'index', index: 1 });
  assert.equal(hellos.hit(), false);
  assert.equal(whole.hit(), false);
  simulation.advanceFor(3_000_000, Infinity, null);
  assert.equal(hellos.hit(), true);
  assert.equal(whole.hit(), true);
});

test('watch: what is no expression is refused with one line, and who is to join is somebody', async () => {
  const { world, simulation } = await three();
  const [first] = world.nodes();
  assert.ok(first !== undefined);
  const { settings } = first.state;
  simulation.announce({ name: 'n8', settings, listen: [], bootstrap: [placeOf(first)], data: null }, 1_000_000);
  const joined = simulation.watch('n8.peers>=1', 'n1');
  assert.equal(joined.hit(), false);
  simulation.advanceFor(5_000_000, Infinity, null);
  assert.equal(joined.hit(), true);
  assert.throws(() => simulation.watch('tpye=hello', 'n1'), /did you mean type/);
  assert.throws(() => simulation.watch('n9.peers>1', 'n1'), /n9/);
});

test('ask: what is counted was counted since the world began, and looking moves nothing', async () => {
  const scene = await three();
  const { simulation } = scene;
  const hellos = simulation.watch('type=hello', 'n1');
  let seen = 0;
  simulation.advanceFor(5_000_000, Infinity, () => {
    if (hellos.hit()) seen += 1;
    return false;
  });
  hellos.close();
  assert.ok(seen > 0);
  const before = simulation.moment();
  assert.equal(await simulation.ask(`count(hello) = ${seen}`, 'n1'), true);
  assert.equal(await simulation.ask(`count(hello) = ${seen + 1}`, 'n1'), false);
  assert.equal(await simulation.ask('peers>=2 & before(hello, ping)', 'n1'), true);
  assert.equal(await simulation.ask('peers>=2', 'n1'), true);
  assert.deepEqual(simulation.moment(), before);
  await assert.rejects(simulation.ask('type=hello', 'n1'), /type is about what happens/);
  await assert.rejects(simulation.ask('count(hello)>1 & first(hello)', 'n1'), /first\(E\) is about what happens/);
});

test('afterEach: is called after each event and each input, and not while the world is taken back', async () => {
  const scene = await three();
  const { simulation } = scene;
  const called: string[] = [];
  simulation.afterEach = (what) => void called.push(what);
  const { index } = simulation.moment();
  simulation.advanceFor(2_000_000, Infinity, null);
  const events = called.length;
  assert.ok(events >= simulation.moment().index - index && called.every((what) => what === 'event'));
  scene.world.nodes()[0]?.order({ kind: 'connect', host: '10.0.0.2', port: 5_999, keep: false });
  assert.equal(called.at(-1), 'input');
  await simulation.goTo({ kind: 'time', time: 1_000_000 });
  assert.equal(called.length, events + 1);
});

test('watch: a node that is still to come can be named', async () => {
  const { simulation } = await three();
  simulation.announce(
    { name: 'n9', settings: defaultSettings(), listen: [], bootstrap: [{ host: '10.0.0.1', port: 5_999 }], data: null },
    1_000_000,
  );
  const watcher = simulation.watch('connected(n1,n9)', 'n1');
  assert.equal(watcher.hit(), false);
  assert.throws(() => simulation.watch('connected(n1,n8)', 'n1'), /no node "n8"/);
  simulation.advanceFor(3_000_000, Infinity, null);
  assert.equal(watcher.hit(), true);
});

test('watch: who came in the place of somebody who left is one of the network, whether or not it was asked meanwhile', async () => {
  const { world, simulation } = await three();
  const pass = () => simulation.advanceFor(simulation.moment().time + 5_000_000, Infinity, null);
  pass();
  const before = simulation.watch('converged()', 'n1');
  assert.equal(before.hit(), true);
  before.close();
  const [first, , third] = world.nodes();
  assert.ok(first !== undefined && third !== undefined);
  await third.stop();
  await spawn(world, 'n4', { bootstrap: [placeOf(first)] });
  pass();
  const after = simulation.watch('converged()', 'n1');
  assert.equal(after.hit(), true);
});

test('watch: a lonely node that crashes leaves one piece behind, though nobody hears of it', async () => {
  const { world, simulation } = await three();
  const pass = () => simulation.advanceFor(simulation.moment().time + 5_000_000, Infinity, null);
  await spawn(world, 'n4');
  pass();
  const whole = simulation.watch('converged()', 'n1');
  assert.equal(whole.hit(), false);
  simulation.fault('crash n4', {});
  pass();
  assert.equal(whole.hit(), true);
});

test('watch: a reply is found though each message is seen at one end only, and none is found where nothing was asked', async () => {
  const scene = await three();
  for (const text of ['reply(hello)', 'reply(ping & from=n2)', 'reply(getaddr)', 'count(reply(ping))>=3'])
    assert.notEqual(reach(scene, text, 'n1', 60_000), null, text);
  assert.equal(reach(scene, 'reply(pong)', 'n1', 60_000), null);
  assert.equal(reach(scene, 'reply(ping & from=n2) & to!=n2', 'n1', 60_000), null, 'who asked is answered');
});
