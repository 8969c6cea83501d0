/** `why` and `explain`: of an address, a peer and a message, on a node, across a lab and of a file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { openShell } from '../../helpers/open-shell.ts';

interface Chain {
  readonly node: string;
  readonly chain: readonly { node: string; how: string; from: string | null; event: TraceEvent | null }[];
}

test('why: an address leads over addr messages to its own node, in the lab across nodes', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 30 topology=line gossip.dial=off');
  await text('run 300s');
  const { chain } = await value<Chain>('n5: why 10.0.0.8:5999');
  assert.deepEqual(
    chain.map(({ node }) => node),
    ['n5', 'n6', 'n7'],
  );
  assert.deepEqual(
    chain.map(({ how }) => how),
    ['told', 'told', 'met'],
  );
  const [head] = (await text('n5: why 10.0.0.8:5999')).split('\n');
  assert.match(
    head ?? '',
    /^n5 knows 10\.0\.0\.8:5999 <- addr m\d+ from n6 <- addr m\d+ from n7 <- n8 said so on a connection with n7$/,
  );
  assert.match(await text('n1: why 10.7.7.7:1'), /^nothing that is recorded tells that n1 knows 10\.7\.7\.7:1$/);
});

test('why: an address that a command brought leads to the command', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4 topology=line gossip.dial=off');
  await text('run 1s');
  await text('n1: connect n4');
  const { chain } = await value<Chain>('n1: why 10.0.0.4:5999');
  assert.deepEqual(
    chain.map(({ how }) => how),
    ['command'],
  );
});

test('why: a peer, with what was refused and why, and what set it going', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  await text('n2: drop n3');
  await text('run 5s');
  const lines = await text('n2: why n3');
  assert.match(lines, /^n3 is not a peer of n2:$/m);
  assert.match(lines, /n2 closed it: dropped by hand \[dropped\], because n2 was told to drop #\d+$/m);
  assert.match(lines, /another connection to the same peer is kept \[duplicate\]/);
  const { connected, events } = await value<{ connected: boolean; events: TraceEvent[] }>('n1: why n3');
  assert.equal(connected, true);
  assert.ok(events.every(({ n }) => n === 'n1'));
  assert.match(await text('n1: why n3'), /^n3 is a peer of n1:$/m);
});

test('why: a message leads back to the command that sent it, and on to what came of it', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 2s');
  await text('n1: ping n2');
  const [order] = await value<TraceEvent[]>('log kind=order');
  const [ping] = (await value<TraceEvent[]>('log ping & out & node=n1 -n 1')).filter(({ cause }) => cause === order?.i);
  const answer = await value<{ causes: TraceEvent[]; effects: TraceEvent[] }>(`why ${ping?.m}`);
  assert.deepEqual(
    answer.causes.map(({ k }) => k),
    ['order', 'send'],
  );
  assert.deepEqual(
    answer.effects.map(({ k, n, type }) => `${k} ${n} ${type}`),
    ['recv n2 ping', 'send n2 pong', 'recv n1 pong', 'pong n1 null'],
  );
  assert.match(await text(`why ${ping?.m}`), /^#\d+ 2\.0+s n1 order ping #\d+$/m);
});

test('why and explain: of a live node by id, number and address, and the same from a file', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-why-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const { text, value, others } = await openShell({ peers: 1 });
  await text(`record ${folder}/live.jsonl`);
  await text('drop #1');
  await text('connect 10.0.0.2:5999');
  await text('ping all');
  const story = await text('explain n2');
  assert.match(
    story,
    /^\d+\.\d{3}s n1 dialled n2 at 10\.0\.0\.2:5999 by a command, because n1 was told to connect 10\.0\.0\.2:5999$/m,
  );
  assert.match(story, /ms later n2 counted as a peer of n1$/m);
  assert.match(story, /^n1 sent 1 hello, .*; n2 sent 1 hello, /m);
  assert.match(story, /^it is still up$/m);
  assert.equal(await text(`explain ${others[0]?.state.id.slice(0, 6)}`), story);
  assert.equal(await text('explain #2'), story);
  assert.equal(await text('explain 10.0.0.2:5999'), story);
  await text('record stop');
  await text(`replay ${folder}/live.jsonl`);
  assert.equal(await text('explain n2'), story);
  const { events } = await value<{ events: TraceEvent[] }>('why n2');
  assert.ok(events.some(({ k, text: said }) => k === 'closed' && said?.startsWith('dropped') === true));
});

test('why: an address that a rule or a user wrote into a line is not told of whoever sent the line', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4 topology=line gossip.dial=off');
  await text('run 5s');
  await text('n1: inject #1 {"msgtype":"addr","peers":[["10.9.9.9:5999","77d1c0de"]]}');
  assert.match(
    await text('n1: why 10.9.9.9:5999'),
    /^n1 knows 10\.9\.9\.9:5999 <- addr m\d+ as if from n2, injected by user$/m,
  );
  await text('break addr & from=n2 & to=n1 once do edit body.peers=[["10.8.8.8:5999","77d1c0de"]] body.ages=[0]');
  await text('n1: getaddr n2');
  assert.match(await text('n1: why 10.8.8.8:5999'), /^n1 knows 10\.8\.8\.8:5999 <- addr m\d+ from n2, edited by k1$/m);
  assert.deepEqual(
    (await value<Chain>('n1: why 10.8.8.8:5999')).chain.map(({ how, node }) => `${node} ${how}`),
    ['n1 edited'],
  );
});

test('why: a line that was held on its way leads on to where its sender knew it from', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4 topology=line gossip.dial=off');
  await text('run 5s');
  await text('break addr & from=n2 & to=n1 at recv once');
  await text('n1: order {"kind":"getaddr","n":1}');
  await text('run 1s');
  await text('deliver all');
  await text('run 1s');
  assert.deepEqual(
    (await value<Chain>('n1: why 10.0.0.3:5999')).chain.map(({ node, how }) => `${node} ${how}`),
    ['n1 told', 'n2 met'],
  );
});

test('why and explain: what is nothing is one line that says what there is instead', async () => {
  const { text, failure } = await openShell({ peers: 2 });
  assert.match((await failure('why')).message, /^usage: why ADDR\|ID\|m17$/);
  assert.equal((await failure('why m99999')).message, 'no message m99999 is recorded; log type=ping shows some');
  assert.match((await failure('explain')).message, /^usage: explain ID$/);
  for (const line of ['why zz', 'explain zz', 'explain #99', 'explain 99']) {
    const word = line.split(' ')[1];
    const { code, message, near } = await failure(line);
    assert.equal(code, 'no-such-peer');
    assert.equal(message, `nothing is recorded of "${word}" at n1; there are n2, n3`);
    assert.deepEqual(near, ['n2', 'n3']);
  }
  await text('lab 1');
  assert.equal((await failure('why zz')).message, 'nothing is recorded of "zz" at n1; no peer is recorded there yet');
  await text('lab stop');
  await text('lab 2');
  await text('run 1s');
  assert.equal((await failure('why zz')).message, 'nothing is recorded of "zz" at n1; there is n2');
});

test('why and explain: of a peer that only spoke while it was recorded, this is said', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-why-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  await text(`record ${folder}/late.jsonl`);
  await text('n1: ping n2');
  await text('record stop');
  await text(`replay ${folder}/late.jsonl`);
  assert.match(await text('log -n 1'), /^\d+ events in .*, the last 1 shown; \d+ older events are not in the file$/m);
  assert.doesNotMatch(await text('log'), /forgotten/);
  for (const line of ['why n2', 'explain n2']) {
    const { code, message } = await failure(line);
    assert.equal(code, 'no-such-peer');
    assert.match(
      message,
      /^of n2 only messages are recorded at n1, no dial and no hello; \d+ older events are not in the file; log from=n2 shows them$/,
    );
  }
  assert.match(
    (await failure('why m1')).message,
    /^no message m1 is recorded; \d+ older events are not in the file; log type=ping shows some$/,
  );
});

test('explain: what took seconds is told in seconds', async () => {
  const { text } = await openShell({ peers: 0 });
  await text('lab 2 topology=line gossip.dial=off');
  await text('latency 700ms on all');
  await text('run 5s');
  const story = await text('n1: explain n2');
  assert.match(story, /^1\.4 s later n2 said hello$/m);
  assert.doesNotMatch(story, /\d{4,}(?:\.\d+)? ms/);
});

test('why: steps that stand to the right are no wider than the terminal', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  const whole = await text('why m1');
  assert.ok(whole.split('\n').some((line) => line.startsWith('    ') && line.length > 60));
  shell.columns = () => 60;
  const narrow = (await text('why m1')).split('\n');
  assert.equal(narrow.length, whole.split('\n').length);
  for (const line of narrow) assert.ok(line.length < 60, line);
});
