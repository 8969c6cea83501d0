/** `help`: the commands on one screen, one command, the settings or the reasons. */
import { REASONS, type ReasonCode } from '../../core/reasons.ts';
import type { FaultRow } from '../../core/simulation.ts';
import { isSettingKey, SETTINGS, type SettingKey } from '../../settings.ts';
import { firstOnesFirst } from '../candidates.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { EXPRESSION_INDENT, EXPRESSION_LINES } from '../expression-help.ts';
import { folded, shownFault } from '../render.ts';
import type { Shell } from '../shell.ts';

const GROUPS = [
  ['peers', 'Peers'],
  ['network', 'Network'],
  ['watch', 'Watch'],
  ['shell', 'Shell'],
] as const;

/** Widths that make two commands and the name of their group fit 80 columns. */
const GROUP_WIDTH = 9;
const NAME_WIDTH = 10;
const CELL_WIDTH = 35;
/** Where what a first step does begins. */
const STEP_WIDTH = 23;

const FIRST_STEPS = `First steps. ID is #n, the beginning of an id, or host:port; Tab completes it.
  peers                who is connected; connect HOST:PORT when nobody is
  ping ID, getaddr ID  asks it, trace shows how; drop ID keeps it away
help COMMAND tells more; help lab, log, break, settings and reasons list more.`;
const JAVASCRIPT = 'What is no command is JavaScript: node.peers.size, (await peers()).length';
/** Of a shell that is attached. */
const WHOSE = "Lab, held messages and events are the node's; use, trace and replay are yours.";

export const help: Command = {
  name: 'help',
  looks: alwaysLooks,
  aliases: [],
  group: 'shell',
  usage: 'help [COMMAND|SETTING|REASON|settings|reasons]',
  summary: 'this, or one command',
  candidates(shell, before, typed) {
    if (before.length > 0) return [];
    const words = [...shell.commands.map(({ name }) => name), 'settings', 'reasons'];
    if (typed === '') return firstOnesFirst(shell.commands, words.sort());
    return [...words, ...Object.keys(SETTINGS), ...Object.keys(REASONS), ...faultNames(shell)].sort();
  },
  run(shell, { words }) {
    const [word] = words;
    const sentence = (line: string, indent: number) => folded(line, shell.columns() ?? SENTENCE_WIDTH_MAX, indent);
    const fold = (line: string, indent: number) => folded(line, shell.columns(), indent);
    const commands = shell.commands.map(({ name, usage, summary }) => ({ name, usage, summary }));
    if (word === undefined) return { value: { commands }, text: overview(shell) };
    if (word === 'settings')
      return {
        value: Object.fromEntries(Object.entries(SETTINGS).map(([key, row]) => [key, withoutRule(row)])),
        text: [
          ...(Object.keys(SETTINGS) as SettingKey[]).map((key) => fold(settingLine(key), KEY_WIDTH + 9)),
          fold(
            `Unless told otherwise durations are ${USUAL_BOUNDS[0]}, counts ${USUAL_BOUNDS[1]}, sizes ${USUAL_BOUNDS[2]}, rates ${USUAL_BOUNDS[3]}.`,
            0,
          ),
        ].join('\n'),
      };
    if (word === 'reasons')
      return {
        value: REASONS,
        text: [
          ...(Object.keys(REASONS) as ReasonCode[]).map((code) => fold(reasonLine(code), 26)),
          fold('Why we refused, why a connection closed, why an address is not dialled, and whose doing it is.', 0),
        ].join('\n'),
      };
    if (shell.vocabulary.command(word) === null && isSettingKey(word))
      return { value: { [word]: withoutRule(SETTINGS[word]) }, text: fold(settingLine(word), KEY_WIDTH + 9) };
    if (shell.vocabulary.command(word) === null && Object.hasOwn(REASONS, word)) {
      const code = word as ReasonCode;
      return { value: { [code]: REASONS[code] }, text: fold(reasonLine(code), 26) };
    }
    const command = shell.vocabulary.command(word);
    const faultRows = shell.options.labs?.faultRows ?? [];
    const told = faultRows.filter((row) => row.name === word || word === 'faults');
    const faults = told.flatMap((row) => faultLines(row, shell.columns()));
    if (told.length > 0 && (command === null || command === shell.vocabulary.fault(word)))
      return { value: { faults: told }, text: faults.join('\n') };
    if (command === null) throw shell.vocabulary.unknown(word);
    const { name, usage, summary } = command;
    const lines = [
      usage,
      `  ${summary}`,
      ...(command.details ?? []).map((line) => sentence(`  ${line}`, 2)),
      ...(name === 'match' ? EXPRESSION_LINES.map((line) => sentence(line, EXPRESSION_INDENT)) : []),
      ...(name === 'lab' ? groupLines(shell, 'lab') : []),
      ...(name === 'log' ? groupLines(shell, 'record') : []),
      ...(name === 'break' ? groupLines(shell, 'hand') : []),
      ...(command.aliases.length > 0 ? [`  also: ${command.aliases.join(', ')}`] : []),
      ...faults,
      ...(word === 'faults' ? SELECTORS.map((line) => fold(line, 0)) : []),
    ];
    const value = { commands: [{ name, usage, summary }] };
    return { value: told.length === 0 ? value : { ...value, faults: told }, text: lines.join('\n') };
  },
};

