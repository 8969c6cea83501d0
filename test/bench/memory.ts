/** Memory of one more idle peer: the slope of RssAnon between two numbers of connections, our node against raw sockets, as a row. */
import { Child } from './child.ts';
import { hasProc, openFilesMax } from './measures.ts';
import { median, ratioOf, takeTurns } from './rounds.ts';
import type { Line } from './table.ts';

const FEW = 1_000;
const MANY = 6_000;
/**
 * Of V8's young generation, in MiB. It grows with the garbage that greetings make, up to a bound that no number of peers moves: left
 * alone it would be most of the slope, of raw sockets too.
 */
const FLAGS = ['--expose-gc', '--max-semi-space-size=1'];
/** Files that the two processes hold beside their connections. */
const FILES_BESIDE = 200;

type Name = 'ours' | 'floor';

export async function benchMemory(): Promise<Line[]> {
  const what = 'idle peer: memory';
  if (!hasProc) return [{ what, skipped: 'it cannot be read on this system' }];
  const many = Math.min(MANY, openFilesMax() - FILES_BESIDE);
  const few = Math.min(FEW, Math.floor(many / 2));
  if (many < 100) return [{ what, skipped: `only ${openFilesMax()} files may be open` }];
  const results = await takeTurns(['ours', 'floor'] as const, (name) => slope(name, few, many));
  return [
    {
      what: `${what}, slope from ${few} to ${many}`,
      unit: 'KiB',
      ours: median(results.ours),
      other: { name: 'raw sockets', value: median(results.floor), ratio: ratioOf(results.ours, results.floor) },
      target: { of: 'ratio', atMost: 1.5 },
    },
  ];
}

/** KiB per connection, in a server that nobody has used before. */
async function slope(name: Name, few: number, many: number): Promise<number> {
  const server = new Child(name, 'server', [name], FLAGS);
  const load = new Child('load', 'load', []);
  try {
    const port = await server.ask<number>({ kind: 'port' });
    const greets = name === 'ours';
    await load.ask({ kind: 'open', port, greets, connections: few });
    const before = await server.ask<number>({ kind: 'memory' });
    await load.ask({ kind: 'open', port, greets, connections: many - few });
    const after = await server.ask<number>({ kind: 'memory' });
    return (after - before) / (many - few) / 1_024;
  } finally {
    await Promise.all([load.stop(), server.stop()]);
  }
}
