/** What Tab offers: the text up to the cursor goes in, candidates come out. It runs no code of the user's and asks no peer. */
import { SETTINGS } from '../settings.ts';
import { MESSAGE_TYPES } from '../wire/messages.ts';
import type { Command } from './command.ts';
import { safe } from './render.ts';
import type { Completion } from './session.ts';
import type { Shell } from './shell.ts';

export function completeLine(shell: Shell, line: string): Completion {
  const [, first = '', gap = '', rest = ''] = /^\s*(\S*)(\s*)(.*)$/s.exec(line) ?? [];
  if (gap === '')
    return offer(first.includes('.') ? properties(shell, first) : shell.commandWords().sort(), first, null);
  const command = shell.command(first);
  if (command === null) {
    const word = /[\w.]*$/.exec(line)?.[0] ?? '';
    return offer(word.includes('.') ? properties(shell, word) : [], word, null);
  }
  const word = /\S*$/.exec(rest)?.[0] ?? '';
  const candidates = word.startsWith('-')
    ? Object.keys(command.options ?? {}).map((name) => `--${name}`)
    : candidatesFor(shell, command, rest);
  return offer(candidates, word, command.usage);
}

function offer(candidates: readonly string[], word: string, usage: string | null): Completion {
  const fitting = candidates.filter((candidate) => candidate.startsWith(word)).map((candidate) => safe(candidate));
  return {
    candidates: fitting,
    replaces: word,
    usage: fitting.length === 0 || (fitting.length === 1 && fitting[0] === word) ? usage : null,
  };
}

function candidatesFor(shell: Shell, command: Command, rest: string): readonly string[] {
  const views = shell.node.views;
  const isFirst = !/\S\s/.test(rest);
  switch (command.argument) {
    case 'id':
      return isFirst
        ? [...views.peers().map((peer) => peer.id ?? `#${peer.n}`), 'all']
        : command.name === 'trace'
          ? [...MESSAGE_TYPES, 'in', 'out']
          : [];
    case 'address':
      return isFirst
        ? [
            ...new Set([
              ...views
                .bootstrap()
                .filter((row) => row.state !== 'connected' && !row.self)
                .map((row) => row.address),
              ...views
                .addrs()
                .filter((row) => row.state !== 'connected' && row.state !== 'self')
                .map((row) => row.address),
            ]),
          ]
        : [];
    case 'setting':
      return isFirst ? Object.keys(SETTINGS) : [];
    case 'command':
      return [...shell.commands.map(({ name }) => name), 'settings', 'reasons'].sort();
    default:
      return [];
  }
}

/** Own property names along a dotted path of `node`, read from descriptors so that no getter runs. */
function properties(shell: Shell, word: string): string[] {
  const path = word.split('.');
  let value: unknown = path[0] === 'node' ? shell.node.state : undefined;
  for (const name of path.slice(1, -1))
    value = value === null || value === undefined ? undefined : Object.getOwnPropertyDescriptor(value, name)?.value;
  if (value === null || value === undefined) return [];
  const base = path.slice(0, -1).join('.');
  const names = [
    ...Object.getOwnPropertyNames(value),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(value) ?? {}),
  ];
  return names
    .filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'constructor' && !name.startsWith('__'))
    .map((name) => `${base}.${name}`);
}
