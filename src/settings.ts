/**
 * The one table of settings: key, kind, default, bounds, one-line summary. `--set`, `.noderc`, the shell's `set`, `help settings`
 * and completion all read it. Text goes in, a checked value or one clear line comes out; it must not know where a setting is used.
 */
import { assert } from './util/assert.ts';
import { nearest } from './util/nearest.ts';
import { printDuration, printSize, readDuration, readSize, splitQuantity } from './util/quantity.ts';
import { addressOf, parseAddress } from './wire/address.ts';

export { readDuration } from './util/quantity.ts';

/** Durations are integer microseconds, sizes bytes, rates per second; `text` and `words` stay strings. */
export type SettingKind = 'duration' | 'size' | 'count' | 'rate' | 'switch' | 'text' | 'words';

interface SettingRow {
  readonly kind: SettingKind;
  readonly default: string;
  readonly min?: string;
  readonly max?: string;
  /** When a change takes effect: at once, or only at the next start. */
  readonly live: boolean;
  readonly summary: string;
  /** The rule of the protocol that the setting belongs to. */
  readonly rule: string;
}

const duration = (value: string, rule: string, summary: string, min = '100ms', max = '24h') =>
  ({ kind: 'duration', default: value, min, max, live: true, summary, rule }) as const satisfies SettingRow;
const count = (value: string, rule: string, summary: string, min = '1', max = '65536') =>
  ({ kind: 'count', default: value, min, max, live: true, summary, rule }) as const satisfies SettingRow;
const size = (value: string, rule: string, summary: string) =>
  ({
    kind: 'size',
    default: value,
    min: '1KiB',
    max: '64MiB',
    live: true,
    summary,
    rule,
  }) as const satisfies SettingRow;
const rate = (value: string, rule: string, summary: string) =>
  ({
    kind: 'rate',
    default: value,
    min: '0.01',
    max: '1000000',
    live: true,
    summary,
    rule,
  }) as const satisfies SettingRow;

