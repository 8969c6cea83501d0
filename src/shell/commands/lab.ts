/** `lab`: makes a network of many nodes beside the user's own, tells about it, and ends it. */
import { defaultSettings, isSettingKey, type Settings } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import { applySetting } from '../apply-setting.ts';
import type { Answer, Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { Lab, type LabOptions, labOf, simulationOf } from '../lab/lab.ts';
import { momentText, momentValue, timeText } from '../lab/moments.ts';
import { createReal, createSimulated } from '../lab/setup.ts';
import { Notices } from '../notices.ts';
import { count, foldedRows, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { check, hash, script } from './lab-checks.ts';

const SEED_MAX = 4_294_967_295;
/** Each real node has sockets of its own, and the process has only so many files. */
const REAL_NODES_MAX = 200;
/**
 * What a simulated node takes: measured 180 to 210 KB when 4,000 and 10,000 nodes have found their peers, and as much again for the world
 * as it was at another moment.
 */
const NODE_BYTES = 360 * 1_024;
const GIB = 1_073_741_824;
const WORDS = ['stop', 'check', 'hash', 'script'];

export const lab: Command = {
  name: 'lab',
  aliases: [],
  group: 'network',
  usage: 'lab [N|FILE|stop|check|hash|script] [topology=T] [seed=S] [wire] [--tcp]',
  summary: 'a network to play with',
  details: [
    'lab 8 makes 8 simulated nodes. Their time stands still until run, step or a command that waits moves it.',
    'topology is line, ring, grid, tree:K, star, full, er:P, ws:K,P or ba:M; without it everybody dials the first three.',
    'wire encodes every message. --tcp makes real nodes on loopback ports that other programs can join.',
    'Settings are those of your own node: KEY=VALUE changes one, defaults takes none of yours.',
    'Say whom a command is about before it: n3: peers, @A: status, all: peers. In the lab there are also:',
  ],
  options: { tcp: { type: 'boolean' } },
  candidates: (_, before) =>
    before.length === 0 ? WORDS : ['topology=', 'seed=', 'wire', 'defaults'].filter((word) => !before.includes(word)),
  async run(shell, { words, options, signal }) {
    const [word, ...rest] = words;
    if (word === undefined) return about(labOf(shell), shell.columns());
    if (word === 'stop' && rest.length === 0) return stop(shell);
    if (word === 'hash' && rest.length === 0) return hash(shell);
    if (word === 'check' && rest.length === 0) return check(shell, signal);
    if (word === 'script' && rest.length < 2) return script(shell, rest[0], signal);
    if (WORDS.includes(word)) throw new UsageError(`usage: lab ${word}${word === 'script' ? ' [BRANCH]' : ''}`);
    if (/^-?[0-9]/.test(word)) return create(shell, word, rest, options['tcp'] === true);
    if (word.includes('.') || word.includes('/'))
      throw new UsageError(`lab files are not read yet; source ${safe(word)} runs the lines of a file`);
    const near = nearest(word, WORDS);
    throw new UsageError(
      `lab takes a number of nodes such as lab 8, not ${JSON.stringify(safe(word))}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`,
      near,
    );
  },
};

async function create(shell: Shell, typed: string, rest: readonly string[], isReal: boolean): Promise<Answer> {
  const { labs, live } = shell.options;
  if (shell.lab !== null)
    throw new CommandError(
      'busy',
      `there is a lab of ${count(shell.lab.options.nodes, 'node')} already; lab stop ends it`,
    );
  if (labs === null) throw new CommandError('no-lab', 'this shell can make no lab');
  const nodes = Number(typed);
  if (!Number.isInteger(nodes) || nodes < 1)
    throw new UsageError(`a lab has a whole number of nodes from 1 on, not ${JSON.stringify(safe(typed))}; type lab 8`);
  if (!isReal) checkMemory(nodes, labs.freeBytes());
  const { settings, ...chosen } = readWords(rest, live === null ? defaultSettings() : live.node.state.settings);
  const labOptions: LabOptions = { nodes, ...chosen };
  if (isReal && nodes > REAL_NODES_MAX)
    throw new CommandError(
      'too-many',
      `real nodes are at most ${REAL_NODES_MAX}; lab ${nodes} without --tcp simulates them`,
    );
  const made = await (isReal ? createReal(labs, labOptions, settings) : createSimulated(labs, labOptions, settings));
  const opened = new Lab(made, labOptions, settings, labs, (one) => noticesOf(shell, one), {
    moved: () => shell.promptChanged(),
    ended: () => {
      const here = simulationOf(shell, 'run').moment();
      const fields = { moment: momentText(here), at: timeText(here.time) };
      opened.notices.say('ran', fields, `ran to ${fields.moment} ${fields.at}`);
    },
    failed: (error) => shell.notices.complain(safe(String(error), 300)),
  });
  shell.lab = opened;
  shell.isInLab = true;
  return about(opened, shell.columns());
}

function checkMemory(nodes: number, freeBytes: number): void {
  const largest = Math.floor(freeBytes / NODE_BYTES);
  if (nodes <= largest) return;
  throw new CommandError(
    'too-many',
    `${nodes.toLocaleString('en')} nodes would need some ${((nodes * NODE_BYTES) / GIB).toFixed(1)} GiB of memory and there are ${(freeBytes / GIB).toFixed(1)}; lab ${largest} fits`,
    [],
    { needBytes: nodes * NODE_BYTES, freeBytes, largest },
  );
}

function noticesOf(shell: Shell, one: Lab): Notices {
  return new Notices(shell, {
    world: one.world,
    node: () => (shell.isInLab ? one.focus : null),
    tag: () => '',
    keepLine: one.keepsLines
      ? (node, n, direction, line) => one.ringOf(node).add(one.world.now(), n, direction, line)
      : null,
  });
}

/** What stands behind the number of nodes. */
function readWords(
  words: readonly string[],
  base: Settings,
): Omit<LabOptions, 'nodes'> & { readonly settings: Settings } {
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
      const near = nearest(key, ['seed', 'topology', 'wire', 'defaults']);
      const hint =
        near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'type topology=T, seed=S, wire, defaults or KEY=VALUE';
      throw new UsageError(`lab knows no ${JSON.stringify(safe(word))}; ${hint}`, near);
    }
  }
  return { seed, topology, wire: isWire, settings };
}

function readSeed(text: string): number {
  const seed = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed <= SEED_MAX))
    throw new UsageError(`seed=${safe(text)} is no whole number from 0 to ${SEED_MAX}; type seed=42`);
  return seed;
}

async function stop(shell: Shell): Promise<Answer> {
  const ended = labOf(shell);
  shell.lab = null;
  shell.isInLab = false;
  await ended.close();
  return {
    value: { stopped: true },
    text: shell.options.live === null ? 'the lab is gone' : 'the lab is gone; back at your own node',
  };
}

function about({ world, simulation, options, focus }: Lab, columns: number | null): Answer {
  const running = world.nodes().length;
  const { seed, topology, wire, nodes } = options;
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
        `lab        ${count(nodes, 'node')}${running < nodes ? `, ${running} running` : ''}, ${topology ?? 'everybody dials the first three'}, seed ${seed}${wire ? ', wire' : ''}`,
        `at         ${momentText(moment)} ${timeText(moment.time)}`,
        `more       ${more}`,
      ],
      columns,
    ),
  };
}
