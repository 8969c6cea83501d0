/** What a peer says is shown, never obeyed (rules 60 and 61): escape sequences, line ends, direction marks and floods, wherever the shell shows them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { World } from '../../src/core/world.ts';
import { completeLine } from '../../src/shell/complete.ts';
import type { Shell } from '../../src/shell/shell.ts';
import { createLiveWorld } from '../../src/worlds.ts';
import { liveShell } from '../helpers/live-shell.ts';
import { reach, spawn } from '../helpers/meet.ts';
import { RawPeer } from '../helpers/raw-peer.ts';

const HOSTILE = '\x1b[2J\x1b]0;owned\x07\r\n\u202eevil\u2028\u009b31m\u{1f4a9}\0';
const ID = '5f0c2a9e-0000-4000-8000-000000000000';

interface Hostile {
  readonly world: World;
  readonly shell: Shell;
  readonly printed: string[];
  readonly peer: RawPeer;
  readonly text: (line: string) => Promise<string>;
}

async function openHostile(context: TestContext, json = false): Promise<Hostile> {
  const world = createLiveWorld();
  context.after(() => world.close());
  const node = await spawn(world, 'n1');
  const printed: string[] = [];
  const shell = liveShell(world, node, { json, interactive: true });
  shell.notices.start();
  shell.printTo((line) => void printed.push(line));
  const peer = await RawPeer.dial(node.state.listening[0]?.text ?? '');
  context.after(() => peer.kill());
  const text = async (line: string) => {
    const result = await shell.run(line);
    return result.kind === 'more' ? '' : result.text;
  };
  return { world, shell, printed, peer, text };
}

const hello = { msgtype: 'hello', nodeid: ID, agent: `${HOSTILE}${'x'.repeat(64)}`.slice(0, 64) };

function assertHarmless(text: string, isOneLine = true): void {
  const pattern = isOneLine ? /[^\x20-\x7e]/ : /[^\x20-\x7e\n]/;
  assert.ok(!pattern.test(text), JSON.stringify(text));
}

test('hostile: an agent, an unknown msgtype, garbage and a bye reason are harmless wherever they are shown', async (context) => {
  const { world, shell, printed, peer, text } = await openHostile(context);
  await text('events all');
  await text('trace all');
  await text('trace all --lines');
  peer.write(hello);
  await reach(world, 'the peer', () => shell.node.views.ready() === 1);
  peer.write({ msgtype: HOSTILE }, `{"msgtype":"${HOSTILE.replace('\n', '')}`, Buffer.from([0xff, 0x1b, 0x5b, 0x4a]));
  peer.write({ msgtype: 'ping', nonce: HOSTILE }, { msgtype: 'addr', peers: [[HOSTILE, HOSTILE]] });
  await reach(world, 'the strikes', () => (shell.node.views.peer(1)?.strikes ?? 0) >= 2);
  assert.equal(shell.node.views.peer(1)?.agent, hello.agent);
  for (const line of ['peers -v', 'peer #1', 'stats', 'addrs', 'status']) assertHarmless(await text(line), false);
  assert.match(await text('peers -v'), /\\u\{1b\}\[2J\\u\{1b\}\]0;owned\\u\{7\}/);
  await text('ping zz');
  assertHarmless(await text('wtf'), false);
  for (const line of ['drop ', 'connect ', 'trace ', 'node.peers.'])
    for (const candidate of completeLine(shell, line).candidates) assertHarmless(candidate);
  assertHarmless(await text('[...node.sessions.values()].map((one) => one.agent)'), false);
  peer.write({ msgtype: 'bye', reason: HOSTILE });
  peer.end();
  await reach(world, 'the end', () => shell.node.views.ready() === 0);
  assertHarmless(await text('peer #1'), false);
  assert.match(await text('peer #1'), /by them: the peer said bye \[bye\] "\\u\{1b\}/);
  assertHarmless(await text('ping #1'));
  assert.ok(printed.some((line) => line.startsWith('+ ')) && printed.some((line) => line.startsWith('- ')));
  assert.ok(printed.some((line) => line.includes('unknown msgtype')));
  for (const line of printed) assertHarmless(line);
});

test('hostile: under --json what is on the screen is one line of JSON each', async (context) => {
  const { world, shell, printed, peer } = await openHostile(context, true);
  await shell.run('trace all');
  await shell.run('events all');
  peer.write(hello, { msgtype: HOSTILE }, '{');
  await reach(world, 'the peer', () => printed.some((line) => line.includes('"unknown"')));
  for (const line of printed) {
    assert.ok(!/[\n\r]/.test(line), line);
    assert.match(line, /^[\x20-\x7e]*$/);
    assert.equal(typeof (JSON.parse(line) as { event: unknown }).event, 'string');
  }
});

test('hostile: what is no line of the protocol closes the connection with a reason, and the node goes on', async (context) => {
  const { world, shell, printed, peer, text } = await openHostile(context);
  peer.write('GET / HTTP/1.1', HOSTILE);
  await reach(world, 'the end', () => shell.node.views.gone().length === 1);
  assert.match(await text('peer #1'), /^closed {5}.* by us: what came is not JSON \[not-json\]$/m);
  assertHarmless(await text('peer #1'), false);
  assert.deepEqual(printed, []);
  assert.equal(await text('1 + 1'), '2');
});

test('hostile: a greeting that is none is told in one line to those who want to hear of floods', async (context) => {
  const { world, shell, printed, peer, text } = await openHostile(context);
  await text('events flood');
  peer.write('[1,2]', HOSTILE);
  await reach(world, 'the end', () => shell.node.views.gone().length === 1);
  assert.equal(printed.length, 1);
  assert.match(printed[0] ?? '', /^! refused 127\.0\.0\.1:\d+: what came is not a JSON object$/);
});

test('hostile: a peer that is killed is gone with a reason', async (context) => {
  const { world, shell, printed, peer, text } = await openHostile(context);
  peer.write(hello);
  await reach(world, 'the peer', () => shell.node.views.ready() === 1);
  peer.kill();
  await reach(world, 'the end', () => shell.node.views.ready() === 0);
  assert.match(printed.at(-1) ?? '', /^- 5f0c2a9e inbound 127\.0\.0\.1:\d+: the connection was reset$/);
  assert.match(await text('ping 5f0c'), /is gone \(the connection was reset, \d+m?s ago\); peer #1 tells more$/);
});

test('hostile: what a user types is shown harmless in errors, too', async (context) => {
  const { text } = await openHostile(context);
  for (const line of [
    'ping "\x1b[2J"',
    'help "\x1b[2J"',
    'set "\x1b[2J"',
    'listen "\x1b[2J":1',
    'peers "\x1b[2J"',
    'peers --\x1b[2J',
  ])
    assertHarmless(await text(line));
});
