/** A branch of a lab as lines of the shell that lead to the same hash: how the lab was made and what was done in it go in, text comes out. */
import type { Groups, Moment, RecordedInput } from '../../core/simulation.ts';
import { defaultSettings, printSetting, SETTINGS, type SettingKey, type Settings } from '../../settings.ts';
import { inputText } from './happened.ts';
import type { LabOptions } from './lab.ts';
import { exactTime, hashText, momentText } from './moments.ts';
import { orderJson } from './order-text.ts';

export interface Recording {
  readonly options: LabOptions;
  readonly settings: Settings;
  /** Since the lab was ready. */
  readonly inputs: readonly RecordedInput[];
  readonly end: Moment;
  readonly hash: number;
}

export function scriptText({ options, settings, inputs, end, hash }: Recording): string[] {
  const lines: string[] = [labLine(options, settings)];
  const groups = new Map<string, string>();
  let at = '';
  for (const { index, time, input } of inputs) {
    const here = `run to #${index} ${exactTime(time)}`;
    if (here !== at) lines.push(here);
    at = here;
    if (input.kind === 'order') lines.push(`${input.name}: order ${orderJson(input.order)}`);
    else if (input.kind === 'fault') lines.push(...groupLines(input.text, input.groups, groups), `fault ${input.text}`);
    else if (input.kind === 'heal') lines.push(`heal ${input.id}`);
    else lines.push(`# ${inputText({ index, time, input })}: no line of the shell does that`);
  }
  lines.push(`run to #${end.index} ${exactTime(end.time)}`);
  lines.push(`# hash ${hashText(hash)} at ${momentText(end)}`);
  return lines;
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
  const usual = defaultSettings();
  const keys = Object.keys(SETTINGS) as SettingKey[];
  const changed = keys
    .map((key) => [key, printSetting(key, settings[key])] as const)
    .filter(([key, value]) => value !== printSetting(key, usual[key]))
    .map(([key, value]) => (/\s/.test(value) ? `'${key}=${value}'` : `${key}=${value}`));
  return [
    `lab ${nodes}`,
    ...(topology === null ? [] : [`topology=${topology}`]),
    `seed=${seed}`,
    ...(wire ? ['wire'] : []),
    'defaults',
    ...changed,
  ].join(' ');
}
