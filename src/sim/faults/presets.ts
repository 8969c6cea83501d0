/**
 * Kinds of access by name: each stands for a row of faults, as text, that a user could type one by one. Delays are one way, half of the
 * round trip of the source; the rate is that of the slower direction, the uplink, since every line of a peer goes up somewhere.
 */
export interface Preset {
  readonly faults: readonly string[];
  readonly source: string;
}

export const PRESETS = {
  '3g': {
    faults: ['latency 150ms±50ms normal', 'loss 0.5%', 'rate 768kbit/s'],
    source: 'WebPageTest 3G (1.6/0.768 Mbit/s, 300 ms); jitter and loss: Loadero 3G',
  },
  dsl: {
    faults: ['latency 25ms±3ms normal', 'rate 384kbit/s'],
    source: 'WebPageTest DSL (1.5/0.384 Mbit/s, 50 ms, no loss); jitter: an assumption',
  },
  wifi: {
    faults: ['latency 3ms±2ms pareto', 'loss 0.2%', 'rate 33Mbit/s'],
    source: 'Apple Network Link Conditioner Wi-Fi (40/33 Mbit/s, 1 ms); jitter and loss of a shared room: assumptions',
  },
  satellite: {
    faults: ['latency 280ms±10ms normal', 'loss 0.5%', 'rate 1Mbit/s'],
    source: 'a geostationary hop, 260 ms by ITU-T G.114, and the way on ground; rate and loss: assumptions',
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

export const presetUsage = (name: string) => `${name} [on SELECTOR] [for TIME] [until EXPRESSION]`;

export const isPresetName = (text: string): text is PresetName => Object.hasOwn(PRESETS, text);
