/** `help`: one screen, one command, settings and reasons. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONS } from '../../../src/core/reasons.ts';
import { FIELDS, KINDS } from '../../../src/query/fields.ts';
import { FUNCTIONS } from '../../../src/query/functions.ts';
import { SETTINGS } from '../../../src/settings.ts';
import { COMMANDS } from '../../../src/shell/commands/index.ts';
import { Shell } from '../../../src/shell/shell.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('help: every command fits one screen of 80 by 24, with the prompt', async () => {
  const { text } = await openShell({ peers: 0 });
  const lines = (await text('help')).split('\n');
  const labLines = (await text('help lab')).split('\n');
  const recordLines = (await text('help log')).split('\n');
  const handLines = (await text('help break')).split('\n');
  assert.ok(handLines.length <= 22, `${handLines.length} lines`);
  const places: Partial<Record<string, readonly string[]>> = { lab: labLines, record: recordLines, hand: handLines };
  assert.ok(labLines.length <= 40, `${labLines.length} lines`);
  assert.ok(lines.length <= 22, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 79, `${line.length}: ${line}`);
  for (const { name, summary, group } of COMMANDS) {
    assert.ok(summary.length <= 24, `${name}: ${summary}`);
    assert.ok(
      (places[group] ?? lines).some((line) => line.includes(`${name} `) && line.includes(summary)),
      name,
    );
  }
});

test('help: a newcomer reads how to look, connect, trace, ping, ask and drop, and what an ID is', async () => {
  const { text } = await openShell({ peers: 0 });
  const help = await text('help');
  for (const words of ['peers ', 'connect HOST:PORT', 'trace ', 'untrace', 'ping ID', 'getaddr ID', 'drop ID'])
    assert.ok(help.includes(words), words);
  for (const more of ['lab', 'log', 'break', 'settings', 'reasons'])
    assert.match(help, new RegExp(`help COMMAND .*\\b${more}\\b`));
  assert.match(help, /ID is #n, the beginning of an id, or host:port/);
});

test('help: of a command is its usage, what it does and its other names; CMD ? is the same', async () => {
  const { text, value } = await openShell({ peers: 0 });
  const help = await text('help ping');
  assert.match(help, /^ping ID\|all \[-c N\] \[-i SECONDS\]\n {2}ask whether/);
  assert.equal(await text('ping ?'), help);
  assert.equal(await text('ping?'), help);
  assert.match(await text('help dial'), /also: dial, addnode$/);
  for (const { name, usage, summary } of COMMANDS) {
    const { commands } = await value<{ commands: object[] }>(`help ${name}`);
    assert.deepEqual(commands, [{ name, usage, summary }]);
    assert.ok(usage.startsWith(name), name);
    for (const line of (await text(`help ${name}`)).split('\n')) assert.ok(line.length <= 120, line);
  }
  assert.deepEqual((await value<{ commands: { name: string }[] }>('help')).commands.length, COMMANDS.length);
});

test('help: settings and reasons list all of them, an unknown command the nearest', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  const settings = await text('help settings');
  for (const key of Object.keys(SETTINGS)) assert.ok(settings.includes(`${key} `), key);
  assert.match(settings, /ping\.interval +60s +time between two pings to a peer \(100ms to 1h\)/);
  const reasons = await text('help reasons');
  for (const [code, row] of Object.entries(REASONS))
    assert.ok(reasons.includes(code) && reasons.includes(row.sentence));
  assert.match(await text('help backoff'), /^backoff +ours +it failed before; the next try is due later$/);
  assert.match(await text('help ping.timeout'), /^ping\.timeout +150s +no pong for this long: the peer is dropped$/);
  const rows = await value<Record<string, object>>('help ping.timeout');
  assert.deepEqual(Object.keys(rows['ping.timeout'] ?? {}), ['kind', 'default', 'min', 'max', 'live', 'summary']);
  for (const row of Object.values(await value<object>('help settings'))) assert.ok(!('rule' in row));
  const unknown = await failure('help pingg');
  assert.deepEqual([unknown.code, unknown['near']], ['unknown-command', ['ping']]);
});

test('help: settings and reasons are folded between words on a narrow terminal', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  shell.columns = () => 80;
  for (const line of [...(await text('help settings')).split('\n'), ...(await text('help reasons')).split('\n')])
    assert.ok(line.length < 80, line);
});

test('help: on a narrow terminal commands stand in one column and nothing is folded within a word', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  shell.columns = () => 50;
  const lines = (await text('help')).split('\n');
  for (const line of lines) assert.ok(line.length < 50, line);
  for (const { name, summary } of COMMANDS.filter(({ group }) => !['lab', 'record', 'hand'].includes(group)))
    assert.ok(
      lines.some((line) => line.endsWith(`${name.padEnd(10)}${summary}`)),
      name,
    );
});

test("help: a shell that is attached hears what is the node's and what is its own, and of JavaScript only where there is some", async () => {
  const { shell: own } = await openShell({ peers: 0 });
  const textOf = async (noJavaScript: string | null) => {
    const guest = new Shell({ ...own.options, workshop: own.workshop, isGuest: true, noJavaScript });
    const result = await guest.run('help');
    return result.kind === 'ok' ? result.text : '';
  };
  assert.match(
    await textOf('no'),
    /\nLab, held messages and events are the node's; use, trace and replay are yours\.$/,
  );
  assert.doesNotMatch(await textOf('no'), /JavaScript/);
  assert.match(await textOf(null), /JavaScript/);
  const result = await own.run('help');
  assert.doesNotMatch(result.kind === 'ok' ? result.text : '', /the node's/);
});

test('help: match lists every field and function of an expression, and an unknown word that is near none points there', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  const lines = (await text('help match')).split('\n');
  for (const [word, { meaning }] of Object.entries(FIELDS))
    assert.ok(
      lines.some((line) => line.startsWith(`  ${word} `) && line.includes(meaning)),
      word,
    );
  for (const kind of Object.keys(KINDS))
    assert.match(lines.join(' '), new RegExp(`kind of what happened: .*${kind}[, ]`));
  for (const { usage } of Object.values(FUNCTIONS))
    assert.ok(
      lines.some((line) => line.startsWith(`  ${usage} `)),
      usage,
    );
  for (const line of ['log foo=bar', 'wait zzzzz', 'trace zzzzz(ping)']) {
    const { message } = await failure(line);
    assert.match(message, /^unknown \w+ "\w+" at column 1; help match lists what there is$/);
  }
  assert.doesNotMatch((await failure('log tpye=ping')).message, /help match/);
});

test('help: a sentence is folded once, at the end of the line and nowhere else', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  shell.columns = () => 100;
  for (const { name, details = [] } of COMMANDS) {
    for (const line of details) assert.match(line, /[.:]$/, `${name}: ${line}`);
    for (const line of (await text(`help ${name}`)).split('\n')) assert.ok(line.length < 100, line);
  }
});
