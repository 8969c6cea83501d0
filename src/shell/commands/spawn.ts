/** `spawn`: new nodes join the lab, at once or one after the other. */
import { defaultSettings, isSettingKey, readDuration, SETTINGS, type Settings } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import { applySetting } from '../apply-setting.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { labOf } from '../lab/lab.ts';
import { namesOf } from '../lab/node-first.ts';
import { isNames } from '../lab/script-file.ts';
import { type Coming, spawnNodes } from '../lab/spawn.ts';
import { TOPOLOGY_WORDS } from '../lab/topology.ts';
import { count, safe } from '../render.ts';

const WORDS = ['topology', 'bootstrap', 'every', 'after'];

export const spawn: Command = {
  name: 'spawn',
  aliases: [],
  group: 'lab',
  usage: 'spawn NODES [topology=T] [bootstrap=NODES] [every=T] [after=T] [KEY=VALUE…]',
  summary: 'new nodes join',
  details: [
    'spawn n9..n12 every=50ms bootstrap=n1 lets four more come, one each 50 ms, who dial n1; bootstrap=none dials nobody.',
    'Without topology and bootstrap they dial the first three nodes of the lab. topology is as for lab.',
    'The first spawn of a lab script makes its lab.',
  ],
  needsLab: true,
  candidates(_, before, word) {
    if (before.length === 0) return [];
    return word.startsWith('topology=') ? TOPOLOGY_WORDS : WORDS.map((one) => `${one}=`);
  },
  check({ words }) {
    read(defaultSettings(), words);
  },
  async run(shell, { words }) {
    const coming = read(shell.play?.settings ?? labOf(shell).settings, words);
    const { names } = coming;
    const lab = await spawnNodes(shell, coming);
    const text = `${count(names.length, 'node')} ${coming.everyUs + coming.afterUs > 0 ? 'will join' : 'joined'}`;
    return { value: { spawned: names, nodes: lab.members().length }, text };
  },
};

function read(base: Settings, words: readonly string[]): Coming {
  const names = new Set<string>();
  const told = new Map<string, string>();
  const settings = { ...base };
  if (words.some((word) => word.startsWith('topology='))) settings['gossip.dial'] = false;
  for (const word of words) {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(0, at));
    const value = word.slice(at + 1);
    if (isNames(word)) for (const name of namesOf(word, new Map(), () => [])) names.add(name);
    else if (WORDS.includes(key)) told.set(key, value);
    else if (isSettingKey(key)) applySetting(settings, new Map(), key, value, 'set');
    else throw unknown(word, key);
  }
  if (names.size === 0) throw new UsageError('spawn whom? type spawn n1..n8');
  for (const name of names) if (/^n0/.test(name)) throw new UsageError(`${safe(name)} is no name: nodes are n1, n2, …`);
  const bootstrap = told.get('bootstrap');
  return {
    names: [...names],
    topology: told.get('topology') ?? null,
    bootstrap: bootstrap === undefined ? null : bootstrap === 'none' ? [] : targets(bootstrap),
    everyUs: duration(told, 'every'),
    afterUs: duration(told, 'after'),
    settings,
  };
}

const targets = (typed: string) =>
  typed.split(',').flatMap((part) => (isNames(part) ? namesOf(part, new Map(), () => []) : [part]));

function unknown(word: string, key: string): UsageError {
  const near = nearest(key === '' ? word : key, [...WORDS, ...Object.keys(SETTINGS)]);
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : 'type n1..n8, topology=T, bootstrap=n1, every=50ms or KEY=VALUE';
  return new UsageError(`spawn knows no ${JSON.stringify(safe(word))}; ${hint}`, near);
}

function duration(told: ReadonlyMap<string, string>, word: string): number {
  const typed = told.get(word);
  if (typed === undefined) return 0;
  const us = readDuration(typed);
  if (us === null) throw new UsageError(`${word}=${safe(typed)} is no duration such as 50ms or 5s`);
  return us;
}
