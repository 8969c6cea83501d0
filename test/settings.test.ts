/** Settings: every one has a good default, texts are read within bounds and printed so that they read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkSettings,
  defaultSettings,
  EVENT_KINDS,
  isSettingKey,
  nearestSettings,
  printSetting,
  readDuration,
  readSetting,
  SETTINGS,
  type SettingKey,
  type SettingKind,
  type Settings,
  type SettingValue,
} from '../src/settings.ts';
import { fc } from './helpers/random-cases.ts';

const KEYS = Object.keys(SETTINGS) as SettingKey[];

function readGood(key: SettingKey, text: string): SettingValue {
  const reading = readSetting(key, text);
  return reading.ok ? reading.value : assert.fail(reading.message);
}

test('settings: every default is within its bounds and reads back as printed', () => {
  const settings = defaultSettings();
  for (const key of KEYS)
    assert.deepEqual(readSetting(key, printSetting(key, settings[key])), { ok: true, value: settings[key] }, key);
  assert.equal(checkSettings(settings), null);
  settings['ping.interval'] = 1;
  assert.equal(defaultSettings()['ping.interval'], 60_000_000);
});

test('settings: every form of a value is read', () => {
  const table: [SettingKey, string, SettingValue][] = [
    ['ping.timeout', '500ms', 500_000],
    ['ping.timeout', '0.5s', 500_000],
    ['ping.timeout', '2m', 120_000_000],
    ['ping.timeout', '1.5h', 5_400_000_000],
    ['ping.timeout', ' 5 s ', 5_000_000],
    ['drop.hold', '0s', 0],
    ['drop.hold', '24h', 86_400_000_000],
    ['line.max', '64KiB', 65_536],
    ['line.max', '1.5KiB', 1_536],
    ['line.max', '4MiB', 4_194_304],
    ['line.max', '2048B', 2_048],
    ['line.max', '2048', 2_048],
    ['peers.max', '10000', 10_000],
    ['addr.rate', '0.1', 0.1],
    ['addr.rate', '20', 20],
    ['addr.rate', '20 per s', 20],
    ['addr.rate', '20/s', 20],
    ['gossip.dial', 'off', false],
    ['gossip.dial', 'false', false],
    ['gossip.dial', 'on', true],
    ['gossip.dial', 'true', true],
    ['events', 'connect,drop', ['connect', 'drop']],
    ['events', 'drop, connect, drop', ['drop', 'connect']],
    ['events', 'all', [...EVENT_KINDS]],
    ['events', 'none', []],
    ['agent', 'my node/1', 'my node/1'],
    ['agent', '', ''],
    ['advertise', '192.168.1.5:5999', '192.168.1.5:5999'],
    ['advertise', '[2A00::0:1]:5999', '[2a00::1]:5999'],
    ['advertise', '', ''],
    ['dns.server', '127.0.0.1:5353', '127.0.0.1:5353'],
    ['dns.server', '10.0.0.1', '10.0.0.1:53'],
    ['dns.server', 'fd00::1', '[fd00::1]:53'],
    ['dns.server', '', ''],
  ];
  for (const [key, text, value] of table) assert.deepEqual(readGood(key, text), value, `${key} ${text}`);
});

test('settings: a wrong value is one line with the key, the value, and what to type instead', () => {
  const table: [SettingKey, string, RegExp][] = [
    ['ping.interval', '2h', /out of bounds: type 100ms to 1h/],
    ['ping.interval', '99ms', /out of bounds: type 100ms to 1h/],
    ['ping.interval', 'soon', /500ms, 5s/],
    ['ping.interval', '5', /500ms, 5s/],
    ['ping.interval', '-5s', /500ms, 5s/],
    ['ping.interval', '5S', /500ms, 5s/],
    ['ping.interval', '5s5s', /500ms, 5s/],
    ['ping.interval', '1e3ms', /500ms, 5s/],
    ['ping.interval', '', /500ms, 5s/],
    ['ping.interval', '5constructor', /500ms, 5s/],
    ['line.max', '1GiB', /64KiB/],
    ['line.max', '64kb', /64KiB/],
    ['line.max', '64MB', /64KiB/],
    ['line.max', '0.3B', /64KiB/],
    ['line.max', '65MiB', /out of bounds: type 1KiB to 64MiB/],
    ['line.max', '1023', /out of bounds: type 1KiB to 64MiB/],
    ['peers.max', '0', /out of bounds: type 1 to 10000/],
    ['peers.max', '10001', /out of bounds: type 1 to 10000/],
    ['peers.max', '1.5', /whole number/],
    ['peers.max', '0x10', /whole number/],
    ['peers.max', '99999999999999999999', /whole number/],
    ['addr.rate', '0', /out of bounds: type 0.01 to 1000000/],
    ['addr.rate', '20 per m', /20 or 0.1/],
    ['gossip.dial', 'maybe', /on or off/],
    ['gossip.dial', '1', /on or off/],
    ['events', 'connect,x', /connect, drop, .* or all, or none/],
    ['events', 'connect,', /connect, drop, .* or all, or none/],
    ['events', 'all,connect', /connect, drop, .* or all, or none/],
    ['agent', 'a'.repeat(65), /at most 64 characters/],
    ['advertise', 'example.org:5999', /IP:PORT/],
    ['advertise', '192.168.1.5', /IP:PORT/],
    ['advertise', '0.0.0.0:5999', /IP:PORT/],
    ['dns.server', 'ns.example.org', /IP or IP:PORT/],
    ['dns.server', '0.0.0.0', /IP or IP:PORT/],
  ];
  for (const [key, text, expected] of table) {
    const reading = readSetting(key, text);
    assert.ok(!reading.ok, `${key} ${text}`);
    assert.match(reading.message, expected);
    assert.ok(reading.message.startsWith(`${key}: "${text.slice(0, 80)}" `), reading.message);
    assert.ok(reading.message.length < 240 && !reading.message.includes('\n'), reading.message);
  }
});

test('settings: the bounds of every setting are good values', () => {
  for (const key of KEYS) {
    const row = SETTINGS[key];
    if ('min' in row) for (const bound of [row.min, row.max]) readGood(key, bound);
  }
});

test('settings: a duration is read without a setting, too', () => {
  assert.deepEqual(['1.5s', '0s', '2', 'x'].map(readDuration), [1_500_000, 0, null, null]);
});

/** Values of a kind, as numbers or texts that `readSetting` could have made. */
const VALUES: Readonly<Record<SettingKind, fc.Arbitrary<SettingValue>>> = {
  duration: fc.oneof(
    fc.integer({ min: 100_000, max: 3_600_000_000 }),
    fc.integer({ min: 1, max: 3_600 }).map((seconds) => seconds * 1_000_000),
  ),
  size: fc.oneof(
    fc.integer({ min: 1_024, max: 67_108_864 }),
    fc.integer({ min: 1, max: 65_536 }).map((kib) => kib * 1_024),
  ),
  count: fc.integer({ min: 1, max: 10_000 }),
  rate: fc.integer({ min: 10_000, max: 999_999_999 }).map((millionths) => millionths / 1_000_000),
  switch: fc.boolean(),
  text: fc.string({ maxLength: 64 }).map((text) => text.trim()),
  words: fc.subarray([...EVENT_KINDS]),
};

