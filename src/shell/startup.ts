/** What a node starts with: the command line and .noderc go in; settings, lists and lines to run come out, or one clear error. */
import type { HostPort } from '../core/world.ts';
import { checkSettings, type SettingKey, type Settings } from '../settings.ts';
import { nearest } from '../util/nearest.ts';
import { applySetting, type SettingOrigin } from './apply-setting.ts';
import { UsageError } from './errors.ts';
import type { ScriptOptions } from './lab/play-script.ts';
import { readSeed } from './lab/seed.ts';
import { readOptions } from './options.ts';
import { findRc, readListed, readPlace } from './places.ts';
import { createRcTarget, type RcLine } from './rc-target.ts';
import { quoted } from './render.ts';
import { readLines } from './shell-file.ts';

export const USAGE = `usage: peersh [options]    a node with its shell; without a terminal the lines
                           of standard input are run as a script
  --listen HOST:PORT       where to listen; port 0 = any free one (default: the
                           first free loopback port of the bootstrap list, else
                           any)
  --bootstrap HOST:PORT    repeatable; replaces the list of .noderc;
                           dns:NAME[:PORT] and dnssrv:_SERVICE._tcp.NAME list
                           places by DNS
  --no-bootstrap           no list: dial nobody until told
  --advertise IP:PORT      what peers are told instead of the address listened
                           on
  --set KEY=VALUE          any setting, repeatable (help settings lists them)
  --rc FILE, --no-rc       shell lines to read at start (default: .noderc here,
                           else at home)
  --data DIR, --no-data    where the address book is kept
  -e, --eval LINE          run a shell line, then stop; repeatable
  --script FILE            run the lines of a file, then stop; repeatable
  --seed N                 of a lab script, which begins with #!peersh lab v1
                           and runs without a node; exit 0 pass, 1 fail, 4
                           unknown
  -k, --keep-going         go on after a line that failed
  --metrics HOST:PORT      serve figures for Prometheus and /health over HTTP;
                           a port alone is one of 127.0.0.1
  --metrics-host NAME      answer to this name, too (*: any); repeatable
  --headless               no shell; a ready line on stdout, events on stderr,
                           until SIGINT or SIGTERM; SIGHUP reads .noderc again
  --log-format text|json   of the events of --headless
  --allow-eval             JavaScript from shells that are attached, too
  --json                   every line is answered by one JSON value on one line
  --color, --no-color      default: on a terminal, unless NO_COLOR or
                           FORCE_COLOR says
  --version, --help
peersh attach [TARGET]     the same shell on a node that runs already
peersh exec [TARGET] LINE… lines on a node that runs already
peersh ls                  the nodes that run
peersh completion bash|zsh what completes these words, for source <(…) in that
                           shell
peersh man                 the manual page`;

export interface ScriptPart {
  /** null: a line of -e. */
  readonly path: string | null;
  readonly lines: readonly string[];
}

export interface RcSaid {
  readonly bootstrap: readonly HostPort[];
  readonly listen: HostPort | null;
  readonly aliases: ReadonlyMap<string, string>;
}

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
  readonly rcLines: readonly RcLine[];
  /** What else .noderc said, to know what is new when it is read again. */
  readonly rcSaid: RcSaid;
  /** The list of .noderc does not count. */
  readonly hasOwnBootstrap: boolean;
  /** Lines of each -e and --script, in order; null when there are none. */
  readonly script: readonly ScriptPart[] | null;
  /** For lab scripts: the seed, and settings as `KEY=VALUE`; .noderc has none for them. */
  readonly lab: ScriptOptions;
  readonly keepGoing: boolean;
  readonly headless: boolean;
  /** null: none are served. */
  readonly metrics: { readonly at: HostPort; readonly hosts: readonly string[] } | null;
  /** What a node without a shell says of its own accord is JSON. */
  readonly logsJson: boolean;
  /** JavaScript over the control socket. */
  readonly allowEval: boolean;
  readonly json: boolean;
  readonly color: boolean | null;
  readonly show: 'version' | 'help' | null;
}

