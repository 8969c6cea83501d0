/**
 * Our whole node as the program runs it: nothing goes in, a listening port comes out. Nobody listens, as in a headless node, or the
 * recorder does as where there is a shell; only the limits that a bench goes beyond on purpose are raised.
 */
import { defaultSettings, isSettingKey, readSetting, type Settings } from '../../src/settings.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { createLiveWorld } from '../../src/worlds.ts';

/** As `--set` takes them. One client here is a flood, and all of its connections come from one address. */
export const RAISED: readonly string[] = [
  'peers.max=10000',
  'peers.inbound=10000',
  'pending.max=10000',
  'ip.private=65536',
  'flood.messages=1000000',
  'flood.messages.burst=1000000',
  'flood.bytes=64MiB',
  'flood.bytes.burst=64MiB',
];

const NAME = 'bench';

/** breaking: with a rule that waits for a message that does not come. */
export async function startOurs(mode: 'plain' | 'recorded' | 'breaking'): Promise<number> {
  const world = createLiveWorld();
  if (mode === 'recorded') world.witness(new Recorder({ world: 'tcp', app: 'bench', seed: null, epochMs: 0 }));
  const node = await world.spawn({
    name: NAME,
    settings: raisedSettings(),
    listen: [{ host: '127.0.0.1', port: 0 }],
    bootstrap: [],
    data: null,
  });
  if (mode === 'breaking') world.tap.order({ kind: 'break', text: 'bye', node: null });
  return node.state.listening[0]?.port ?? 0;
}

function raisedSettings(): Settings {
  const settings: Record<string, Settings[keyof Settings]> = defaultSettings();
  for (const text of RAISED) {
    const [key = '', value = ''] = text.split('=');
    const reading = isSettingKey(key) ? readSetting(key, value) : { ok: false as const, message: `no setting ${key}` };
    if (!reading.ok) throw new Error(reading.message);
    settings[key] = reading.value;
  }
  return settings as Settings;
}
