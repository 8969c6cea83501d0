/** The usage text read as a table holds each option that the program takes, as it takes it, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_USAGE } from '../../../src/shell/attach/client-usage.ts';
import { readUsage } from '../../../src/shell/manual/usage-table.ts';
import { OPTIONS, USAGE } from '../../../src/shell/startup.ts';

const { forms, options } = readUsage(USAGE);
const flags = options.flatMap((row) => row.flags);

test('usage table: has each option of the program, with a value when it takes one', () => {
  const wanted = Object.entries(OPTIONS).flatMap(([name, row]) => {
    const takes = row.type === 'string';
    return [`--${name}`, ...('short' in row ? [`-${row.short}`] : [])].map((flag) => [flag, takes] as const);
  });
  const found = flags.map(({ name, value }) => [name, value !== null] as const);
  assert.deepEqual(new Map(found), new Map(wanted));
  assert.equal(found.length, wanted.length);
});

test('usage table: says of an option what the usage says, over several lines', () => {
  const row = options.find((one) => one.flags.some(({ name }) => name === '--listen'));
  assert.deepEqual(row?.flags, [{ name: '--listen', value: 'HOST:PORT' }]);
  assert.match(row?.text ?? '', /^where to listen; .* first free loopback port of the bootstrap list, else any\)$/);
  const both = options.find((one) => one.flags.some(({ name }) => name === '--no-rc'));
  assert.deepEqual(
    both?.flags.map(({ name, value }) => [name, value]),
    [
      ['--rc', 'FILE'],
      ['--no-rc', null],
    ],
  );
});

test('usage table: has each form of the command line by its word', () => {
  assert.equal(forms[0]?.usage, '[options]');
  assert.equal(forms[0]?.word, null);
  const completion = forms.find(({ word }) => word === 'completion');
  assert.equal(completion?.usage, 'completion bash|zsh');
  assert.ok(forms.some(({ word }) => word === 'man'));
});

test('usage: no line of the program or of attach, exec and ls is wider than a terminal of 80 columns', () => {
  for (const line of [...USAGE.split('\n'), ...CLIENT_USAGE.split('\n')]) assert.ok(line.length < 80, line);
});
