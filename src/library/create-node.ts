/** `createNode`: options as a program writes them go in, a node on real sockets of this machine comes out; it does nothing until it is started. */
import type { NodeEvent } from '../core/events.ts';
import { readListed, readPlace } from '../shell/places.ts';
import { createLiveWorld } from '../worlds.ts';
import { checkOptions, FORMS } from './options.ts';
import { type Home, PeerNode } from './peer-node.ts';
import { readSettings, type SettingTexts } from './read.ts';

export interface NodeOptions {
  /** `HOST:PORT`, or several in order of choice; port 0 takes any free one. Default `127.0.0.1:0`; null does not listen. */
  readonly listen?: string | readonly string[] | null;
  /** Whom to look for first, each `HOST:PORT`. Default: nobody. */
  readonly bootstrap?: readonly string[];
  readonly settings?: SettingTexts;
  /** Folder of the address book. Default: none is kept. */
  readonly data?: string | null;
  /** For people only. Default `node`. */
  readonly name?: string;
}

const { text, textOrNull, texts, textsOrNull, table } = FORMS;
const OPTIONS = { listen: textsOrNull, bootstrap: texts, settings: table, data: textOrNull, name: text };

/** Throws a PeershError at once when an option is wrong. */
export function createNode(options: NodeOptions = {}): PeerNode {
  checkOptions<NodeOptions>('createNode', options, OPTIONS);
  const { listen = '127.0.0.1:0', bootstrap = [], data = null, name = 'node' } = options;
  const config = {
    name,
    listen: [listen ?? []].flat().map((text) => readPlace(text, true)),
    bootstrap: bootstrap.map(readListed),
    data,
  };
  const settings = readSettings(options.settings);
  return new PeerNode(name, async (node): Promise<Home> => {
    const world = createLiveWorld();
    // Told afterwards: a listener may do anything, which the node must not meet in the middle of its work.
    const later = (event: NodeEvent) => queueMicrotask(() => node.tell(event));
    world.onEvent((_, event) => later(event));
    const port = await world.spawn({ ...config, settings: { ...settings } });
    return { world, port, leave: () => world.close() };
  });
}
