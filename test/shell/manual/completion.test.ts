/** Completion as it is felt: real shells read the scripts, a word and a Tab go in. Shells that are not there are left out. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SETTINGS } from '../../../src/settings.ts';
import { CLIENT_OPTIONS } from '../../../src/shell/attach/client-usage.ts';
import { COMMANDS } from '../../../src/shell/commands/index.ts';
import { bashCompletion } from '../../../src/shell/manual/bash-completion.ts';
import { readUsage } from '../../../src/shell/manual/usage-table.ts';
import { zshCompletion } from '../../../src/shell/manual/zsh-completion.ts';
import { OPTIONS, USAGE } from '../../../src/shell/startup.ts';
import { Pty, whyNoPty } from '../../helpers/pty.ts';

const folder = mkdtempSync(join(tmpdir(), 'peersh-completion-'));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'a folder'));
writeFileSync(join(folder, 'a script.lab'), '');
const scripts = { bash: join(folder, 'peersh.bash'), zsh: join(folder, 'peersh.zsh') };
writeFileSync(scripts.bash, bashCompletion(readUsage(USAGE)));
writeFileSync(scripts.zsh, zshCompletion(readUsage(USAGE)));

function whyNot(shell: string): string | false {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0 ? false : `${shell} is missing`;
}

/** What bash offers for the last of the words. */
function offered(...words: readonly string[]): string[] {
  const lines = [
    'set -u',
    'source "$1"; shift',
    // Outside of a completion compopt complains.
    'compopt() { :; }',
    'COMP_WORDS=(peersh "$@"); COMP_CWORD=$#',
    '_peersh',
    '((${#COMPREPLY[@]} == 0)) || printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', lines.join('\n'), 'bash', scripts.bash, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return stdout.split('\n').filter(Boolean);
}

test('completion: bash is offered every option, and those alone that begin so', { skip: whyNot('bash') }, () => {
  const all = Object.keys(OPTIONS).map((name) => `--${name}`);
  assert.deepEqual(offered('--').sort(), all.sort());
  assert.deepEqual(offered('--head'), ['--headless']);
  assert.deepEqual(offered('--nothing'), []);
  assert.ok(offered('-').includes('-e'));
});

test('completion: bash is offered what an option takes, and nothing where nobody can know', {
  skip: whyNot('bash'),
}, () => {
  assert.deepEqual(
    offered('--set', ''),
    Object.keys(SETTINGS).map((key) => `${key}=`),
  );
  assert.deepEqual(offered('--headless', '--set', 'ping.i'), ['ping.interval=']);
  assert.deepEqual(
    offered('-e', ''),
    COMMANDS.map(({ name }) => name),
  );
  assert.deepEqual(offered('--script', 'a s'), ['a script.lab']);
  assert.deepEqual(offered('--data', ''), ['a folder']);
  assert.deepEqual(offered('--listen', ''), []);
  assert.deepEqual(offered('--seed', '--'), []);
});

test('completion: bash is offered the words of the command line at its beginning only', {
  skip: whyNot('bash'),
}, () => {
  assert.ok(offered('').includes('completion'));
  assert.deepEqual(offered('comp'), ['completion']);
  assert.deepEqual(offered('--headless', 'comp'), []);
  assert.deepEqual(offered('completion', ''), ['bash', 'zsh']);
  assert.deepEqual(offered('completion', 'z'), ['zsh']);
  assert.deepEqual(offered('completion', 'zsh', ''), []);
  assert.deepEqual(offered('man', ''), []);
});

/** A program that lists two nodes, as `peersh ls --targets` does, and complains. */
const fake = join(folder, 'peersh');
writeFileSync(
  fake,
  `#!/bin/sh
test "$*" = 'ls --targets' || exit 9
echo complaint >&2
printf '6201\\t5f0c2a9e at 127.0.0.1:6201 (pid 14554)\\n14597\\t77d1c0de at - (pid 14597)\\n'
`,
  { mode: 0o755 },
);
process.env['PATH'] = `${folder}:${process.env['PATH']}`;
const commands = COMMANDS.map(({ name }) => name);

test('completion: bash is offered the nodes that live then after attach and before the lines of exec', {
  skip: whyNot('bash'),
}, () => {
  assert.deepEqual(offered('attach', ''), ['6201', '14597']);
  assert.deepEqual(offered('attach', '--read-only', '1'), ['14597']);
  assert.deepEqual(offered('attach', '6201', ''), []);
  assert.deepEqual(offered('exec', ''), ['6201', '14597', ...commands]);
  assert.deepEqual(offered('exec', '6201', ''), commands);
  assert.deepEqual(offered('exec', '6201', 'peers', 'pee'), ['peers', 'peer']);
  assert.deepEqual(offered('ls', ''), []);
});

test('completion: bash is offered the options of attach, exec and ls there, and no others', {
  skip: whyNot('bash'),
}, () => {
  for (const word of ['attach', 'exec', 'ls'] as const)
    assert.deepEqual(
      offered(word, '--').sort(),
      Object.keys(CLIENT_OPTIONS[word])
        .map((name) => `--${name}`)
        .sort(),
    );
  assert.ok(offered('exec', '-').includes('-k'));
  assert.deepEqual(offered('man', '--'), []);
});

/** Types into an interactive shell that has read its script, and waits for what the line becomes. */
async function types(command: readonly string[], begin: string, keys: string, wanted: RegExp): Promise<void> {
  const pty = new Pty(command);
  try {
    pty.terminal.type(`PS1='> '; cd '${folder}'; ${begin}; clear; echo read''y\r`);
    // Keys that come before the prompt stand in its line: the terminal, not yet the shell, shows them.
    await pty.terminal.until('the prompt', ({ rows }) => rows.join('\n').includes('ready\n>'));
    pty.terminal.type(keys);
    await pty.terminal.until(String(wanted), ({ rows }) => rows.some((row) => wanted.test(row)));
  } finally {
    pty.close();
  }
}

const TYPED: readonly (readonly [keys: string, wanted: RegExp])[] = [
  ['peersh --headl\t', /^> peersh --headless$/],
  ['peersh --script a\\ s\t', /^> peersh --script a\\ script\.lab$/],
  ['peersh --set ping.i\t5s', /^> peersh --set ping\.interval=5s$/],
  ['peersh compl\tz\t', /^> peersh completion zsh$/],
  ['peersh attach 6\t', /^> peersh attach 6201$/],
  ['peersh --set ping.interval=\t5s', /^> peersh --set ping\.interval=5s$/],
  ['peersh attach 127.0.0.1:62\t', /^> peersh attach 127\.0\.0\.1:6201$/],
  ['peersh attach 127.0.0.1:\t', /^> peersh attach 127\.0\.0\.1:6201$/],
  ['peersh exec 127.0.0.1:62\tstat\t', /^> peersh exec 127\.0\.0\.1:6201 stat/],
  ['peersh attach --read-only 1\t', /^> peersh attach --read-only 14597$/],
  ['peersh exec 62\tstat\t', /^> peersh exec 6201 stat/],
  ['peersh exec -k 6201 untr\t', /^> peersh exec -k 6201 untrace$/],
  ['peersh attach --read\t', /^> peersh attach --read-only$/],
];

const BASH = ['bash', '--norc', '--noprofile', '-i'];
const ZSH = ['zsh', '-f', '-i'];

for (const [keys, wanted] of TYPED) {
  test(`completion: Tab in bash completes ${JSON.stringify(keys)}`, { skip: whyNoPty() ?? whyNot('bash') }, () =>
    types(BASH, `source '${scripts.bash}'`, keys, wanted),
  );
  test(`completion: Tab in zsh completes ${JSON.stringify(keys)}`, { skip: whyNoPty() ?? whyNot('zsh') }, () =>
    types(ZSH, `autoload -U compinit; compinit -D -u; source '${scripts.zsh}'`, keys, wanted),
  );
}
