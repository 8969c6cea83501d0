/** A branch of a lab as lines of the shell that lead to the same hash: how the lab was made and what was done in it go in, text comes out. */
import type { Groups, Moment, RecordedInput } from '../../core/simulation.ts';
import type { NodeConfig } from '../../core/world.ts';
import { defaultSettings, printSetting, SETTINGS, type SettingKey, type Settings } from '../../settings.ts';
import { orderLine } from '../hand/order-line.ts';
import { inputText } from './happened.ts';
import type { LabOptions } from './lab.ts';
import { exactTime, hashText, momentText } from './moments.ts';
import { orderJson } from './order-text.ts';
import { HEADER } from './script-file.ts';

export interface Recording {
  readonly options: LabOptions;
  readonly settings: Settings;
  /** Since the lab was ready. */
  readonly inputs: readonly RecordedInput[];
  readonly end: Moment;
  readonly hash: number;
}

export function scriptText({ options, settings, inputs, end, hash }: Recording): string[] {
  const lines = options.isScripted ? [HEADER, `set seed ${options.seed}`] : [labLine(options, settings)];
  const base = options.isScripted ? defaultSettings() : settings;
  const groups = new Map<string, string>();
  let at = '';
  for (const { index, time, input } of inputs) {
    const here = `run to #${index} ${exactTime(time)}`;
    // A script's first nodes come before anything can run.
    if (here !== at && !(options.isScripted && index === 0 && time === 0)) lines.push(here);
    at = here;
    if (input.kind === 'order') lines.push(`${input.name}: order ${orderJson(input.order)}`);
    else if (input.kind === 'fault') lines.push(...groupLines(input.text, input.groups, groups), `fault ${input.text}`);
    else if (input.kind === 'spawn') lines.push(spawnLine(input.config, base, 0));
    else if (input.kind === 'announce') lines.push(spawnLine(input.config, base, input.at - time));
    else if (input.kind === 'heal') lines.push(`heal ${input.id}`);
    else if (input.kind === 'tap') lines.push(orderLine(input.order));
    else lines.push(`# ${inputText({ index, time, input })}: no line of the shell does that`);
  }
  const last = `run to #${end.index} ${exactTime(end.time)}`;
  if (last !== at) lines.push(last);
  lines.push(`# hash ${hashText(hash)} at ${momentText(end)}`);
  return lines;
}

function spawnLine({ name, bootstrap, settings }: NodeConfig, base: Settings, afterUs: number): string {
  const places = bootstrap.map(({ host, port }) => `${host}:${port}`).join(',');
  return [
    `spawn ${name}`,
    `bootstrap=${places === '' ? 'none' : places}`,
    ...(afterUs === 0 ? [] : [`after=${exactTime(afterUs)}`]),
    ...differences(settings, base),
  ].join(' ');
}

/** Makes the groups that a fault names as they were then, where the lines before did not. */
function groupLines(text: string, groups: Groups, made: Map<string, string>): string[] {
  const lines: string[] = [];
  for (const [, name = ''] of text.matchAll(/@([A-Za-z][\w-]*)/g)) {
    const members = groups[name]?.join(',');
    if (members === undefined || made.get(name) === members) continue;
    made.set(name, members);
    lines.push(`group ${name}=${members}`);
  }
  return lines;
}

/** The line that makes the lab, whatever the settings of whoever runs it are. */
export function labLine({ nodes, seed, topology, wire }: LabOptions, settings: Settings): string {
  return [
    `lab ${nodes}`,
    ...(topology === null ? [] : [`topology=${topology}`]),
    `seed=${seed}`,
    ...(wire ? ['wire'] : []),
    'defaults',
    ...differences(settings, defaultSettings()),
  ].join(' ');
}

/** As `KEY=VALUE`. */
function differences(settings: Settings, base: Settings): string[] {
  const keys = Object.keys(SETTINGS) as SettingKey[];
  return keys
    .map((key) => [key, printSetting(key, settings[key])] as const)
    .filter(([key, value]) => value !== printSetting(key, base[key]))
    .map(([key, value]) => (/\s/.test(value) ? `'${key}=${value}'` : `${key}=${value}`));
}
