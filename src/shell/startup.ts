/** What a node starts with: the command line and .noderc go in; settings, lists and lines to run come out, or one clear error. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { HostPort } from '../core/world.ts';
import {
  checkSettings,
  defaultSettings,
  isSettingKey,
  nearestSettings,
  readSetting,
  type SettingKey,
  type Settings,
} from '../settings.ts';
import { nearest } from '../util/nearest.ts';
import { parseHostPort } from '../wire/address.ts';
import { UsageError } from './errors.ts';
import { splitWords, stripComment } from './line.ts';
import type { SettingOrigin } from './shell.ts';

export const USAGE = `usage: peersh [options]        a node with its shell; reads commands from stdin when that is no terminal
  --listen HOST:PORT            where to listen; port 0 = any free one
                                (default: the first free loopback port of the bootstrap list, else any)
  --bootstrap HOST:PORT         repeatable; replaces the list of .noderc     --no-bootstrap
  --set KEY=VALUE               any setting, repeatable (help settings)
  --rc FILE / --no-rc           shell lines to read at start (default: .noderc here, then at home)
  --data DIR / --no-data        where the address book is kept
  -e, --eval LINE               run a shell line, then stop; repeatable
  --script FILE                 run the lines of a file, then stop; repeatable
  -k, --keep-going              go on after a line that failed
  --headless                    no shell; events on stderr until SIGINT or SIGTERM
  --json                        every command prints one JSON value on one line
  --no-color   --version   --help`;

const RC_NAME = '.noderc';

export interface Startup {
  readonly settings: Settings;
  readonly origins: Map<SettingKey, SettingOrigin>;
  readonly aliases: Map<string, string>;
  readonly bootstrap: HostPort[];
  readonly listen: HostPort | null;
  /** Folder of the address book, `default` for the user's own place, null for none. */
  readonly data: { readonly folder: string } | 'default' | null;
  /** Path of the .noderc that was read. */
  readonly rc: string | null;
  /** Lines of .noderc that need a running node. */
  readonly rcLines: string[];
  /** Lines of -e and files of --script, in order; null when there are none. */
  readonly script: readonly { readonly source: string; readonly lines: readonly string[] }[] | null;
  readonly keepGoing: boolean;
  readonly headless: boolean;
  readonly json: boolean;
  readonly color: boolean | null;
  readonly show: 'version' | 'help' | null;
}

const OPTIONS = {
  listen: { type: 'string' },
  bootstrap: { type: 'string', multiple: true },
  'no-bootstrap': { type: 'boolean' },
  set: { type: 'string', multiple: true },
  rc: { type: 'string' },
  'no-rc': { type: 'boolean' },
  data: { type: 'string' },
  'no-data': { type: 'boolean' },
  eval: { type: 'string', short: 'e', multiple: true },
  script: { type: 'string', multiple: true },
  'keep-going': { type: 'boolean', short: 'k' },
  headless: { type: 'boolean' },
  json: { type: 'boolean' },
  color: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export function readStartup(argv: readonly string[]): Startup {
  const { values, tokens } = parse(argv);
  const settings = defaultSettings();
  const origins = new Map<SettingKey, SettingOrigin>();
  const aliases = new Map<string, string>();
  const rc = values['no-rc'] === true || values.version === true || values.help === true ? null : findRc(values.rc);
  const bootstrap: HostPort[] = [];
  const rcLines: string[] = [];
  let listen: HostPort | null = null;
  if (rc !== null) {
    for (const [index, raw] of rc.lines.entries()) {
      try {
        const [word, ...words] = splitWords(stripComment(raw));
        if (word === undefined) continue;
        if (word === 'set' && words.length >= 2)
          applySetting(settings, origins, words[0] as string, words.slice(1).join(' '), '.noderc');
        else if (word === 'listen' && words.length === 1) listen = place(words[0] as string, true);
        else if (word === 'bootstrap' && words[0] === 'add' && words.length === 2)
          bootstrap.push(place(words[1] as string));
        else if (word === 'alias' && words.length >= 2) aliases.set(words[0] as string, words.slice(1).join(' '));
        else rcLines.push(raw);
      } catch (error) {
        throw new UsageError(`${rc.path}:${index + 1}: ${(error as Error).message}`);
      }
    }
  }
  for (const text of values.set ?? []) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--set ${JSON.stringify(text)}: write --set KEY=VALUE`);
    applySetting(settings, origins, text.slice(0, at), text.slice(at + 1), '--set');
  }
  const wrong = checkSettings(settings);
  if (wrong !== null) throw new UsageError(wrong);
  if (values['no-bootstrap'] === true || values.bootstrap !== undefined) bootstrap.length = 0;
  for (const text of values['no-bootstrap'] === true ? [] : (values.bootstrap ?? [])) bootstrap.push(place(text));
  if (values.listen !== undefined) listen = place(values.listen, true);
  const script = readScripts(tokens);
  const saves = values.listen !== undefined && listen?.port !== 0 && script === null;
  return {
    settings,
    origins,
    aliases,
    bootstrap,
    listen,
    rc: rc?.path ?? null,
    rcLines,
    script,
    data:
      values['no-data'] === true
        ? null
        : values.data !== undefined
          ? { folder: values.data }
          : saves
            ? 'default'
            : null,
    keepGoing: values['keep-going'] === true,
    headless: values.headless === true,
    json: values.json === true,
    color: values['no-color'] === true || values.json === true ? false : values.color === true ? true : null,
    show: values.version === true ? 'version' : values.help === true ? 'help' : null,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, tokens: true });
  } catch (error) {
    const message = (error as Error).message.split('. ')[0] ?? '';
    const [, option = ''] = /'--([^']*)'/.exec(message) ?? [];
    const near = nearest(option, Object.keys(OPTIONS)).map((name) => `--${name}`);
    throw new UsageError(
      `${message}; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'peersh --help lists the options'}`,
    );
  }
}

function place(text: string, anyPort = false): HostPort {
  const reading = parseHostPort(text, { anyPort });
  if ('error' in reading) throw new UsageError(reading.error);
  return reading;
}

/** Sets one setting from text; an unknown key names the nearest ones. */
export function applySetting(
  settings: Settings,
  origins: Map<SettingKey, SettingOrigin>,
  key: string,
  text: string,
  origin: SettingOrigin,
): void {
  if (!isSettingKey(key)) {
    const near = nearestSettings(key);
    throw new UsageError(
      `unknown setting ${JSON.stringify(key)}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ': help settings lists them'}`,
      near,
    );
  }
  const reading = readSetting(key, text);
  if (!reading.ok) throw new UsageError(reading.message);
  Object.assign(settings, { [key]: reading.value });
  origins.set(key, origin);
}

function findRc(given: string | undefined): { readonly path: string; readonly lines: readonly string[] } | null {
  const path = given ?? [join(process.cwd(), RC_NAME), join(homedir(), RC_NAME)].find((one) => existsSync(one));
  return path === undefined ? null : { path, lines: readLines(path) };
}

/** The lines of a file of shell lines; an unreadable one is one clear error. */
export function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '').split(/\r?\n/);
  } catch (error) {
    throw new UsageError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}

function readScripts(tokens: ReturnType<typeof parse>['tokens']): Startup['script'] {
  const script: { source: string; lines: readonly string[] }[] = [];
  for (const token of tokens ?? []) {
    if (token.kind !== 'option' || typeof token.value !== 'string') continue;
    if (token.name === 'eval') script.push({ source: '-e', lines: [token.value] });
    else if (token.name === 'script') script.push({ source: token.value, lines: readLines(token.value) });
  }
  return script.length === 0 ? null : script;
}
