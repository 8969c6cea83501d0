/** Whole handshakes, from connect over the first pings of both sides to close: our node against a raw server that sends the same lines in as many writes, as rows. */
import { Child } from './child.ts';
import { type Contender, startServer, startTwisted, whyNoTwisted } from './contenders.ts';
import { shakeHands } from './peer.ts';
import { median, ratioOf, takeTurns, WARM_UPS } from './rounds.ts';
import type { Line } from './table.ts';

const HANDSHAKES = 1_000;
const PARALLEL = 16;

type Name = 'ours' | 'raw' | 'Twisted';

export async function benchHandshakes(): Promise<Line[]> {
  const load = new Child('load', 'load', []);
  const contenders = new Map<Name, Contender>();
  try {
    const ours = await startServer('ours');
    // On loopback a write of its own is a chunk of its own.
    contenders.set('ours', ours);
    contenders.set('raw', await startServer('greeter', await shakeHands(ours.port)));
    if (whyNoTwisted === null) contenders.set('Twisted', await startTwisted());
    const run = async (name: Name) => {
      const contender = contenders.get(name) as Contender;
      const before = await contender.cpuUs();
      const seconds = await load.ask<number>({
        kind: 'handshakes',
        port: contender.port,
        count: HANDSHAKES,
        parallel: PARALLEL,
      });
      return { cpuUs: ((await contender.cpuUs()) - before) / HANDSHAKES, perSecond: HANDSHAKES / seconds };
    };
    await takeTurns([...contenders.keys()], run, WARM_UPS);
    const results = await takeTurns([...contenders.keys()], run);
    const compare = (measured: 'cpuUs' | 'perSecond', other: Name) => {
      const mine = results.ours.map((result) => result[measured]);
      const theirs = results[other].map((result) => result[measured]);
      return { ours: median(mine), other: { name: other, value: median(theirs), ratio: ratioOf(mine, theirs) } };
    };
    const cpu = { what: 'handshake: CPU', unit: 'µs' };
    return [
      { ...cpu, ...compare('cpuUs', 'raw'), target: { of: 'ratio', atMost: 1.25 } },
      { what: 'handshakes per second', unit: '/s', ...compare('perSecond', 'raw'), target: null },
      whyNoTwisted === null
        ? { ...cpu, ...compare('cpuUs', 'Twisted'), target: null }
        : { what: `${cpu.what} against Twisted`, skipped: whyNoTwisted },
    ];
  } finally {
    await load.stop();
    await Promise.all([...contenders.values()].map((contender) => contender.stop()));
  }
}
