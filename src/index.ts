/** The library face: what a program needs to run nodes of its own, and simulated networks. */

export type { NodeEvent } from './core/events.ts';
export { REASONS, type ReasonCode } from './core/reasons.ts';
export type {
  AddrView,
  BanView,
  BootstrapView,
  PeerView,
  StatusView,
  TrafficView,
} from './core/view-rows.ts';
export type { NodeConfig, NodePort, Order, OrderAnswer, World } from './core/world.ts';
export { createNode, type NodeOptions } from './library/create-node.ts';
export {
  createLab,
  type Lab,
  type LabMoment,
  type LabOptions,
  type SpawnOptions,
  type UntilTrueOptions,
} from './library/lab.ts';
export type { ConnectOptions, PeerName, PeerNode, PeerNodeEvents, WaitOptions } from './library/peer-node.ts';
export type { Duration, SettingText, SettingTexts } from './library/read.ts';
export { defaultSettings, readSetting, SETTINGS, type Settings } from './settings.ts';
export { CommandError as PeershError } from './shell/errors.ts';
export { VERSION } from './util/version.ts';
export { createLiveWorld } from './worlds.ts';
