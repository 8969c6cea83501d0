/** `help`: the commands on one screen, one command, the settings or the reasons. */
import { REASONS } from '../../core/reasons.ts';
import { SETTINGS } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Shell } from '../shell.ts';

const GROUPS = [
  ['peers', 'Peers'],
  ['network', 'Network'],
  ['watch', 'Watch'],
  ['shell', 'Shell'],
] as const;

export const help: Command = {
  name: 'help',
  aliases: [],
  group: 'shell',
  usage: 'help [COMMAND|settings|reasons]',
  summary: 'this list, or one command',
  argument: 'command',
  run(shell, { words }) {
    const [word] = words;
    const commands = shell.commands.map(({ name, usage, summary }) => ({ name, usage, summary }));
    if (word === undefined) return { value: { commands }, text: overview(shell) };
    if (word === 'settings')
      return {
        value: SETTINGS,
        text: Object.entries(SETTINGS)
          .map(([key, row]) => `${key.padEnd(27)} ${row.default.padEnd(8)} ${row.summary}`)
          .join('\n'),
      };
    if (word === 'reasons')
      return {
        value: REASONS,
        text: Object.entries(REASONS)
          .map(([code, row]) => `${code.padEnd(16)} ${row.side.padEnd(8)} ${row.sentence}`)
          .join('\n'),
      };
    const command = shell.command(word);
    if (command === null)
      throw new CommandError(
        'unknown-command',
        `no command ${JSON.stringify(word)}`,
        nearest(word, shell.commandWords()),
      );
    const { name, usage, summary } = command;
    const lines = [
      usage,
      `  ${summary}`,
      ...(command.details ?? []).map((line) => `  ${line}`),
      ...(command.aliases.length > 0 ? [`  also: ${command.aliases.join(', ')}`] : []),
    ];
    return { value: { commands: [{ name, usage, summary }] }, text: lines.join('\n') };
  },
};

function overview(shell: Shell): string {
  const lines = GROUPS.flatMap(([group, title]) => [
    shell.paint.strong(title),
    ...shell.commands
      .filter((command) => command.group === group)
      .map((command) => `  ${command.name.padEnd(10)} ${command.summary}`),
  ]);
  return [
    ...lines,
    'Anything else is JavaScript: node.peers.size, (await peers()).length. help COMMAND tells more.',
    'First: peers; then trace, ping a peer by the start of its id (Tab completes), getaddr, drop.',
  ].join('\n');
}
