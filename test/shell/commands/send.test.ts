/** `send`: messages made by hand, checked or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('send: a message goes out as it was typed', async () => {
  const { value, text, node, pass } = await openShell({ peers: 1 });
  const line = '{"msgtype": "ping", "nonce": "#x"}';
  const answer = await value<Record<string, unknown>>(`send #1 ${line}`);
  assert.deepEqual(Object.keys(answer), ['id', 'bytes', 'type']);
  assert.deepEqual([answer['bytes'], answer['type']], [line.length + 1, 'ping']);
  await pass(500);
  assert.ok((node.views.peer(1)?.counts.received['pong'] ?? 0) >= 1);
  assert.match(await text('sendmsgtopeer #1 {"msgtype":"hop"}'), /^sent 18 bytes \(hop\) to [0-9a-f]{8} \(#1\)$/);
});

test('send: what is no JSON is refused, --raw sends it', async () => {
  const { failure, value } = await openShell({ peers: 1 });
  assert.match((await failure('send #1 {"msgtype"')).message, /^not JSON: .*; --raw sends text as it is$/);
  const raw = await value<Record<string, unknown>>('send #1 --raw GET / HTTP/1.1');
  assert.deepEqual([raw['bytes'], raw['type']], [15, 'malformed']);
});

test('send: wrong input is one line', async () => {
  const { failure } = await openShell({ peers: 1 });
  for (const line of ['send', 'send #1', 'send #1 --raw', 'send #1 --raw  '])
    assert.match((await failure(line)).message, /^usage: send ID JSON/);
  assert.equal((await failure('send zz {}')).code, 'no-such-peer');
});

test('send, inject: in a lab the name of a node stands for its address, and who is none is told', async () => {
  const { text, failure, value } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 5s');
  assert.match(await text('send n3 {"msgtype":"ping"}'), /^sent 19 bytes \(ping\) to n3 \(#\d+\)$/);
  assert.match(await text('n2: send n4 --raw hello'), /^sent 6 bytes \(malformed\) to n4 \(#\d+\)$/);
  assert.match(await text('inject n3 {"msgtype":"pong"}'), /^heard from n3 \(#\d+\)$/);
  const { id } = await value<{ id: string }>('n2: inject n1 {"msgtype":"ping"}');
  assert.equal(id, (await value<{ nodeId: string }>('n1: status')).nodeId);
  for (const line of ['send n9 {}', 'inject n9 {}'])
    assert.equal((await failure(line)).message, 'no node "n9" in the lab; there are n1 to n4', line);
});

test('listen: a simulated node says that it has one address', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 2');
  assert.equal(
    (await failure('listen 127.0.0.1:0')).message,
    'cannot listen on 127.0.0.1:0: a simulated node has one address',
  );
});