test('settings: what is printed reads back', () => {
  fc.assert(
    fc.property(
      fc
        .constantFrom(...KEYS.filter((key) => key !== 'advertise' && key !== 'dns.server'))
        .chain((key) => fc.record({ key: fc.constant(key), value: VALUES[SETTINGS[key].kind] })),
      ({ key, value }) => assert.deepEqual(readGood(key, printSetting(key, value)), value),
    ),
    { numRuns: 3_000 },
  );
});

test('settings: a value is printed in its natural unit', () => {
  const table: [SettingKey, SettingValue, string][] = [
    ['ping.timeout', 150_000_000, '150s'],
    ['ping.timeout', 60_000_000, '1m'],
    ['ping.timeout', 7_200_000_000, '2h'],
    ['ping.timeout', 500_000, '500ms'],
    ['drop.hold', 0, '0s'],
    ['line.max', 65_536, '64KiB'],
    ['line.max', 1_048_576, '1MiB'],
    ['line.max', 1_500, '1500B'],
    ['peers.max', 125, '125'],
    ['addr.rate', 0.1, '0.1'],
    ['gossip.dial', false, 'off'],
    ['events', [], 'none'],
    ['events', ['drop', 'self'], 'drop,self'],
    ['agent', 'x', 'x'],
  ];
  for (const [key, value, text] of table) assert.equal(printSetting(key, value), text, key);
});

test('settings: no text makes the reader throw', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9.]{1,4} ?[A-Za-z/ ]{0,4}$/));
  fc.assert(
    fc.property(fc.constantFrom(...KEYS), text, (key, typed) => {
      const reading = readSetting(key, typed);
      if (reading.ok) assert.deepEqual(readGood(key, printSetting(key, reading.value)), reading.value);
    }),
    { numRuns: 3_000 },
  );
});

test('settings: settings that contradict each other are named with their values', () => {
  const table: [change: Partial<Settings>, says: RegExp | null][] = [
    [{ 'ping.timeout': 30_000_000 }, /^ping\.timeout \(30s\) must be longer than ping\.interval \(1m\)$/],
    [{ 'ping.timeout': 60_000_000 }, /^ping\.timeout \(1m\) must be longer than ping\.interval \(1m\)$/],
    [{ 'ping.timeout': 60_000_001 }, null],
    [{ 'peers.inbound': 126 }, /^peers\.inbound \(126\) must be at most peers\.max \(125\)$/],
    [{ 'peers.inbound': 40, 'peers.max': 30 }, /^peers\.inbound \(40\) must be at most peers\.max \(30\)$/],
    [{ 'peers.inbound': 125 }, null],
    [{ 'peers.max': 30 }, null],
    [{ 'peers.outbound': 17 }, /^peers\.outbound \(17\) must be at most peers\.outbound\.max \(16\)$/],
    [{ 'dial.retry': 600_000_000 }, /^dial\.retry \(10m\) must be at most dial\.retry\.max \(5m\)$/],
    [{ 'bootstrap.retry': 6_000_000 }, /^bootstrap\.retry \(6s\) must be at most bootstrap\.retry\.max \(5s\)$/],
    [{ 'bootstrap.retry.max.public': 999_000 }, /must be at most bootstrap\.retry\.max\.public \(999ms\)$/],
  ];
  for (const [change, says] of table) {
    const wrong = checkSettings({ ...defaultSettings(), ...change });
    if (says === null) assert.equal(wrong, null);
    else assert.match(wrong ?? 'nothing', says);
  }
});

test('settings: a mistyped key names the nearest', () => {
  const table: [typed: string, near: SettingKey][] = [
    ['ping.intervall', 'ping.interval'],
    ['pign.interval', 'ping.interval'],
    ['Peers.Max', 'peers.max'],
    ['adr.fresh', 'addr.fresh'],
    ['interval', 'ping.interval'],
  ];
  for (const [typed, near] of table) assert.equal(nearestSettings(typed)[0], near, typed);
  assert.deepEqual(nearestSettings('no such thing'), []);
  assert.deepEqual(['ping.interval', 'ping.intervall', 'toString', '__proto__', ''].map(isSettingKey), [
    true,
    false,
    false,
    false,
    false,
  ]);
});
