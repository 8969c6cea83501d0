/** Starts nodes in a world and waits for what they come to: a world and options go in, node ports come out. */
import type { NodeConfig, NodePort, World } from '../../src/core/world.ts';
import { defaultSettings, type Settings } from '../../src/settings.ts';

export interface SpawnOptions {
  readonly settings?: Partial<Settings>;
  readonly bootstrap?: NodeConfig['bootstrap'];
  readonly data?: string | null;
  readonly listen?: NodeConfig['listen'];
}

export function spawn(world: World, name: string, options: SpawnOptions = {}): Promise<NodePort> {
  return world.spawn({
    name,
    settings: { ...defaultSettings(), ...options.settings },
    listen: options.listen ?? [{ host: '127.0.0.1', port: 0 }],
    bootstrap: options.bootstrap ?? [],
    data: options.data ?? null,
  });
}

/** Where a node listens, as an entry of another's bootstrap list. */
export function placeOf(node: NodePort): { host: string; port: number } {
  const address = node.state.listening[0];
  if (address === undefined) throw new Error(`${node.name} does not listen`);
  return { host: address.ip, port: address.port };
}

/** Waits until the condition holds after some event; fails with what was missing. */
export async function reach(world: World, what: string, condition: () => boolean, limitMs = 10_000): Promise<void> {
  const limit = world.now() + limitMs * 1_000;
  while (!condition()) {
    const left = (limit - world.now()) / 1_000;
    const result = await world.until(() => condition(), { limitMs: Math.max(1, left) });
    if (result.kind !== 'event' && !condition()) throw new Error(`not within ${limitMs} ms: ${what}`);
  }
}