/** Each has its place in USAGE. */
export const OPTIONS = {
  listen: { type: 'string' },
  bootstrap: { type: 'string', multiple: true },
  'no-bootstrap': { type: 'boolean' },
  advertise: { type: 'string' },
  set: { type: 'string', multiple: true },
  rc: { type: 'string' },
  'no-rc': { type: 'boolean' },
  data: { type: 'string' },
  'no-data': { type: 'boolean' },
  eval: { type: 'string', short: 'e', multiple: true },
  script: { type: 'string', multiple: true },
  seed: { type: 'string' },
  'keep-going': { type: 'boolean', short: 'k' },
  metrics: { type: 'string' },
  'metrics-host': { type: 'string', multiple: true },
  headless: { type: 'boolean' },
  'log-format': { type: 'string' },
  'allow-eval': { type: 'boolean' },
  json: { type: 'boolean' },
  color: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Reading .noderc takes every command, which are loaded for that only. */
export async function readStartup(argv: readonly string[]): Promise<Startup> {
  const { values, positionals, tokens } = readOptions(argv, OPTIONS, 'peersh --help lists the options');
  if (positionals.length > 0) throw stray(positionals);
  const rc = values['no-rc'] === true || values.version === true || values.help === true ? null : findRc(values.rc);
  const target = createRcTarget();
  if (rc !== null) (await import('./rc.ts')).readRc(rc, target);
  const { settings, origins, bootstrap } = target;
  for (const text of values.set ?? []) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--set ${JSON.stringify(text)}: write --set KEY=VALUE`);
    applySetting(settings, origins, text.slice(0, at), text.slice(at + 1), '--set');
  }
  if (values.advertise !== undefined) applySetting(settings, origins, 'advertise', values.advertise, '--set');
  const wrong = checkSettings(settings);
  if (wrong !== null) throw new UsageError(wrong);
  const hasOwnList = values['no-bootstrap'] === true || values.bootstrap !== undefined;
  const listed = values['no-bootstrap'] === true ? [] : (values.bootstrap ?? []).map(readListed);
  const listen = values.listen === undefined ? target.listen : readPlace(values.listen, true);
  const script = readScripts(tokens);
  if (values.headless === true && script !== null)
    throw new UsageError(
      '--headless runs no lines: leave it out to run -e and --script, or put lines that are to run at start into .noderc',
    );
  const logFormat = values['log-format'];
  if (logFormat !== undefined && logFormat !== 'text' && logFormat !== 'json')
    throw new UsageError(`--log-format is text or json, not ${quoted(logFormat)}`);
  if (logFormat !== undefined && values.headless !== true)
    throw new UsageError('--log-format is about --headless; --json makes answers and events JSON');
  if (values.data === '') throw new UsageError('--data is a folder, not ""; --no-data keeps no book');
  const saves = listen !== null && listen.port !== 0 && script === null;
  return {
    settings,
    origins,
    aliases: target.aliases,
    bootstrap: hasOwnList ? listed : bootstrap,
    listen,
    rc,
    rcLines: target.rcLines,
    rcSaid: { bootstrap, listen: target.listen, aliases: new Map(target.aliases) },
    hasOwnBootstrap: hasOwnList,
    script,
    lab: { seed: values.seed === undefined ? null : readSeed(values.seed), settings: values.set ?? [] },
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
    metrics: readMetrics(values.metrics, values['metrics-host']),
    logsJson: logFormat === undefined ? values.json === true : logFormat === 'json',
    allowEval: values['allow-eval'] === true,
    json: values.json === true,
    color: values['no-color'] === true || values.json === true ? false : values.color === true ? true : null,
    show: values.version === true ? 'version' : values.help === true ? 'help' : null,
  };
}

/** Words that stand right after the name of the program. */
const PROGRAM_COMMANDS = ['attach', 'exec', 'ls', 'completion', 'man'];

/** A word that is no option. */
function stray([word = '', ...more]: readonly string[]): UsageError {
  if (PROGRAM_COMMANDS.includes(word)) return new UsageError(`${word} comes first: peersh ${word} …`);
  const near = [
    ...nearest(word, PROGRAM_COMMANDS).map((name) => `peersh ${name}`),
    ...nearest(word, Object.keys(OPTIONS)).map((name) => `--${name}`),
  ];
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : `-e ${quoted([word, ...more].join(' '))} runs it as a line`;
  return new UsageError(`${quoted(word)} is no option; ${hint}`, near);
}

/** By itself a port is one of this machine only. */
function readMetrics(place: string | undefined, hosts: readonly string[] = []): Startup['metrics'] {
  if (place === undefined && hosts.length > 0) throw new UsageError('--metrics-host is of no use without --metrics');
  if (place === undefined) return null;
  return { at: readPlace(/^[0-9]+$/.test(place) ? `127.0.0.1:${place}` : place, true), hosts };
}

function readScripts(tokens: ReturnType<typeof readOptions>['tokens']): Startup['script'] {
  const script: ScriptPart[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option' || typeof token.value !== 'string') continue;
    if (token.name === 'eval') script.push({ path: null, lines: [token.value] });
    else if (token.name === 'script') script.push({ path: token.value, lines: readLines(token.value) });
  }
  return script.length === 0 ? null : script;
}
