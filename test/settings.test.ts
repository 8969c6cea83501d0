/** Settings: every one has a good default, texts are read within bounds and printed so that they read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkSettings,
  defaultSettings,
  nearestSettings,
  printSetting,
  readSetting,
  SETTINGS,
  type SettingKey,
} from '../src/settings.ts';

const KEYS = Object.keys(SETTINGS) as SettingKey[];

test('settings: every default is within its bounds and reads back as printed', () => {
  const settings = defaultSettings();
  for (const key of KEYS)
    assert.deepEqual(readSetting(key, printSetting(key, settings[key])), { ok: true, value: settings[key] }, key);
  assert.equal(checkSettings(settings), null);
});

test('settings: durations, sizes, rates and switches are read', () => {
  const table: [SettingKey, string, unknown][] = [
    ['ping.timeout', '500ms', 500_000],
    ['ping.timeout', '0.5s', 500_000],
    ['ping.timeout', '2m', 120_000_000],
    ['line.max', '64KiB', 65_536],
    ['line.max', '2048', 2_048],
    ['addr.rate', '0.1', 0.1],
    ['addr.rate', '20 per s', 20],
    ['gossip.dial', 'off', false],
    ['events', 'connect,drop', ['connect', 'drop']],
    ['drop.hold', '0s', 0],
  ];
  for (const [key, text, value] of table)
    assert.deepEqual(readSetting(key, text), { ok: true, value }, `${key} ${text}`);
});

test('settings: a wrong value says what was wrong and gives the form or the bounds', () => {
  for (const [key, text, expected] of [
    ['ping.interval', '2h', /1s to 1h|100ms to 1h/],
    ['ping.interval', 'soon', /500ms, 5s/],
    ['peers.max', '0', /1 to 10000/],
    ['peers.max', '1.5', /whole number/],
    ['line.max', '1GiB', /64KiB/],
    ['gossip.dial', 'maybe', /on or off/],
    ['events', 'connect,x', /connect/],
  ] as [SettingKey, string, RegExp][]) {
    const reading = readSetting(key, text);
    assert.ok(!reading.ok && expected.test(reading.message) && !reading.message.includes('\n'), `${key} ${text}`);
  }
});

test('settings: what is printed reads back', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KEYS),
      fc.integer({ min: 1, max: 10_000 }),
      fc.constantFrom('ms', 's', 'm', 'KiB', ''),
      (key, amount, unit) => {
        const reading = readSetting(key, `${amount}${unit}`);
        if (reading.ok) assert.deepEqual(readSetting(key, printSetting(key, reading.value)), reading);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('settings: a mistyped key names the nearest', () => {
  assert.deepEqual(nearestSettings('ping.intervall'), ['ping.interval']);
  assert.ok(checkSettings({ ...defaultSettings(), 'ping.timeout': 1 })?.includes('ping.interval'));
});
