/** What is said above the prompt: one line for each thing worth a line, and no more of them than a person wants. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';
import { openShell } from '../helpers/open-shell.ts';

const ID = '5f0c2a9e-0000-4000-8000-000000000000';
const about = { n: 9, id: ID, address: '203.0.113.9:5999', dir: 'inbound' } as const;
const closed = { kind: 'closed', ...about, by: 'us', said: null, wasReady: true, ageUs: 1 } as const;

test('notices: each is one line that says who and why', async () => {
  const { shell, node, printed, value } = await openShell({ peers: 0 });
  await value('events all');
  const table: [NodeEvent, string | null][] = [
    [{ kind: 'flood', ...about }, '! 5f0c2a9e 203.0.113.9:5999 sends more than it may and is held back'],
    [
      { ...closed, reason: 'flood' },
      '- 5f0c2a9e inbound 203.0.113.9:5999: it sent more than it may for most of a minute',
    ],
    [
      { ...closed, reason: 'evicted' },
      '- 5f0c2a9e inbound 203.0.113.9:5999: made room for a peer from another network',
    ],
    [{ ...closed, reason: 'banned' }, '- 5f0c2a9e inbound 203.0.113.9:5999: banned by hand'],
    [
      { kind: 'refused', address: '203.0.113.9:1', reason: 'ip-full', count: 1 },
      '! refused 203.0.113.9:1: its IP holds as many connections as one may',
    ],
    [
      { kind: 'refused', address: '203.0.113.9:1', reason: 'ip-pace', count: 70 },
      '! refused 70 connections, the last from 203.0.113.9:1: its IP connects too often',
    ],
    [
      { kind: 'self', ...about, address: '127.0.0.1:5997' },
      '> Connected to myself (127.0.0.1:5997): our own address, not dialled again',
    ],
    // Whoever only visits, or finds all places taken, was never a peer.
    [{ ...closed, wasReady: false, reason: 'visit' }, null],
    [{ ...closed, wasReady: false, reason: 'full' }, null],
    [{ ...closed, reason: 'duplicate' }, null],
    // Whoever ends the node knows.
    [{ ...closed, reason: 'stopping' }, null],
    [
      { kind: 'dialing', attempt: 1, address: '203.0.113.9:5999', via: 'feeler' },
      '> visiting 203.0.113.9:5999 to see whether it works',
    ],
  ];
  for (const [event, line] of table) {
    printed.length = 0;
    shell.notices.replay(node, event);
    assert.deepEqual(printed, line === null ? [] : [line]);
  }
});

test('notices: visits are not told unless dials are', async () => {
  const { shell, node, printed } = await openShell({ peers: 0 });
  shell.notices.replay(node, { kind: 'dialing', attempt: 1, address: '203.0.113.9:5999', via: 'dialback' });
  shell.notices.replay(node, { kind: 'hello-received', ...about });
  shell.notices.replay(node, { ...closed, wasReady: false, reason: 'visit' });
  assert.deepEqual(printed, []);
});

test('notices: a peer that is full is told once, however often it is tried, and again when it has kept us', async () => {
  const { world, node, printed, value, pass } = await openShell({ peers: 0 });
  const settings = { 'peers.max': 1, 'peers.inbound': 1, 'evict.grace': 3_600_000_000 };
  const full = await spawn(world, 'n7', { settings });
  const first = await spawn(world, 'n8', { bootstrap: [placeOf(full)], settings: { 'gossip.dial': false } });
  await reach(world, 'the first peer', () => full.views.ready() === 1);
  const { host, port } = placeOf(full);
  await value('set gossip.dial off');
  await value(`bootstrap add ${host}:${port}`);
  await pass(60_000);
  const id = full.state.id.slice(0, 8);
  assert.ok((node.state.reasons.get('bye') ?? 0) > 5);
  assert.deepEqual(printed, [
    `+ ${id} outbound ${host}:${port} "peersh/test"`,
    `- ${id} outbound ${host}:${port}: the peer said bye "full"`,
  ]);
  await first.stop();
  await pass(60_000);
  assert.equal(node.views.ready(), 1);
  assert.deepEqual(printed.slice(2), [`+ ${id} outbound ${host}:${port} "peersh/test"`]);
  await full.stop();
  await pass(1_000);
  assert.deepEqual(printed.slice(3), [`- ${id} outbound ${host}:${port}: the peer said bye "stopping"`]);
});