/** Where a terminal has no end. */
const SENTENCE_WIDTH_MAX = 120;

/** Wider lines are hard to read, where a terminal has no end, too. */
const FAULT_WIDTH_MAX = 100;

const SELECTORS = [
  'SELECTOR is all, n3, n1..n4, @A, n1>n2 one way, n1<>@B both ways, or an expression such as ping & from=n3.',
  'EXPRESSION is one such as converged() or n3.peers>=2. heal ends a fault; the name alone puts one on: crash n3.',
];

/** What a fault is called and takes, and what it does. */
function faultLines({ usage, summary, knownAs }: FaultRow, columns: number | null): string[] {
  const width = Math.min(columns ?? FAULT_WIDTH_MAX, FAULT_WIDTH_MAX);
  return [folded(usage, width, 4), folded(`  ${shownFault(summary)} (${knownAs})`, width, 2)];
}

/** Which rule a setting belongs to is for those who read the code. */
const withoutRule = (row: (typeof SETTINGS)[SettingKey]) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'rule'));

/** As wide as the longest key. */
const KEY_WIDTH = Math.max(...Object.keys(SETTINGS).map((key) => key.length));

const faultNames = (shell: Shell) => (shell.options.labs?.faultRows ?? []).map(({ name }) => name);

/** What most settings of a kind may be; the others say so in their line. */
const USUAL_BOUNDS = ['100ms to 24h', '1 to 65536', '1KiB to 64MiB', '0.01 to 1000000'];

function boundsOf(row: (typeof SETTINGS)[SettingKey]): string {
  if (!('min' in row)) return '';
  const bounds = `${row.min} to ${row.max}`;
  return USUAL_BOUNDS.includes(bounds) ? '' : ` (${bounds})`;
}

function settingLine(key: SettingKey): string {
  const row = SETTINGS[key];
  return `${key.padEnd(KEY_WIDTH)} ${row.default.padEnd(6)}  ${row.summary}${boundsOf(row)}`;
}

const reasonLine = (code: ReasonCode) => `${code.padEnd(16)} ${REASONS[code].side.padEnd(8)} ${REASONS[code].sentence}`;

/** Commands of a lab, of a record and of messages in hand stand with the one that begins with them: most nodes never need one. */
const groupLines = (shell: Shell, group: Command['group']) =>
  shell.commands
    .filter((command) => command.group === group)
    .map((command) => `  ${command.name.padEnd(NAME_WIDTH)} ${command.summary}`);

function overview(shell: Shell): string {
  const columns = shell.columns();
  const isNarrow = columns !== null && columns < GROUP_WIDTH + 2 * CELL_WIDTH;
  const lines = GROUPS.flatMap(([group, title]) => {
    const cells = shell.commands
      .filter((command) => command.group === group)
      .map((command) => `${command.name.padEnd(NAME_WIDTH)}${command.summary}`);
    const half = isNarrow ? cells.length : Math.ceil(cells.length / 2);
    return cells.slice(0, half).map((cell, i) => {
      const head = (i === 0 ? title : '').padEnd(GROUP_WIDTH);
      return `${shell.paint.strong(head)}${cell.padEnd(CELL_WIDTH)}${cells[half + i] ?? ''}`.trimEnd();
    });
  });
  const told = [
    ...FIRST_STEPS.split('\n'),
    ...(shell.takesJavaScript ? [JAVASCRIPT] : []),
    ...(shell.options.isGuest === true ? [WHOSE] : []),
  ];
  return [...lines, ...told.map((line) => folded(line, columns, STEP_WIDTH))].join('\n');
}
