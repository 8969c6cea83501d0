/** Messages in hand through the shell: what each command answers, what the prompt and the notices say, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFields, type OpenShell, openShell } from '../../helpers/open-shell.ts';

const FIELDS =
  'id node n direction peer type line original fate blockedBy by sinceMs dueMs copies isOvertaken why'.split(' ');

/** Id of the only message in hand. */
function taken({ world }: OpenShell): string {
  const [one, ...others] = world.tap.held();
  assert.ok(one !== undefined && others.length === 0);
  return one.id;
}

test('break: holds a message, the prompt says so, deliver lets it go on', async () => {
  const scene = await openShell({ peers: 1 });
  const { text, shell, printed, node, pass } = scene;
  const prompt = shell.prompt();
  assert.equal(await text('break ping at send once'), 'k1 ping at send once');
  assert.match(await text('breaks'), /k1 +0 +- +ping at send once/);
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  assert.equal(shell.prompt(), prompt.replace('>', ' held 1>'));
  const id = taken(scene);
  assert.match(printed.join('\n'), new RegExp(`^\\| ${id} n1 > #1 [0-9a-f]{8} ping held by k1$`));
  assert.match(await text('held'), /m\d+ +held +n1 > #1 [0-9a-f]{8} +ping/);
  assert.match(await text('breaks'), /k1 +1 +- +ping at send once \(over\)/);
  assert.match(await text(`deliver ${id}`), /^m\d+ n1 > #1 [0-9a-f]{8} ping: delivered$/);
  assert.equal(shell.prompt(), prompt);
  assert.match(await text('held'), /^nothing is held/);
});

test('held and show: --json has every field', async () => {
  const scene = await openShell({ peers: 1 });
  const { value, node, pass } = scene;
  await value('break ping at send');
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  const [one] = await value<readonly object[]>('held');
  assertFields(one, FIELDS);
  assertFields(await value(`show ${taken(scene)}`), FIELDS);
});

test('edit, diff, revert and show: what was changed of a message', async () => {
  const scene = await openShell({ peers: 1 });
  const { text, node, pass } = scene;
  await text('break body.msgtype=one at send');
  node.order({ kind: 'send-line', n: 1, line: '{"msgtype":"one"}' });
  await pass(100);
  const id = taken(scene);
  assert.equal(await text(`diff ${id}`), `${id} "one" is as it was`);
  await text(`edit ${id} body.msgtype=two`);
  assert.match(await text(`diff ${id}`), /- body.msgtype="one"\n\+ body.msgtype="two"$/);
  assert.match(await text(`show ${id}`), /was \{"msgtype":"one"\}\n\{"msgtype":"two"\}$/);
  await text(`revert ${id}`);
  assert.equal(await text(`diff ${id}`), `${id} "one" is as it was`);
  assert.match(await text(`dup ${id} 2`), /held, goes on 3 times$/);
  assert.match(await text(`delay ${id} 1s`), /held, goes on 3 times in 1s$/);
  assert.match(await text('held'), /held, x3/);
  await pass(1_100);
  assert.match(await text('held'), /^nothing is held/);
});

test('drop: m17 is a message, everything else a peer', async () => {
  const scene = await openShell({ peers: 1 });
  const { text, node, pass, failure } = scene;
  await text('break ping at send once');
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  const id = taken(scene);
  assert.match(await text(`drop ${id}`), /m\d+ .* ping: dropped \(impossible on real TCP, done above it\)$/);
  assert.equal(node.views.ready(), 1);
  assert.match(await text(`resend ${id}`), /^m\d+ /);
  assert.match((await failure(`drop ${id}`)).message, /dropped already; resend m\d+/);
  assert.match((await failure('drop m7')).message, /no message m7; nothing is held/);
  assert.match(await text('drop #1'), /^dropped /);
});

test('inject: the core hears a line that nobody sent', async () => {
  const { text, node } = await openShell({ peers: 1 });
  const before = node.views.peer(1)?.counts.received['pong'] ?? 0;
  assert.match(await text('inject #1 {"msgtype":"pong"}'), /^heard from [0-9a-f]{8} \(#1\)$/);
  assert.equal(node.views.peer(1)?.counts.received['pong'], before + 1);
});

test('break: rules that act by themselves tell what they did', async () => {
  const { text, node, pass, printed } = await openShell({ peers: 1 });
  await text('break ping at send once do drop');
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  assert.match(printed.join('\n'), /ping dropped by k1 \(impossible on real TCP, done above it\)$/);
  assert.match(await text('break rm k1'), /^ended k1 ping at send once do drop$/);
  assert.equal(await text('breaks'), 'no rules; break hello makes one');
  assert.equal(await text('unbreak'), 'no rules');
});

test('in hand: wrong input is one line that says what to type', async () => {
  const { failure } = await openShell({ peers: 1 });
  for (const [line, said] of [
    ['break', /^usage: break EXPR/],
    ['break helo', /did you mean hello/],
    ['break hello do sing', /no verdict "sing"; there are pass/],
    ['break hello at home', /at takes send or recv/],
    ['unbreak k4', /no rule k4; there is none/],
    ['show m1', /no message m1; nothing is held/],
    ['show', /^usage: show MESSAGE/],
    ['edit', /^usage: edit MESSAGE/],
    ['edit m1', /no message m1/],
    ['edit m1 body.x=1', /no message m1/],
    ['deliver', /^usage: deliver/],
    ['deliver m1 at 5s', /^usage: deliver/],
    ['delay m1', /^usage: delay/],
    ['dup m1 0', /^usage: dup/],
    ['resend', /^usage: resend/],
    ['inject #1', /^usage: inject ID JSON/],
    ['inject #1 ping', /^not JSON: at column 1 of it a value should stand; such as inject #1 \{"msgtype":"ping"\}$/],
    ['inject #1 {"msgtype":"ping",}', /^not JSON: at column 19 of it a name in double quotes should stand; such as /],
    ['diff m1', /no message m1/],
  ] as const)
    assert.match((await failure(line)).message, said, line);
});

test('in hand: half a line of JSON names the column, and the message stays as it was', async () => {
  const scene = await openShell({ peers: 1 });
  const { text, failure, value, node, pass } = scene;
  await text('break ping at send');
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  const id = taken(scene);
  const before = await value<readonly [{ line: string }]>('held');
  assert.equal(
    (await failure(`edit ${id} {"msgtype":"pong"`)).message,
    `not JSON: at column 18 of it , or } should stand; such as edit ${id} {"msgtype":"ping"}`,
  );
  assert.deepEqual((await value<readonly [{ line: string }]>('held'))[0].line, before[0].line);
  assert.equal((await text(`delay ${id} 2s`)).replace(/ n1 .*:/, ''), `${id} held, goes on in 2s`);
});

test('help: break lists the commands of messages in hand', async () => {
  const { text } = await openShell({ peers: 0 });
  const help = await text('help break');
  for (const word of ['held', 'edit', 'deliver', 'resend', 'inject'])
    assert.match(help, new RegExp(`^  ${word} `, 'm'));
});

test('Tab: offers held messages, rules and the words of a rule', async () => {
  const scene = await openShell({ peers: 1 });
  const { tab, text, node, pass } = scene;
  await text('break ping at send');
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  assert.deepEqual(tab('deliver ').candidates, [taken(scene), 'all']);
  assert.deepEqual(tab('unbreak ').candidates, ['k1', 'all']);
  assert.ok(tab('break hello ').candidates.includes('once'));
  assert.ok(tab('drop m').candidates.includes(taken(scene)));
});

test('in hand: notices under --json name the message and the peer', async () => {
  const scene = await openShell({ peers: 1, json: true });
  const { value, node, pass, printed, others } = scene;
  await value('break ping at send once');
  node.order({ kind: 'ping', n: 1 });
  await pass(100);
  const notice = printed
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((one) => one['event'] === 'hand');
  assert.deepEqual(
    ['change', 'message', 'id', 'by', 'type'].map((name) => notice?.[name]),
    ['held', taken(scene), others[0]?.state.id, 'k1', 'ping'],
  );
});
