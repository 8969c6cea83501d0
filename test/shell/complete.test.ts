/** Tab: what is offered after what is typed, and that asking runs nothing. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/shell/commands/index.ts';
import { openShell } from '../helpers/open-shell.ts';

test('complete: commands, their other names and aliases', async () => {
  const { tab, value } = await openShell({ peers: 0 });
  assert.deepEqual(tab('pe').candidates, ['peer', 'peers']);
  await value('alias people peers -v');
  assert.deepEqual(tab('peo').candidates, ['people']);
  for (const { name, aliases } of COMMANDS)
    for (const word of [name, ...aliases]) assert.ok(tab('').candidates.includes(word), word);
});

test('complete: with nothing typed the commands of the first screen of help come first', async () => {
  const { tab } = await openShell({ peers: 0 });
  for (const line of ['', 'help ']) {
    const { candidates } = tab(line);
    // So many are listed, the rest is counted.
    const first = candidates.slice(0, 50);
    for (const word of ['peers', 'ping', 'trace', 'wait', 'quit', 'help', 'lab']) assert.ok(first.includes(word), word);
    assert.ok(candidates.indexOf('rewind') > candidates.indexOf('wtf'));
    assert.deepEqual(new Set(candidates).size, candidates.length);
  }
});

test('complete: values of a setting that has few, the commands that watch can draw, scripts of a lab', async () => {
  const { tab } = await openShell({ peers: 0 });
  assert.deepEqual(tab('set gossip.dial ').candidates, ['on', 'off']);
  assert.ok(tab('set events ').candidates.includes('gossip'));
  assert.deepEqual(tab('set ping.interval ').candidates, []);
  assert.ok(tab('watch ').candidates.includes('peers'));
  assert.deepEqual(tab('watch pee').candidates, ['peer', 'peers']);
  assert.ok(!tab('watch -').candidates.includes('peers'));
  assert.ok(tab('watch peers ').candidates.includes('in'));
  for (const word of ['lab', 'sweep', 'minimise']) assert.ok(tab(`${word} `).candidates.includes('package.json'), word);
});

test('complete: flags of the command', async () => {
  const { tab } = await openShell({ peers: 0 });
  assert.deepEqual(tab('peers -').candidates, ['-v', '--verbose', '--all']);
  assert.deepEqual(tab('connect a:1 --k').candidates, ['--keep']);
  assert.deepEqual(tab('trace ping --').candidates, ['--lines']);
  assert.deepEqual(tab('log -').candidates, ['-n']);
});

test('complete: live ids, numbers after #, addresses after a dot, also for the beginning of a command', async () => {
  const { tab, others } = await openShell({ interactive: true });
  const ids = others.map(({ state }) => state.id).sort();
  for (const word of ['ping', 'peer', 'drop', 'getaddr', 'send', 'stats', 'untrace', 'trace'])
    assert.ok(
      ids.every((id) => tab(`${word} `).candidates.includes(id)),
      word,
    );
  assert.deepEqual(tab(`drop ${ids[0]?.slice(0, 4)}`).candidates, [ids[0]]);
  assert.deepEqual([...tab('drop #').candidates].sort(), ['#1', '#2']);
  assert.deepEqual([...tab('drop 10.').candidates].sort(), ['10.0.0.2:5999', '10.0.0.3:5999']);
  assert.deepEqual(tab('drop a').candidates.includes('all'), true);
  assert.deepEqual(tab('peer al').candidates, []);
  for (const word of ['ping', 'peer', 'drop', 'ban'])
    assert.deepEqual(
      tab(`${word} `)
        .candidates.filter((one) => /^#\d+$/.test(one))
        .sort(),
      ['#1', '#2'],
      word,
    );
  assert.ok(tab('pin ').candidates.includes(ids[0] ?? ''));
});

test('complete: the id of the only peer is offered alone, so that Tab types it', async () => {
  const { tab, others } = await openShell({ peers: 1 });
  assert.deepEqual(tab('peer ').candidates, [others[0]?.state.id]);
});

test('complete: source offers files and folders, hidden ones and those below a folder when they are typed', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['one.peersh', 'other.txt', '.noderc', 'with blank', 'with\u001bcontrol'])
    writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'lines'));
  writeFileSync(join(folder, 'lines', 'deep'), '');
  const { tab } = await openShell({ peers: 0 });
  assert.deepEqual(
    tab(`source ${folder}/`).candidates,
    ['lines/', 'one.peersh', 'other.txt'].map((one) => `${folder}/${one}`),
  );
  assert.deepEqual(tab(`source ${folder}/.n`).candidates, [`${folder}/.noderc`]);
  assert.deepEqual(tab(`source ${folder}/lines/`).candidates, [`${folder}/lines/deep`]);
  assert.deepEqual(tab(`source ${folder}/none/`).candidates, []);
  assert.ok(tab('source pack').candidates.includes('package.json'));
  assert.ok(tab('source s').candidates.includes('src/'));
  assert.deepEqual(tab(`source ${folder}/one.peersh `).candidates, []);
});

test('complete: connect offers known addresses that are not connected', async () => {
  const { tab, value } = await openShell();
  assert.deepEqual(tab('connect ').candidates, []);
  await value('drop #1');
  assert.deepEqual(tab('connect ').candidates, ['10.0.0.2:5999']);
  for (const options of ['--keep', '-v', '--timeout 5s', '--timeout=5s', '-v --timeout 5s --keep'])
    assert.deepEqual(tab(`connect ${options} `).candidates, ['10.0.0.2:5999'], options);
  assert.deepEqual(tab('connect --timeout ').candidates, []);
  assert.deepEqual(tab('ping -c 3 ').candidates, tab('ping ').candidates);
  assert.ok(tab('ping -c 3 ').candidates.includes('all'));
  assert.deepEqual(tab('ping -c 3 all ').candidates, []);
  await value('bootstrap add 10.0.0.77:5999');
  assert.deepEqual(tab('connect 10.0.0.7').candidates, ['10.0.0.77:5999']);
});

test('complete: message types, settings, commands and the forms of other arguments', async () => {
  const { tab } = await openShell({ peers: 1 });
  assert.deepEqual(tab('trace all p').candidates, ['ping', 'pong', 'peers']);
  assert.deepEqual(tab('trace in ge').candidates, ['getaddr']);
  assert.deepEqual(tab('set ping.').candidates, ['ping.interval', 'ping.timeout']);
  assert.deepEqual(tab('help wt').candidates, ['wtf']);
  assert.deepEqual(tab('help set').candidates, ['set', 'settings']);
  assert.deepEqual(tab('addrs ').candidates, ['new', 'tried']);
  assert.deepEqual(tab('peers ').candidates, ['in', 'out']);
  assert.deepEqual(tab('events go').candidates, ['gossip']);
  assert.deepEqual(tab('bootstrap ').candidates, ['add', 'rm']);
  assert.deepEqual(tab('wait r').candidates, ['ready', 'reply(', 'rate(']);
  assert.equal(tab('wait ready ').candidates.length, 1);
});

test('complete: with nothing left it is the usage', async () => {
  const { tab, others } = await openShell({ peers: 1 });
  assert.deepEqual(tab('status '), { candidates: [], usage: 'status' });
  assert.deepEqual(tab('drop zz'), { candidates: [], usage: 'drop ID|all' });
  assert.deepEqual(tab(`drop ${others[0]?.state.id}`), { candidates: [], usage: 'drop ID|all' });
  assert.deepEqual(tab('drop #1 '), { candidates: [], usage: 'drop ID|all' });
  assert.deepEqual(tab('zzz'), { candidates: [], usage: null });
});

test('complete: names of JavaScript, own and declared, without running anything', async () => {
  const { tab, value } = await openShell({ peers: 0 });
  assert.ok(tab('no').candidates.includes('node'));
  assert.ok(tab('node.pe').candidates.includes('node.peers'));
  assert.ok(tab('1 + node.book.').candidates.includes('node.book.addresses'));
  assert.ok(tab('node.peers.').candidates.includes('node.peers.size'));
  await value('globalThis.ran = 0; const owned = { deep: { able: 1 }, get trap() { ran += 1; return { x: 1 } } }; 0');
  await value(
    'const spy = new Proxy({}, { ownKeys() { ran += 1; return [] }, getOwnPropertyDescriptor() { ran += 1 }, getPrototypeOf() { ran += 1; return null } }); 0',
  );
  assert.deepEqual(tab('ow').candidates, ['owned']);
  assert.deepEqual(tab('owned.').candidates, ['owned.deep', 'owned.trap']);
  assert.deepEqual(tab('owned.deep.a').candidates, ['owned.deep.able']);
  assert.deepEqual(tab('owned.trap.').candidates, []);
  assert.deepEqual(tab('spy.').candidates, []);
  assert.deepEqual(tab('none.').candidates, []);
  assert.equal(await value('ran'), 0);
});

test('complete: what is offered holds no control characters', async () => {
  const { tab, value } = await openShell({ peers: 0 });
  await value('const odd = { a: 1, "\\u202eb": 2, "\\x1b[31m": 3 }; 0');
  assert.deepEqual(tab('odd.').candidates, ['odd.a']);
  assert.deepEqual(tab('drop "').candidates, []);
});

test('complete: in a lab expressions, topologies and the line of a later time are offered as they are elsewhere', async () => {
  const { tab, text } = await openShell({ peers: 0 });
  assert.deepEqual(tab('lab 8 topology=r').candidates, ['topology=ring']);
  await text('lab 3');
  assert.deepEqual(tab('spawn n4 topology=g').candidates, ['topology=grid']);
  assert.deepEqual(tab('run until conv').candidates, ['converged()']);
  assert.ok(tab('run ').candidates.includes('until'));
  assert.ok(!tab('run 5s ').candidates.some((one) => one !== ''));
  for (const form of ['expect', 'expect always', 'expect eventually'])
    assert.deepEqual(tab(`${form} conv`).candidates, ['converged()'], form);
  assert.ok(tab('expect ').candidates.includes('never'));
  assert.ok(!tab('expect never ').candidates.includes('never'));
  assert.deepEqual(tab('at 5s parti').candidates, ['partition']);
  assert.deepEqual(tab('at 5s crash n').candidates, ['n1', 'n2', 'n3']);
  assert.deepEqual(tab('at ').candidates, []);
});
