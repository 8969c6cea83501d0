/** The library face: what a program needs to run nodes of its own. */

export type { NodeEvent } from './core/events.ts';
export { REASONS, type ReasonCode } from './core/reasons.ts';
export type { NodeConfig, NodePort, Order, OrderAnswer, World } from './core/world.ts';
export { defaultSettings, readSetting, SETTINGS, type Settings } from './settings.ts';
export { VERSION } from './util/version.ts';
export { createLiveWorld } from './worlds.ts';
