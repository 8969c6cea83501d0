/** What is expected of a lab: verdicts, the event that decided them, and what a mistake says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface Row {
  readonly expect: string;
  readonly verdict: string;
  readonly node: string;
  readonly event: { readonly index: number; readonly atMs: number; readonly text: string } | null;
}

test('expect: never fails at the very event that it names, and not before', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 5s');
  await text('expect never type=pong & from=n3');
  await text('run 20s');
  assert.match(await text('report'), /^ {2}open {5}never type=pong & from=n3$/);
  await text('run 120s');
  const { expectations } = (await failure('report')) as unknown as { expectations: Row[] };
  const [{ verdict, event } = { verdict: '', event: null }] = expectations;
  assert.equal(verdict, 'fail');
  await text(`rewind #${event?.index}`);
  await text('back');
  const [step] = (await value<{ events: { type: string; peer: string; index: number }[] }>('step')).events;
  assert.deepEqual([step?.type, step?.peer, step?.index], ['pong', 'n3', event?.index]);
});

test('expect: always asks from its line on, states at once', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('expect always peers>=2');
  assert.match((await failure('report')).message, /^1 expectation of 1 failed, first always peers>=2$/);
  await text('run 5s');
  await text('n2: expect always n2.peers>=2');
  await text('drop n2');
  const { expectations } = (await failure('report')) as unknown as { expectations: Row[] };
  assert.deepEqual(
    expectations.map(({ verdict }) => verdict),
    ['fail', 'open'],
  );
  await text('run 1s');
  const later = (await failure('report')) as unknown as { expectations: Row[] };
  assert.equal(later.expectations[1]?.verdict, 'fail');
  assert.equal(later.expectations[1]?.node, 'n2');
});

test('expect: what an order or a fault does is told as the input that did it', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3 topology=line');
  await text('run 5s');
  await text('expect never kind=dialing & node=n1');
  await text('expect always converged()');
  await text('connect n3');
  const { expectations } = (await failure('report')) as unknown as { expectations: Row[] };
  assert.match(expectations[0]?.event?.text ?? '', /^#\d+ 5s n1 is told: connect 10\.0\.0\.3:5999$/);
  assert.equal(expectations[1]?.verdict, 'open');
});

test('expect: eventually passes once it held, fails when its time is over, and not a moment before', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('expect eventually converged() within 5s');
  await text('expect eventually peers>=4 within 5s');
  await text('run 5s');
  const verdicts = async () => (await value<{ verdict: string }[]>('report')).map(({ verdict }) => verdict);
  assert.deepEqual(await verdicts(), ['pass', 'open']);
  await text('run 60s');
  await assert.rejects(verdicts(), /it did not come true until 5s|1 expectation of 2 failed/);
});

test('expect: a plain one asks now, and counts what was before', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  await text('expect peers=2');
  assert.equal((await value<Row>('expect count(hello) > 0')).verdict, 'pass');
  assert.equal((await value<Row>('expect count(hello) > 100')).verdict, 'fail');
  await text('expect never count(hello) > 0');
  await text('run 1s');
  const { expectations } = (await failure('report')) as unknown as { expectations: Row[] };
  assert.deepEqual(
    expectations.map(({ verdict }) => verdict),
    ['pass', 'pass', 'fail', 'open'],
  );
});

test('expect: a rewind ends what is open, since what was seen is no past of where one is', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  await text('expect always converged()');
  await text('expect peers=2');
  await text('rewind 3s');
  const rows = await value<{ verdict: string; why: string | null }[]>('report');
  assert.deepEqual(
    rows.map(({ verdict }) => verdict),
    ['unknown', 'pass'],
  );
  assert.match(rows[0]?.why ?? '', /taken back/);
});

test('expect: what is wrong is one line with the nearest right word', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.match((await failure('expect peers>=2')).message, /^no lab here/);
  await text('lab 3');
  assert.match(await text('report'), /^nothing is expected/);
  const refused: [string, RegExp][] = [
    ['expect', /^usage: expect /],
    ['expect always', /^usage: expect /],
    ['expect never type=pnig', /never "pnig" at column 6; did you mean ping\?$/],
    ['expect always conected(n1,n2)', /^unknown function "conected" at column 1; did you mean connected/],
    ['expect eventually peers>=2 within 5x', /^"5x" is not a duration/],
    ['expect connected(n1,n7)', /^no node "n7"/],
    ['expect type=ping', /^type is about what happens/],
  ];
  for (const [line, message] of refused) {
    const { code, message: said } = await failure(line);
    assert.match(said, message, line);
    assert.equal(code, 'usage', line);
  }
  assert.match(await text('report'), /^nothing is expected/);
});

test('expect: what cannot be decided yet says that it is open', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  for (const wanted of ['never type=bye', 'always peers<=2', 'eventually peers>=2 within 5s'])
    assert.equal(await text(`expect ${wanted}`), `  open     ${wanted}`);
  assert.equal((await value<Row>('expect never type=ping')).verdict, 'open');
  assert.equal(
    await text('expect eventually peers=0'),
    '  pass     eventually peers=0',
    'what is decided says its verdict',
  );
});

test('expect, run until: a path that no state has is named with the nearest one, and no time passes', async () => {
  const { shell, text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  const refused: [string, RegExp][] = [
    ['run until state.peerz.size>1', /^state has no "peerz" at column 1; did you mean state\.peers\?$/],
    ['expect always state.settings.pingg=1', /^state\.settings has no "pingg"/],
    ['expect n1.state.peerz.size=1', /did you mean n1\.state\.peers\?$/],
    [
      'loss 5% until n1.state.peerz.size>1',
      /^loss: n1\.state has no "peerz" at column 1; did you mean n1\.state\.peers\?$/,
    ],
    ['break n1.state.peerz.size>1', /^n1\.state has no "peerz" at column 1; did you mean n1\.state\.peers\?$/],
  ];
  for (const [line, message] of refused) {
    const { code, message: said } = await failure(line);
    assert.match(said, message, line);
    assert.equal(code, 'usage', line);
  }
  assert.equal(shell.prompt(), 'lab n1 0s> ');
  assert.match(await text('report'), /^nothing is expected/);
  assert.equal(
    await text('run until n2.state.peers.size>=2 & state.nextAskAt>0 max 5s').then((said) => said.split('#')[0]),
    'main',
  );
});

test('expressions: wherever one is typed, an unknown word points to the list of those that there are', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  const lines = [
    'run until foo',
    'expect foo',
    'expect never foo',
    'expect eventually foo within 5s',
    'loss 5% until foo',
    'latency 20ms on foo',
    'fault dup 5% on n1<>n2 until foo',
    'break foo',
    'at 5s loss 5% until foo',
    'at 5s break foo',
    'at 5s expect foo',
    'wait foo',
    'log foo',
    'match foo',
  ];
  for (const line of lines)
    assert.match(
      (await failure(line)).message,
      /unknown word "foo" at column \d+; help match lists what there is$/,
      line,
    );
  for (const line of ['loss 5% on typ=ping', 'break typ=ping', 'expect never typ=ping'])
    assert.match((await failure(line)).message, /unknown field "typ" at column \d+; did you mean type\?$/, line);
  for (const line of ['loss 5% until peers>=', 'partition n1', 'crash n9', 'break ping at sned'])
    assert.doesNotMatch((await failure(line)).message, /help match/, line);
});
