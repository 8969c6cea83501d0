/** `lab`: makes a network of many nodes beside the user's own, tells about it, and ends it. */
import { defaultSettings, isSettingKey, SETTINGS, type Settings } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import { applySetting } from '../apply-setting.ts';
import { type Answer, type Command, looksAlone } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { type Lab, type LabOptions, labOf } from '../lab/lab.ts';
import { checkMemory } from '../lab/memory.ts';
import { momentText, momentValue, timeText } from '../lab/moments.ts';
import { openLab, roomForLab } from '../lab/open.ts';
import { playScript } from '../lab/play-script.ts';
import { firstTrouble, reportText } from '../lab/report.ts';
import { readScript } from '../lab/script-file.ts';
import { readSeed } from '../lab/seed.ts';
import { createReal, createSimulated } from '../lab/setup.ts';
import { TOPOLOGY_WORDS } from '../lab/topology.ts';
import { count, foldedRows, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { check, hash, script } from './lab-checks.ts';

/** Each real node has sockets of its own, and the process has only so many files. */
const REAL_NODES_MAX = 200;
/** Where no terminal says how many it has. */
const COLUMNS = 80;
const WORDS = ['stop', 'check', 'hash', 'script'];

export const lab: Command = {
  name: 'lab',
  looks: looksAlone,
  aliases: [],
  group: 'network',
  takesTime: true,
  usage: 'lab [N|FILE|stop|check|hash|script] [topology=T] [seed=S] [wire] [--tcp]',
  summary: 'a network to play with',
  details: [
    'lab 8 makes 8 simulated nodes. Their time stands still until run, step or a command that waits moves it.',
    'topology is line, ring, grid, tree:K, star, full, er:P, ws:K,P or ba:M; without it everybody dials the first three.',
    'wire encodes every message. --tcp makes real nodes on loopback ports that other programs can join.',
    'Settings are those of your own node: KEY=VALUE changes one, defaults takes none of yours.',
    'lab FILE runs a lab script (its first line is #!peersh lab v1) and reports what came of each expect in it.',
    'Say whom a command is about before it: n3: peers, @A: status, all: peers. In the lab there are also:',
  ],
  options: { tcp: { type: 'boolean' } },
  candidates: (shell, before, word) =>
    before.length === 0
      ? [...WORDS, '', ...shell.pathsFrom(word)]
      : [...(word.startsWith('topology=') ? TOPOLOGY_WORDS : ['topology=']), 'seed=', 'wire', 'defaults'].filter(
          (one) => !before.includes(one),
        ),
  async run(shell, { words, options, signal, say }) {
    const [word, ...rest] = words;
    if (word === undefined) return about(labOf(shell), shell);
    if (shell.play !== null && !['check', 'hash', 'script'].includes(word))
      throw new UsageError(
        'a lab script has a lab already: lab check, lab hash and lab script are all that it can say of it',
      );
    if (word === 'stop' && rest.length === 0) return stop(shell);
    if (word === 'hash' && rest.length === 0) return hash(shell);
    if (word === 'check' && rest.length === 0) return check(shell, signal);
    if (word === 'script' && rest.length < 2) return script(shell, rest[0], signal);
    if (WORDS.includes(word)) throw new UsageError(`usage: lab ${word}${word === 'script' ? ' [BRANCH]' : ''}`);
    if (/^-?[0-9]/.test(word)) return create(shell, word, rest, options['tcp'] === true);
    if (word.includes('.') || word.includes('/')) return playFile(shell, word, rest, signal, say);
    const near = nearest(word, WORDS);
    throw new UsageError(
      `lab takes a number of nodes such as lab 8, not ${JSON.stringify(safe(word))}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`,
      near,
    );
  },
};

/** The lab stays, so that one can look into what went wrong. */
async function playFile(
  shell: Shell,
  path: string,
  rest: readonly string[],
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Answer> {
  const seed = rest.find((word) => word.startsWith('seed='));
  const settings = rest.filter((word) => word !== seed);
  if (settings.some((word) => !word.includes('='))) throw new UsageError('usage: lab FILE [seed=S] [KEY=VALUE…]');
  const options = { seed: seed === undefined ? null : readSeed(seed.slice('seed='.length)), settings };
  const report = await playScript(
    shell,
    readScript(shell.pathOf(path), (one) => shell.pathOf(one)),
    options,
    signal,
    say,
  );
  const lines = reportText(report);
  if (report.verdict === 'pass' || signal.aborted) return { value: report, text: lines.join('\n') };
  for (const line of lines) say(line);
  const code = report.verdict === 'fail' ? 'expectation' : 'timeout';
  throw new CommandError(code, `${report.verdict}: ${firstTrouble(report) ?? ''}`, [], { report });
}

async function create(shell: Shell, typed: string, rest: readonly string[], isReal: boolean): Promise<Answer> {
  const labs = roomForLab(shell);
  const { live } = shell.options;
  const nodes = Number(typed);
  if (!Number.isInteger(nodes) || nodes < 1)
    throw new UsageError(`a lab has a whole number of nodes from 1 on, not ${JSON.stringify(safe(typed))}; type lab 8`);
  if (!isReal) checkMemory(nodes, labs.freeBytes());
  const { settings, ...chosen } = readWords(rest, live === null ? defaultSettings() : live.node.state.settings);
  const labOptions: LabOptions = { nodes, ...chosen, isScripted: false };
  if (isReal && chosen.wire)
    throw new UsageError('wire is of a simulated lab: real nodes encode every message; leave it out');
  if (isReal && nodes > REAL_NODES_MAX)
    throw new CommandError(
      'too-many',
      `real nodes are at most ${REAL_NODES_MAX}; lab ${nodes} without --tcp simulates them`,
    );
  const made = await (isReal ? createReal(labs, labOptions, settings) : createSimulated(labs, labOptions, settings));
  const opened = openLab(shell, made, labOptions, settings, labs);
  return about(opened, shell);
}

/** What stands behind the number of nodes. */
function readWords(
  words: readonly string[],
  base: Settings,
): Omit<LabOptions, 'nodes' | 'isScripted'> & { readonly settings: Settings } {
  let seed = 1;
  let topology: string | null = null;
  const isWire = words.includes('wire');
  const settings: Settings = words.includes('defaults') ? defaultSettings() : { ...base };
  for (const word of words) {
    const at = word.indexOf('=');
    const key = at < 0 ? word : word.slice(0, at);
    const value = word.slice(at + 1);
    if (word === 'wire' || word === 'defaults') continue;
    if (at >= 0 && key === 'seed') seed = readSeed(value);
    else if (at >= 0 && key === 'topology') topology = value;
    else if (at >= 0 && isSettingKey(key)) applySetting(settings, new Map(), key, value, 'set');
    else {
      const near = nearest(key, ['seed', 'topology', 'wire', 'defaults', ...Object.keys(SETTINGS)]);
      const hint =
        near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'type topology=T, seed=S, wire, defaults or KEY=VALUE';
      throw new UsageError(`lab knows no ${JSON.stringify(safe(word))}; ${hint}`, near);
    }
  }
  return { seed, topology, wire: isWire, settings };
}

async function stop(shell: Shell): Promise<Answer> {
  const ended = labOf(shell);
  shell.lab = null;
  shell.isInLab = false;
  ended.onlookers.leave(shell);
  ended.onlookers.tell((notices) => notices.say('lab-stopped', {}, 'the lab is gone'));
  ended.onlookers.moved();
  await ended.close();
  return {
    value: { stopped: true },
    text: shell.options.live === null ? 'the lab is gone' : 'the lab is gone; back at your own node',
  };
}

function about(lab: Lab, shell: Shell): Answer {
  const { world, simulation, options } = lab;
  const focus = lab.onlookers.focusOf(shell);
  const columns = shell.columns() ?? COLUMNS;
  const running = world.nodes().length;
  const nodes = lab.members().length;
  const { seed, topology, wire } = options;
  if (simulation === null) {
    const rows = world.nodes().map((node) => ({ node: node.name, address: node.state.listening[0]?.text ?? null }));
    return {
      value: { world: 'tcp', nodes, running, topology, focus: focus.name, addresses: rows },
      text: foldedRows(
        [
          `lab        ${count(nodes, 'real node')} on loopback, ${topology ?? 'everybody dials the first three'}`,
          ...rows.slice(0, 3).map((row) => `${row.node.padEnd(10)} ${row.address ?? '-'}`),
          `join       npm start -- --bootstrap ${rows[0]?.address ?? 'HOST:PORT'} in another terminal`,
          'more       use n2 goes to a node, n2: peers asks one; lab stop ends it',
        ],
        columns,
      ),
    };
  }
  const moment = simulation.moment();
  const more = 'run 5s lets time pass, use n2 goes to a node, n2: peers asks one; lab stop ends it';
  return {
    value: {
      world: 'sim',
      nodes,
      running,
      planned: simulation.planned,
      seed,
      topology,
      wire,
      focus: focus.name,
      ...momentValue(moment),
    },
    text: foldedRows(
      [
        `lab        ${count(nodes, 'node')}${running < nodes ? `, ${running} running` : ''}, ${options.isScripted ? 'by a script' : (topology ?? 'everybody dials the first three')}, seed ${seed}${wire ? ', wire' : ''}`,
        `at         ${momentText(moment)} ${timeText(moment.time)}`,
        `more       ${more}`,
      ],
      columns,
    ),
  };
}
