/** `peersh completion` and `peersh man` as a user calls them: a text and an end, and no node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bashCompletion } from '../../src/shell/manual/bash-completion.ts';
import { manPage } from '../../src/shell/manual/man-page.ts';
import { readUsage } from '../../src/shell/manual/usage-table.ts';
import { zshCompletion } from '../../src/shell/manual/zsh-completion.ts';
import { USAGE } from '../../src/shell/startup.ts';
import { run } from '../helpers/run-program.ts';

const table = readUsage(USAGE);

test('program: completion and man print what the tables of the program give', async () => {
  for (const [args, text] of [
    [['completion', 'bash'], bashCompletion(table)],
    [['completion', 'zsh'], zshCompletion(table)],
    [['man'], manPage(table)],
  ] as const)
    assert.deepEqual(await run(args), { code: 0, signal: null, out: `${text}\n`, err: '' });
});

test('program: completion and man with other words exit with 2 and say what fits', async () => {
  for (const [args, said] of [
    [['completion'], 'peersh: usage: peersh completion bash|zsh\n'],
    [['completion', 'fish'], 'peersh: "fish" does not fit here; usage: peersh completion bash|zsh\n'],
    [['completion', 'constructor'], 'peersh: "constructor" does not fit here; usage: peersh completion bash|zsh\n'],
    [['completion', 'zsh', 'bash'], 'peersh: "bash" does not fit here; usage: peersh completion bash|zsh\n'],
    [['man', 'peersh'], 'peersh: "peersh" does not fit here; usage: peersh man\n'],
  ] as const)
    assert.deepEqual(await run(args), { code: 2, signal: null, out: '', err: said });
});

test('program: --advertise is told to peers instead of the address listened on', async () => {
  const { out } = await run([
    '--no-rc',
    '--no-data',
    '--no-bootstrap',
    '--advertise',
    '192.168.1.5:5999',
    '--json',
    '-e',
    'status',
  ]);
  assert.equal((JSON.parse(out) as { advertised: string }).advertised, '192.168.1.5:5999');
  const wrong = await run(['--advertise', 'example.org:5999']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^peersh: advertise: "example\.org:5999" is no address that peers could dial/);
});
