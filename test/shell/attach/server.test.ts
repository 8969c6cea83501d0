/** How the control socket closes, with clients of this process: whoever has a shell hears why, whoever has none yet is not waited for. */
import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { NEWS_BYTES_MAX } from '../../../src/shell/attach/limits.ts';
import { type Control, openControl } from '../../../src/shell/attach/server.ts';
import type { Shell } from '../../../src/shell/shell.ts';
import { RawClient, runtimeFolder } from '../../helpers/control.ts';
import { openShell } from '../../helpers/open-shell.ts';

const NODE = {
  ...{ id: 'abc', address: null, pid: process.pid, peers: 0, uptimeMs: 0, version: '0.1.0' },
  ...{ isHeadless: true, shells: 0 },
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function openOn(context: TestContext, shell: Shell): Promise<Control> {
  const stop = () => assert.fail('nobody typed shutdown');
  return openControl({ facts: () => NODE, openShell: () => Promise.resolve(shell), stop }, [runtimeFolder(context)]);
}

/** Stops the node in the moment in which somebody has connected and is not taken in yet. */
async function closeOnArrival(context: TestContext, control: Control): Promise<RawClient> {
  // No limit ends a connection for us.
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let client: RawClient | null = null;
  const arrival = channel('net.server.socket');
  await new Promise<void>((resolve) => {
    const onArrival = () => {
      arrival.unsubscribe(onArrival);
      void control.close().then(resolve);
    };
    arrival.subscribe(onArrival);
    client = new RawClient(control.path);
  });
  return client ?? assert.fail('nobody came');
}

const isGone = async (client: RawClient) => {
  while (!client.isClosed) await turn();
};

test('control socket: a client that has much to read when the node stops is given all of it and the reason', async (context) => {
  const { shell } = await openShell({ peers: 0 });
  const control = await openOn(context, shell);
  const slow = await RawClient.attach(control.path);
  slow.socket.pause();
  const lines = Array.from({ length: 1_000 }, (_, at) => `${at} ${'x'.repeat(1_000)}`);
  for (const line of lines) shell.print(line, true);
  // What it asks waits until it has read, so that the node reads no more of it.
  slow.send({ kind: 'complete', id: 1, line: 'pee' });
  for (let at = 0; at < 50; at += 1) await turn();
  assert.ok(slow.socket.bytesRead < NEWS_BYTES_MAX, 'it has not read it yet');
  const closing = closeOnArrival(context, control);
  while (existsSync(control.path)) await turn();
  slow.socket.resume();
  await closing;
  await isGone(slow);
  assert.deepEqual(
    slow.replies.flatMap((reply) => (reply.kind === 'line' ? [reply.text] : [])),
    lines,
  );
  assert.deepEqual(slow.replies.at(-1), { kind: 'end', why: 'stopped' });
});

test('control socket: a client that is not taken in yet when the node stops does not keep it', {
  timeout: 20_000,
}, async (context) => {
  const { shell } = await openShell({ peers: 0 });
  const control = await openOn(context, shell);
  const client = await closeOnArrival(context, control);
  await isGone(client);
  assert.deepEqual(client.replies, []);
  assert.equal(control.shells, 0);
  assert.equal(existsSync(control.path), false);
});
