/** A lab of real nodes: others can join it, and what needs virtual time says why it cannot be done. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveWorld } from '../../../src/worlds.ts';
import { reach, spawn } from '../../helpers/meet.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('lab --tcp: its nodes find each other on loopback ports and others can join them', async (context) => {
  const { shell, text, value, failure } = await openShell({ peers: 0 });
  context.after(() => shell.close());
  const { addresses } = await value<{ addresses: { node: string; address: string }[] }>('lab 4 --tcp');
  assert.equal(addresses.length, 4);
  await text('n4: wait peers>=3');
  assert.match(await text('n4: ping n1'), /^n1: 1 sent, 1 received/);
  assert.equal(shell.prompt(), `lab n1 tcp ${shell.node.views.ready()}> `);
  const world = createLiveWorld();
  context.after(() => world.close());
  const [host = '', port = ''] = (addresses[0]?.address ?? '').split(':');
  const guest = await spawn(world, 'guest', { bootstrap: [{ host, port: Number(port) }] });
  await reach(world, 'the lab', () => guest.views.ready() >= 1);
  for (const line of [
    'run 5s',
    'step',
    'back',
    'rewind 1s',
    'label x',
    'branches',
    'diff a b',
    'lab check',
    'lab script',
    'pause',
  ])
    assert.match(
      (await failure(line)).message,
      /needs virtual time: these nodes have real sockets and the wall's clock/,
      line,
    );
  assert.match(
    await text('lab'),
    new RegExp(`^join {7}npm start -- --bootstrap ${addresses[0]?.address} in another terminal$`, 'm'),
  );
  assert.match((await failure('lab 3')).message, /there is a lab of 4 nodes already/);
  await text('lab stop');
  assert.equal(shell.lab, null);
});

test('lab --tcp: a message that is held where it comes is found by the number that held says', async (context) => {
  const { shell, text, value } = await openShell({ peers: 0 });
  context.after(() => shell.close());
  await text('lab 2 --tcp');
  await text('n1: wait peers>=1');
  await text('n2: wait peers>=1');
  await text('break ping & node=n2 & in at recv once');
  const isHeld = new Promise<void>((resolve) => {
    shell.world.tap.onChange(({ kind }) => {
      if (kind === 'held') resolve();
    });
  });
  await text(`n1: order {"kind":"ping","n":${shell.node.views.peers()[0]?.n ?? 1}}`);
  await isHeld;
  const [{ id }] = await value<readonly [{ id: string }]>('held');
  interface Row {
    readonly k: string;
    readonly m: string | null;
    readonly by: string | null;
  }
  const { causes, effects } = await value<{ causes: readonly Row[]; effects: readonly Row[] }>(`why ${id}`);
  assert.deepEqual(
    [causes.at(-1), effects[0]].map((row) => [row?.k, row?.m, row?.by]),
    [
      ['send', id, null],
      ['hold', id, 'k1'],
    ],
  );
  await text('lab stop');
});
