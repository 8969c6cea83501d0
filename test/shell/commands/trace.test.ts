/** `trace` and `untrace`: which messages are shown, how, and that it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('trace: shows what passes in both directions until untrace', async () => {
  const { value, text, printed, others } = await openShell({ peers: 1 });
  assert.deepEqual(await value('trace'), { on: ['all'] });
  await value('ping #1');
  const id = (others[0]?.state.id ?? '').slice(0, 8);
  const lines = printed.filter((line) => /^[<>] #1 /.test(line));
  assert.match(lines[0] ?? '', new RegExp(`^> #1 ${id} ping nonce=`));
  assert.match(lines[1] ?? '', new RegExp(`^< #1 ${id} pong nonce=`));
  assert.equal(await text('untrace'), 'tracing nothing');
  printed.length = 0;
  await value('ping #1');
  assert.deepEqual(
    printed.filter((line) => /^[<>] /.test(line)),
    [],
  );
});

test('trace: a peer, a direction, types and the exact lines', async () => {
  const { value, text, printed } = await openShell();
  assert.equal(await text('trace #1 in pong,addr --lines'), 'tracing #1 in pong addr --lines; untrace ends it');
  await value('ping all');
  const lines = printed.filter((line) => /^[<>] /.test(line));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^< #1 [0-9a-f]{8} \{"msgtype":"pong","nonce":\d+\}$/);
  assert.deepEqual(await value('trace in ping'), { on: ['#1 in pong addr --lines', 'all in ping'] });
  assert.deepEqual(await value('trace in ping'), { on: ['#1 in pong addr --lines', 'all in ping'] });
  assert.deepEqual(await value('untrace #1'), { on: ['all in ping'] });
});

test('trace: all shows the handshake of a connection to come', async () => {
  const { text, printed, value } = await openShell({ peers: 1 });
  await value('drop #1');
  await text('monitor all hello');
  await value('connect 10.0.0.2:5999');
  assert.deepEqual(
    printed.filter((line) => /^[<>] /.test(line)).map((line) => line[0]),
    ['>', '<'],
  );
});

test('trace: under --json a line is one value with the fields of every notice', async () => {
  const { value, printed } = await openShell({ peers: 1, json: true });
  await value('trace out ping');
  await value('ping #1');
  const notice = JSON.parse(printed[0] ?? '') as Record<string, unknown>;
  assert.deepEqual(Object.keys(notice), ['event', 'atMs', 'id', 'address', 'reason', 'n', 'dir', 'type', 'line']);
  assert.deepEqual([notice['event'], notice['n'], notice['dir'], notice['type']], ['line', 1, 'sent', 'ping']);
});

test('trace: an unknown peer or type is one line', async () => {
  const { failure } = await openShell({ peers: 1 });
  assert.equal((await failure('trace pingg')).code, 'no-such-peer');
  assert.equal((await failure('trace --line')).message, 'unknown option --line; did you mean --lines?');
  assert.match((await failure('untrace a b')).message, /^usage: untrace/);
});

test('trace: an expression, also of events, with the column of what is wrong and a suggestion', async () => {
  const { text, value, printed, failure } = await openShell({ peers: 2 });
  assert.equal(
    await text('trace type=ping & conn=2 & dir=out'),
    'tracing type=ping & conn=2 & dir=out; untrace ends it',
  );
  printed.length = 0;
  await value('ping all');
  assert.deepEqual(
    printed.filter((line) => /^[<>*] /.test(line)).map((line) => line.slice(0, 4)),
    ['> #2'],
  );
  await text('untrace');
  await text('trace kind=pong | type=bye');
  printed.length = 0;
  await value('ping #1');
  assert.match(printed.filter((line) => /^[<>*] /.test(line)).join(), /^\* pong [0-9.]+ ms, asked by a command$/);
  const wrong = await failure('trace tpye=ping');
  assert.equal(wrong.message, 'unknown field "tpye" at column 1; did you mean type?');
  assert.deepEqual(wrong['near'], ['type']);
  assert.match((await failure('trace type=pingg')).message, /^type is never "pingg" at column 6; did you mean ping/);
  assert.equal(
    await text('trace (ping | pong) & in'),
    'tracing kind=pong | type=bye; (ping | pong) & in; untrace ends it',
  );
  assert.match((await failure('trace (ping')).message, /^the expression ends where \) is wanted at column 6$/);
});

test('trace: in a lab an expression is about every node, words alone about the one you are at', async () => {
  const { text, printed } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 2s');
  await text('trace from=n3 & to=n2');
  printed.length = 0;
  await text('n3: ping n2');
  await text('n3: ping n1');
  const lines = printed.filter((line) => /(?:^|: )[<>] /.test(line));
  assert.deepEqual(
    lines.map((line) => line.replace(/ #\d+ (n\d) /, ' $1 ').replace(/ nonce=\d+/, '')),
    ['n3: > n2 ping', 'n2: < n3 ping'],
  );
  await text('untrace');
  await text('trace pong');
  printed.length = 0;
  await text('n3: ping n2');
  assert.deepEqual(
    printed.filter((line) => /[<>] /.test(line)),
    [],
  );
});

test('trace: Tab offers fields, then the values of one', async () => {
  const { tab } = await openShell({ peers: 1 });
  assert.ok(tab('trace ty').candidates.includes('type'));
  assert.deepEqual(tab('trace type=pi').candidates, ['type=ping']);
  assert.ok(tab('trace in ').candidates.includes('&'));
  assert.ok(tab('wait pee').candidates.includes('peers>='));
});

test('trace: what a fault does to a message is shown beside the message, and a rule that tells itself is not told twice', async () => {
  const { text, printed } = await openShell({ peers: 0 });
  await text('lab 2');
  await text('run 2s');
  await text('trace type=ping & from=n1');
  await text('fault byzantine n1 silent');
  await text('n1: order {"kind":"ping","n":1}');
  await text('run 1s');
  assert.match(printed.join('\n'), /^> #1 n2 m\d+ drop by f1 ping nonce=/m);
  await text('heal all');
  printed.length = 0;
  await text('break ping & from=n1 do drop');
  await text('n1: order {"kind":"ping","n":1}');
  await text('run 1500ms');
  assert.equal(printed.filter((line) => /ping/.test(line) && /k1/.test(line)).length, 1, printed.join('\n'));
  await text('untrace');
  await text('unbreak');
  await text('fault byzantine n1 silent');
  printed.length = 0;
  await text('n1: order {"kind":"ping","n":1}');
  await text('run 1500ms');
  assert.ok(!printed.some((line) => line.includes('drop')), printed.join('\n'));
});

test('trace: only the verdicts that were asked for are shown', async () => {
  const { text, printed } = await openShell({ peers: 0 });
  await text('lab 2');
  await text('run 2s');
  await text('trace kind=dup & by=f1');
  await text('fault dup 100% on n1>n2');
  await text('n1: order {"kind":"ping","n":1}');
  await text('run 1s');
  const lines = printed.filter((line) => /^[<>] #/.test(line));
  assert.ok(lines.length > 0);
  assert.ok(
    lines.every((line) => /^> #1 n2 m\d+\.2 dup by f1 /.test(line)),
    lines.join('\n'),
  );
});