/** Every setting, in the order in which `set` and `help settings` list them. */
export const SETTINGS = {
  'hello.timeout': duration('30s', '13', 'how long a connection may take to say hello'),
  'hello.line': size('4KiB', '2', 'longest line accepted before hello'),
  'hello.quiet': duration('2s', '15', 'a dialled peer that speaks but never says hello is kept after this'),
  'ping.interval': duration('60s', '24', 'time between two pings to a peer', '100ms', '1h'),
  'ping.timeout': duration('150s', '26', 'no pong for this long: the peer is dropped'),
  'addr.fresh': duration('240s', 'sharing', 'peers seen alive within this are told to others'),
  'addr.answer': count('32', '38', 'most addresses in one answer to getaddr'),
  'addr.take': count('100', '34', 'most addresses taken from one addr message'),
  'addr.burst': count('10', '35', 'addresses a new connection may teach us at once'),
  'addr.rate': rate('0.1', '35', 'further addresses a connection may teach us, per second'),
  'getaddr.burst': count('5', '38', 'getaddr requests a peer may send at once'),
  'getaddr.every': duration('10s', '38', 'after the burst, one getaddr per this is answered'),
  'getaddr.ask': duration('60s', '38', 'below target, one random peer is asked for addresses this often'),
  'line.max': size('64KiB', '2', 'longest line accepted from a peer'),
  'strike.max': count('5', '9', 'malformed lines within the window that close a connection'),
  'strike.window': duration('60s', '9', 'how long a strike counts'),
  'peers.max': count('125', '49', 'most connections that count as peers', '1', '10000'),
  'peers.inbound': count('117', '49', 'most inbound peers', '1', '10000'),
  'pending.max': count('64', '50', 'most inbound connections that have not said hello'),
  'visitors.max': count('200', '52', 'most temporary guests of a full node'),
  'peers.outbound': count('8', '41', 'public peers we want to dial'),
  'peers.outbound.max': count('16', '41', 'most public peers we dial'),
  'peers.outbound.local': count('60', '41', 'most loopback and private peers we dial'),
  'peers.outbound.group': count('2', '41', 'most public peers we dial in one network (a /16, or a /32 of IPv6)'),
  'dial.parallel': count('8', '42', 'most dials in progress at once'),
  'dial.timeout': duration('5s', '43', 'how long a dial to a local address may take'),
  'dial.timeout.public': duration('10s', '43', 'how long a dial to a public address may take'),
  'dial.retry': duration('5s', '44', 'first backoff after a failed dial'),
  'dial.retry.max': duration('5m', '44', 'longest backoff after failed dials'),
  'bootstrap.retry': duration('1s', '44', 'first backoff for bootstrap and kept peers'),
  'bootstrap.retry.max': duration('5s', '44', 'longest backoff for local bootstrap and kept peers'),
  'bootstrap.retry.max.public': duration('60s', '44', 'longest backoff for public bootstrap and kept peers'),
  'bootstrap.refresh': duration('60s', '48', 'how often dns: and dnssrv: names of the bootstrap list are asked again'),
  'dns.server': {
    kind: 'text',
    default: '',
    live: true,
    summary: 'IP or IP:PORT of the server asked for dns: and dnssrv: names (empty: those of the system)',
    rule: '48',
  },
  'dial.history': duration('35s', '45', 'no second dial of a gossiped address within this'),
  'dial.rotate': duration('300s', '41', 'at target, one random known address is dialled this often'),
  'dial.feeler': duration('120s', '47', 'with all slots full, one unproven address is tried this often'),
  'book.new': count('1024', '36', 'most addresses known by hearsay'),
  'book.tried': count('256', '36', 'most addresses known to have worked'),
  'book.tried.groups': count('32', '36', 'one public network may have one in so many places of those that worked'),
  'book.source': count('64', '36', 'most unproven addresses of one public source network'),
  'book.source.local': count('256', '36', 'most unproven addresses of loopback or private sources'),
  'book.save': duration('10m', '64', 'how often the address book is saved'),
  'ip.public': count('8', '51', 'most connections from one public address'),
  'ip.private': count('64', '51', 'most connections from one private address'),
  'flood.messages': rate('200', '54', 'messages a peer may send per second'),
  'flood.messages.burst': count('2000', '54', 'messages a peer may send at once', '1', '1000000'),
  'flood.bytes': size('256KiB', '54', 'bytes a peer may send per second'),
  'flood.bytes.burst': size('8MiB', '54', 'bytes a peer may send at once'),
  'queue.max': size('256KiB', '56', 'bytes waiting for a slow peer before we stop reading it'),
  'queue.drain': duration('20s', '56', 'how long a slow peer may take to read what waits'),
  'stop.timeout': duration('2s', '66', 'longest clean stop'),
  advertise: {
    kind: 'text',
    default: '',
    live: true,
    summary: 'host:port told to peers instead of the bound address',
    rule: '40',
  },
  agent: { kind: 'text', default: '', live: false, summary: 'what hello says we are, 64 characters', rule: 'wire' },
  events: {
    kind: 'words',
    default: 'connect,drop,error',
    live: true,
    summary: 'kinds of events shown above the prompt',
    rule: 'shell',
  },
  'output.rate': rate('20', 'shell', 'event lines shown per second'),
  'drop.hold': duration('10m', 'drop', 'how long a dropped peer stays away', '0s', '24h'),
  'gossip.dial': {
    kind: 'switch',
    default: 'on',
    live: true,
    summary: 'dial addresses that peers told us (off: learnt, never dialled)',
    rule: '41',
  },
  'collision.window': duration('10s', '21', 'two connections this close together are one collision'),
  'probe.timeout': duration('5s', '22', 'how long an old connection may take to prove that it lives'),
  'ban.time': duration('24h', '59', 'how long a ban lasts'),
  'evict.grace': duration('30s', '52', 'a new inbound peer is not evicted within this'),
  'late.tick': duration('5s', '28', 'a clock tick this late means that we slept'),
} as const satisfies Record<string, SettingRow>;

export type SettingKey = keyof typeof SETTINGS;

type ValueOf<Kind extends SettingKind> = Kind extends 'switch'
  ? boolean
  : Kind extends 'text'
    ? string
    : Kind extends 'words'
      ? readonly string[]
      : number;

/** The values of all settings: durations in integer microseconds, sizes in bytes, rates per second. */
export type Settings = { [Key in SettingKey]: ValueOf<(typeof SETTINGS)[Key]['kind']> };

export type SettingValue = Settings[SettingKey];

/** Outcome of reading one text as a setting: the value, or one line that says what was wrong and what to type instead. */
export type SettingReading =
  | { readonly ok: true; readonly value: SettingValue }
  | { readonly ok: false; readonly message: string };

/** Kinds of events that the setting `events` may name. */
export const EVENT_KINDS = ['connect', 'drop', 'dial', 'gossip', 'error', 'self', 'flood', 'save'] as const;

const TEXT_LENGTH_MAX = 64;
const DNS_PORT = 53;

export const isSettingKey = (text: string): text is SettingKey => Object.hasOwn(SETTINGS, text);

/** The settings whose names are nearest to a mistyped one. */
export function nearestSettings(text: string): string[] {
  const near = nearest(text, Object.keys(SETTINGS), 3);
  return near.length > 0
    ? near
    : Object.keys(SETTINGS)
        .filter((key) => text.length >= 3 && key.includes(text))
        .slice(0, 3);
}

