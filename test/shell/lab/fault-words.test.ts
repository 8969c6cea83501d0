/** The names of faults as words of a lab: which lines are one, which stay JavaScript, and what is said of a wrong word. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

test('fault words: each name puts its fault on, and so does fault before it', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  await text('lab 6');
  await text('group A=n1,n2 B=n3..n6');
  const samples: Readonly<Record<string, string>> = {
    other: '',
    latency: '20ms±5ms',
    loss: '5%',
    dup: '5%',
    reorder: '5%',
    rate: '64KiB/s',
    slice: '20B',
    stall: '2s',
    limit: '4KiB',
    slowclose: '1s',
    skew: '+30s',
  };
  let puts = 0;
  for (const { name, takes } of shell.options.labs?.faultRows ?? []) {
    const words = takes.map((one) =>
      one === 'node' ? 'n3' : one === 'sides' ? '@A|@B' : one === 'other' ? samples[name] : one[0],
    );
    const line = [name, ...words].join(' ');
    for (const typed of [line, `fault ${line}`]) {
      const rows = await value<Row[]>(typed);
      assert.ok(rows.length > 0, typed);
      puts += rows.length;
      assert.equal(rows.at(-1)?.id, `f${puts}`);
      if (rows.length === 1) assert.equal(rows[0]?.text, line);
    }
  }
  assert.match(await text('partition n1,n2|n3 for 10s'), /^f\d+ partition n1,n2\|n3 for 10s$/);
  assert.match(await text('latency 20ms±5ms on all'), /^f\d+ latency 20ms±5ms$/);
  assert.match(await text('3g on n5'), /^f\d+ latency 150ms±50ms normal on n5\nf\d+ loss 0\.5% on n5\nf\d+ rate /);
});

test('fault words: pause alone stops the run, with a node it is the fault', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run --speed 1');
  assert.match(await text('pause n3 for 2s'), /^f1 pause n3 for 2s$/);
  assert.notEqual(shell.lab?.runner().speed, null);
  assert.match(await text('pause'), /^paused at /);
  assert.equal((await value<Row[]>('faults')).length, 1);
  assert.match(await text('resume n3'), /^f2 resume n3$/);
  assert.deepEqual(await value('faults'), []);
});

test('fault words: crash, restart, pause and resume take all, groups and lists', async () => {
  const { shell, text, value, tab, failure } = await openShell({ peers: 0 });
  const running = () => shell.world.nodes().map(({ name }) => name);
  await text('lab 4');
  await text('group A=n1,n2');
  await text('run 2s');
  assert.equal(await text('crash all'), 'f1 crash n1\nf2 crash n2\nf3 crash n3\nf4 crash n4');
  assert.deepEqual(running(), []);
  assert.equal((await value<unknown[]>('restart all')).length, 4);
  assert.deepEqual(running().sort(), ['n1', 'n2', 'n3', 'n4']);
  assert.equal((await value<unknown[]>('pause all')).length, 4);
  const { events } = await value<{ events: number }>('run 30s');
  assert.equal(events, 4, 'each pause strikes, and whoever is paused does nothing');
  await text('resume all');
  assert.deepEqual(await value('faults'), []);
  await text('run 20s');
  assert.equal(shell.node.views.ready(), 3);
  for (const word of ['crash', 'restart', 'pause', 'resume']) {
    assert.equal((await value<unknown[]>(`${word} @A`)).length, 2, word);
    assert.equal((await value<unknown[]>(`${word} n2,n3`)).length, 2, word);
    assert.ok(tab(`${word} `).candidates.includes('all'), word);
  }
  await text('heal');
  assert.equal((await value<unknown[]>('fault crash all for 1s')).length, 4);
  await text('heal');
  assert.equal(await text('at 100s crash all'), 'at 100s: crash all');
  assert.match((await failure('partition all|n1')).message, /a node is on one side only/);
});

test('fault words: a node that is not there is answered with those that are, in plain letters', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 40');
  for (const line of ['pause n99', 'latency 5ms on n99'])
    assert.match((await failure(line)).message, /: "n99" is no node or group: type one of n1, n2, \.\.\., n40$/);
});

test('fault words: what is JavaScript stays JavaScript, in a lab and without one', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  assert.equal((await failure('crash n3')).message, 'crash is a fault, and no lab here; type lab 8');
  for (const line of ['latency 20ms±5ms', 'loss 5%', 'partition n1,n2|n3 for 10s'])
    assert.match((await failure(line)).message, /^\w+ is a fault, and no lab here; type lab 8$/, line);
  await text('let loss = 7');
  assert.equal(await value('loss'), 7);
  await text('lab 4');
  await text('limit = 3');
  assert.equal(await value('limit'), 3);
  assert.equal(await value('limit + 1'), 4);
  assert.equal(await value('limit.toFixed(1)'), '3.0');
  assert.equal(await value('loss'), 7);
  assert.equal(await value("rate = 'a'; rate"), 'a');
  assert.equal(await value('rate in { a: 1 }'), true);
  assert.deepEqual(await value('faults'), []);
  assert.equal(await text('limit 4KiB on n1'), 'f1 limit 4KiB on n1');
  await text('delete globalThis.limit; delete globalThis.rate');
  assert.match((await failure('limit')).message, /^limit: bytes is missing: type limit BYTES/);
  assert.equal(await text('reset'), 'f2 reset');
});

test('fault words: a wrong word is one line that says which and what to type', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('group A=n1,n2');
  const refused: [string, RegExp][] = [
    ['crash n9', /^crash: "n9" is no node or group: type one of n1, n2, n3, n4, @A$/],
    ['crash @B', /^crash: "@B" is no node or group: type one of n1, n2, n3, n4, @A$/],
    ['nat n4 symetric', /^nat: "symetric" is no kind: type symmetric$/],
    ['latency 20', /^latency: "20" is not a duration such as 20ms or 20ms±5ms$/],
    ['latency 20ms on n1 for ever', /^latency: "ever" is not a duration/],
    ['latency 20ms until conveged()', /converged/],
    ['partition n1', /^partition: "n1" is not two sides such as n1,n2\|n3 or @A\|@B$/],
    ['loss 5% fr 3s', /^loss: "fr" is one word too many: type for$/],
    ['satellite fr 3s', /^satellite: "fr" is one word too many: type for$/],
    ['satellite 3', /^satellite: "3" is one word too many: type satellite \[on SELECTOR\]/],
    ['fault crsh n3', /^"crsh" is no fault: type crash$/],
    ['fault', /^usage: fault NAME .*; help faults lists them$/],
    ['pause x', /^pause: "x" is no node or group: type one of n1, /],
  ];
  for (const [line, message] of refused) {
    const { code, message: told } = await failure(line);
    assert.match(told, message, line);
    assert.equal(code, 'usage', line);
  }
  assert.deepEqual((await failure('crsh n3'))['near'], ['crash']);
  assert.deepEqual(await value('faults'), []);
});

test('fault words: real nodes take no faults, and it is said why', async (context) => {
  const { shell, text, failure } = await openShell({ peers: 0 });
  context.after(() => shell.lab?.close());
  await text('lab 2 --tcp');
  for (const line of ['partition n1|n2', 'fault crash n1', '3g', 'pause n1', 'faults', 'heal', 'chaos'])
    assert.match(
      (await failure(line)).message,
      /^\w+ needs a simulated lab: here the sockets, processes and clocks are the system's; lab 2 without --tcp has faults$/,
      line,
    );
  assert.match((await failure('pause')).message, /virtual time/);
});

test('fault words: Tab offers names, nodes, groups, choices, clauses and expressions', async () => {
  const { text, tab } = await openShell({ peers: 0 });
  assert.ok(!tab('cra').candidates.includes('crash'));
  await text('lab 3');
  await text('group A=n1');
  assert.deepEqual(tab('cra').candidates, ['crash']);
  assert.deepEqual(tab('fault sat').candidates, ['satellite']);
  assert.deepEqual(tab('crash ').candidates, ['all', 'n1', 'n2', 'n3', '@A']);
  assert.deepEqual(tab('fault crash n').candidates, ['n1', 'n2', 'n3']);
  assert.deepEqual(tab('pause ').candidates, ['all', 'n1', 'n2', 'n3', '@A']);
  assert.deepEqual(tab('nat n2 ').candidates, ['full', 'restricted', 'symmetric']);
  assert.deepEqual(tab('partition n1,n2|').candidates, ['n1,n2|n3', 'n1,n2|@A']);
  assert.deepEqual(tab('partition n1|n2 ').candidates, ['oneway', 'for', 'until']);
  assert.deepEqual(tab('latency 20ms o').candidates, ['on']);
  assert.ok(['all', 'n2', '@A', 'ping'].every((word) => tab('loss 5% on ').candidates.includes(word)));
  assert.deepEqual(tab('loss 5% on n1>').candidates, ['n1>n2', 'n1>n3', 'n1>@A']);
  assert.deepEqual(tab('loss 5% for 2s u').candidates, ['until']);
  assert.deepEqual(tab('loss 5% until conv').candidates, ['converged()']);
  assert.deepEqual(tab('loss ').candidates, []);
  assert.match(tab('loss ').usage ?? '', /^loss CHANCE/);
  await text('crash n3');
  assert.ok(tab('restart ').candidates.includes('n3'));
  assert.deepEqual(tab('heal f').candidates, ['f1']);
  assert.deepEqual(tab('heal ').candidates, ['f1', 'all', 'n1', 'n2', 'n3', '@A']);
  assert.deepEqual(tab('chaos ').candidates, ['gentle', 'normal', 'rough', 'for', 'stop']);
  assert.deepEqual(tab('chaos 7 rough f').candidates, ['for']);
  assert.deepEqual(tab('help part').candidates, ['partition']);
});
