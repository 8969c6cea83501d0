/** The manual page names all that the tables name, and the formatters of the system take it without a complaint where they are there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { REASONS } from '../../../src/core/reasons.ts';
import { SETTINGS } from '../../../src/settings.ts';
import { CLIENT_OPTIONS, CLIENT_ROWS } from '../../../src/shell/attach/client-usage.ts';
import { COMMANDS } from '../../../src/shell/commands/index.ts';
import { EXIT } from '../../../src/shell/errors.ts';
import { manPage } from '../../../src/shell/manual/man-page.ts';
import { readUsage } from '../../../src/shell/manual/usage-table.ts';
import { OPTIONS, USAGE } from '../../../src/shell/startup.ts';

const page = manPage(readUsage(USAGE));
/** Heads of all lists, as roff has them. */
const heads = page.split('\n').filter((_, index, lines) => lines[index - 1] === '.TP');
const names = heads.map((head) => head.replaceAll('\\-', '-').replace(/\\fB|\\fR/g, ''));

test('man page: has every option, command, setting, reason and exit code', () => {
  const rows = names.flatMap((name) => name.split(/, |[ (]/));
  const wanted = [
    ...[OPTIONS, ...Object.values(CLIENT_OPTIONS)].flatMap((table) => Object.keys(table).map((name) => `--${name}`)),
    ...COMMANDS.map(({ name }) => name),
    ...Object.keys(SETTINGS),
    ...Object.keys(REASONS),
    ...Object.values(EXIT).map(String),
  ];
  assert.deepEqual(
    wanted.filter((name) => !rows.includes(name)),
    [],
  );
});

test('man page: tells of attach, exec and ls what their usage does, and where the socket is', () => {
  const [, section = ''] = page.split('.SH OPTIONS OF ATTACH, EXEC AND LS');
  const heads = section.split('.SH')[0]?.match(/(?<=^\.TP\n).*/gm) ?? [];
  assert.deepEqual(
    heads.map((head) => head.replaceAll('\\-', '-').replace(/\\fB|\\fR/g, '')),
    readUsage(CLIENT_ROWS).options.map(({ flags }) => flags.map(({ name }) => name).join(', ')),
  );
  assert.match(section, /beginning of a node id/);
  for (const name of ['XDG_RUNTIME_DIR', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'VISUAL', 'EDITOR'])
    assert.ok(page.includes(name), name);
  assert.match(page, /the node could not start, or there is none to attach to/);
});

test('man page: is ASCII, and no line of a text is taken for a request', () => {
  assert.match(page, /^[\x20-\x7e\n]+$/);
  const requests = new Set(page.split('\n').flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []));
  assert.deepEqual([...requests].sort(), ['SH', 'SS', 'TH', 'TP', 'br']);
});

const FORMATTERS: readonly (readonly [name: string, ...args: string[]])[] = [
  ['man', '--warnings', '-E', 'UTF-8', '-l', '-'],
  ['groff', '-man', '-ww', '-z', '-T', 'utf8'],
  ['mandoc', '-T', 'lint', '-W', 'warning'],
];

for (const [name, ...args] of FORMATTERS) {
  const isMissing = spawnSync(name, [], { stdio: 'ignore' }).error !== undefined;
  test(`man page: ${name} has nothing to complain of`, { skip: isMissing && `${name} is missing` }, () => {
    const { stdout, stderr, status } = spawnSync(name, args, { input: page, encoding: 'utf8' });
    const said = name === 'mandoc' ? stdout + stderr : stderr;
    // A page that is made with every build has no date of its own.
    const complaints = said.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
    assert.deepEqual(complaints, []);
    if (name === 'mandoc') return;
    assert.equal(status, 0);
    if (name === 'man') assert.match(stdout, /--listen HOST:PORT/);
  });
}