function readQuantity(kind: SettingKind, text: string): number | null {
  if (kind === 'duration') return readDuration(text);
  if (kind === 'size') return readSize(text);
  const quantity = splitQuantity(text);
  if (quantity === null) return null;
  if (kind === 'rate') return ['', 'per s', '/s'].includes(quantity.unit.trim()) ? quantity.amount : null;
  return quantity.unit === '' && Number.isInteger(quantity.amount) ? quantity.amount : null;
}

const FORMS: Readonly<Record<SettingKind, string>> = {
  duration: 'a duration such as 500ms, 5s, 2m or 1h',
  size: 'a size such as 512B, 64KiB or 1MiB',
  count: 'a whole number',
  rate: 'a number per second such as 20 or 0.1',
  switch: 'on or off',
  text: `text of at most ${TEXT_LENGTH_MAX} characters`,
  words: `a comma list of ${EVENT_KINDS.join(', ')}, or all, or none`,
};

/** Reads the text of one setting; a wrong one says what it was and what to type instead. */
export function readSetting(key: SettingKey, typed: string): SettingReading {
  const row: SettingRow = SETTINGS[key];
  const text = typed.trim();
  const wrong = (what: string): SettingReading => ({
    ok: false,
    message: `${key}: ${JSON.stringify(text.slice(0, 80))} ${what}`,
  });
  if (row.kind === 'switch') {
    const at = ['on', 'true', 'off', 'false'].indexOf(text);
    return at < 0 ? wrong(`is not ${FORMS.switch}`) : { ok: true, value: at < 2 };
  }
  if (key === 'advertise' && text !== '') {
    const address = parseAddress(text);
    if (address === null || address.class === 'special') {
      return wrong('is no address that peers could dial: type IP:PORT such as 192.168.1.5:5999, or nothing');
    }
    return { ok: true, value: address.text };
  }
  if (key === 'dns.server' && text !== '') {
    const address = parseAddress(text) ?? addressOf(text, DNS_PORT);
    return address === null || address.class === 'special'
      ? wrong('is no DNS server: type IP or IP:PORT such as 127.0.0.1:5353, or nothing')
      : { ok: true, value: address.text };
  }
  if (row.kind === 'text')
    return text.length > TEXT_LENGTH_MAX ? wrong(`is not ${FORMS.text}`) : { ok: true, value: text };
  if (row.kind === 'words') return readWords(text) ?? wrong(`is not ${FORMS.words}`);
  const value = readQuantity(row.kind, text);
  if (value === null) return wrong(`is not ${FORMS[row.kind]}`);
  const min = readQuantity(row.kind, row.min ?? '0') ?? 0;
  const max = readQuantity(row.kind, row.max ?? '') ?? Infinity;
  return value < min || value > max ? wrong(`is out of bounds: type ${row.min} to ${row.max}`) : { ok: true, value };
}

function readWords(text: string): SettingReading | null {
  if (text === 'none' || text === '') return { ok: true, value: [] };
  if (text === 'all') return { ok: true, value: EVENT_KINDS };
  const words = text.split(',').map((word) => word.trim());
  return words.every((word) => EVENT_KINDS.some((kind) => kind === word))
    ? { ok: true, value: [...new Set(words)] }
    : null;
}

/** Every setting at its default; a new record that the caller may change. */
export function defaultSettings(): Settings {
  const entries = Object.entries(SETTINGS).map(([key, row]) => {
    const reading = readSetting(key as SettingKey, row.default);
    assert(reading.ok, `the default of ${key} is a good value`);
    return [key, reading.value];
  });
  return Object.fromEntries(entries) as Settings;
}

/** The shortest text that reads back as this value. */
export function printSetting(key: SettingKey, value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.length === 0 ? 'none' : value.join(',');
  const { kind } = SETTINGS[key];
  if (kind === 'duration') return printDuration(value);
  return kind === 'size' ? printSize(value) : String(value);
}

/** Settings that make no sense above another one. */
const AT_MOST = [
  ['dial.retry', 'dial.retry.max'],
  ['bootstrap.retry', 'bootstrap.retry.max'],
  ['bootstrap.retry', 'bootstrap.retry.max.public'],
  ['peers.outbound', 'peers.outbound.max'],
  ['peers.inbound', 'peers.max'],
] as const;

/** What two settings together get wrong; null when nothing. */
export function checkSettings(settings: Settings): string | null {
  const shown = (key: SettingKey) => `${key} (${printSetting(key, settings[key])})`;
  if (settings['ping.timeout'] <= settings['ping.interval']) {
    return `${shown('ping.timeout')} must be longer than ${shown('ping.interval')}`;
  }
  for (const [low, high] of AT_MOST) {
    if (settings[low] <= settings[high]) continue;
    // Nobody chose the default of peers.inbound: lowering peers.max alone is enough to have fewer of both.
    if (low === 'peers.inbound' && printSetting(low, settings[low]) === SETTINGS[low].default) continue;
    return `${shown(low)} must be at most ${shown(high)}`;
  }
  return null;
}
