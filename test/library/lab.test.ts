/** A simulated network in a program of one's own: the same calls give the same run, and nothing happens but what is told to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLab, type Lab, type LabOptions, PeershError } from '../../src/index.ts';

const isCode = (code: string) => (error: unknown) => error instanceof PeershError && error.code === code;

async function withLab(options: LabOptions, run: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await createLab(options);
  try {
    await run(lab);
  } finally {
    await lab.close();
  }
}

async function hashOf(options: LabOptions): Promise<string> {
  const lab = await createLab(options);
  await lab.run('30s');
  await lab.close();
  return lab.hash;
}

test('library lab: the same seed gives the same run, another one another', async () => {
  const hash = await hashOf({ nodes: 12, seed: 7 });
  assert.equal(await hashOf({ nodes: 12, seed: 7 }), hash);
  assert.equal(await hashOf({ nodes: 12, seed: 7, wire: true }), hash);
  assert.notEqual(await hashOf({ nodes: 12, seed: 8 }), hash);
});

test('library lab: time stands still until it is told to move', () =>
  withLab({ nodes: 5, topology: 'ring' }, async (lab) => {
    assert.equal(lab.now, 0);
    assert.deepEqual(
      lab.nodes().map(({ name }) => name),
      ['n1', 'n2', 'n3', 'n4', 'n5'],
    );
    assert.equal(lab.node('n1').peers().length, 0);
    assert.equal((await lab.run(5_000)).atMs, 5_000);
    assert.equal(lab.now, 5_000);
    assert.equal(lab.node('n1').peers().length, 2);
  }));

test('library lab: nodes connect and ping in the time of the lab', () =>
  withLab({ nodes: 6, topology: 'line' }, async (lab) => {
    await lab.run('5s');
    const before = lab.now;
    const peer = await lab.node('n1').connect(lab.node('n6').address);
    assert.equal(peer.id, lab.node('n6').id);
    const ms = await lab.node('n1').ping(peer.n);
    assert.ok(ms > 0 && lab.now - before >= ms);
  }));

test('library lab: a partition parts the nodes until it is healed', () =>
  withLab({ nodes: 4 }, async (lab) => {
    assert.equal(await lab.runUntil('converged()', { within: '60s' }), true);
    const [id] = lab.fault('partition n1,n2|n3,n4');
    assert.equal(lab.faults()[0]?.id, id);
    assert.equal(await lab.runUntil('!converged()', { within: '10m' }), true);
    assert.equal(await lab.holds('!converged()'), true);
    lab.heal(id);
    assert.deepEqual(lab.faults(), []);
    assert.equal(await lab.runUntil('converged()', { within: '10m' }), true);
  }));

test('library lab: goes back to any moment, and the way from there is the same again', () =>
  withLab({ nodes: 6, seed: 3 }, async (lab) => {
    await lab.run('20s');
    const { hash, moment } = lab;
    assert.equal((await lab.rewind('5s')).atMs, 5_000);
    assert.equal((await lab.rewind('#20')).moment, 'main#20');
    assert.notEqual(lab.hash, hash);
    await lab.run(20_000 - lab.now);
    assert.equal(lab.hash, hash);
    assert.deepEqual(lab.moment, moment);
    await lab.rewind('#10');
    lab.node('n1').addBootstrap('10.0.0.9:5999');
    assert.equal(lab.moment.branch, 'b1');
    await lab.rewind('main#10');
    assert.equal(lab.moment.branch, 'main');
    await assert.rejects(lab.rewind('#99999'), isCode('no-such-moment'));
  }));

test('library lab: what a listener does comes at the same moment in every run', async () => {
  const runOnce = async () => {
    const lab = await createLab({ nodes: 8, seed: 5 });
    const told: string[] = [];
    for (const node of lab.nodes())
      node.on('ready', ({ n, id }) => {
        told.push(`${node.name} ${id}`);
        node.ban(n, '2s');
      });
    await lab.run('20s');
    const checked = await lab.check();
    await lab.close();
    return { told, checked };
  };
  const first = await runOnce();
  assert.ok(first.told.length > 0);
  assert.equal(first.checked.same, true);
  assert.deepEqual(await runOnce(), first);
});

test('library lab: a node that is spawned joins, one that is stopped is gone', () =>
  withLab({ nodes: 4 }, async (lab) => {
    await lab.run('5s');
    const late = await lab.spawn({ bootstrap: ['n2'], settings: { 'ping.interval': '10s' } });
    assert.equal(late.name, 'n5');
    await lab.run('5s');
    assert.ok(late.peers().some(({ id }) => id === lab.node('n2').id));
    await late.stop();
    assert.throws(() => lab.node('n5'), isCode('no-such-node'));
    await assert.rejects(late.start(), /restart n5/);
    assert.equal((await lab.check()).same, true);
  }));

test('library lab: wrong words are refused with a code and change nothing', () =>
  withLab({ nodes: 3 }, async (lab) => {
    const { hash } = lab;
    assert.throws(() => lab.fault('partiton n1|n2'), isCode('usage'));
    await assert.rejects(lab.runUntil('peers>>'), isCode('usage'));
    await assert.rejects(lab.holds('nothing('), isCode('usage'));
    await assert.rejects(lab.run('soon'), isCode('usage'));
    await assert.rejects(lab.run(-1), isCode('usage'));
    await assert.rejects(lab.spawn({ name: 'n2' }), isCode('usage'));
    assert.throws(() => lab.heal('f9'), isCode('no-such-fault'));
    await assert.rejects(createLab({ nodes: 0 }), isCode('usage'));
    await assert.rejects(createLab({ topology: 'donut' }), isCode('usage'));
    await assert.rejects(createLab({ nodes: 10_000_000 }), isCode('too-many'));
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(lab.run('5s', { signal }), /enough/);
    assert.equal(lab.hash, hash);
    assert.equal(lab.now, 0);
  }));

test('library lab: an option that there is not, or of another form, is one error that says what is meant', async () => {
  const make = (options: unknown) => createLab(options as never);
  const is = (message: string) => ({ name: 'PeershError', code: 'usage', message });
  await assert.rejects(make({ node: 5 }), is('createLab has no option "node"; did you mean nodes?'));
  await assert.rejects(make({ nodes: '5' }), is('createLab: nodes is a number, not "5"'));
  await assert.rejects(make({ topology: 5 }), is('createLab: topology is a text, not 5'));
  await assert.rejects(make({ wire: 'yes' }), is('createLab: wire is true or false, not "yes"'));
  const lab = await createLab({ nodes: 2 });
  await assert.rejects(lab.spawn({ nam: 'n9' } as never), is('spawn has no option "nam"; did you mean name?'));
  await assert.rejects(
    lab.runUntil('converged()', { withn: '1s' } as never),
    is('runUntil has no option "withn"; did you mean within?'),
  );
  await assert.rejects(lab.run('1s', { node: 'n1' } as never), is('run has no option "node"; it takes signal'));
  await assert.rejects(
    lab.holds('converged()', { within: '1s' } as never),
    is('holds has no option "within"; it takes node, signal'),
  );
  await assert.rejects(lab.runUntil(5 as never), is('runUntil takes an expression as a text, not 5'));
  assert.throws(() => lab.fault(5 as never), is('fault takes a fault as a text, not 5'));
  assert.equal(lab.nodes().length, 2);
  assert.equal(lab.now, 0);
  await lab.close();
});
