/** Everyone who answers pings, each in a process of its own: a name goes in; a port, its CPU time so far and a way to end it come out. */
import { TwistedNode, twistedMissing } from '../helpers/twisted.ts';
import { Child } from './child.ts';
import { cpuUsOf, hasProc } from './measures.ts';
import type { ServerName } from './server.ts';

export interface Contender {
  readonly port: number;
  /** Whether a connection begins with a hello. */
  readonly greets: boolean;
  /** Microseconds, all threads together. */
  cpuUs(): Promise<number>;
  stop(): Promise<unknown>;
}

/** Why there is no Twisted here, else null. */
export const whyNoTwisted: string | null =
  twistedMissing === false ? (hasProc ? null : 'its CPU time cannot be read on this system') : twistedMissing;

/** Pings of its own would be counted as answers. */
const TWISTED_PING_S = 3_600;

export async function startServer(name: ServerName, args: readonly string[] = []): Promise<Contender> {
  const child = new Child(name, 'server', [name, ...args]);
  return {
    port: await child.ask<number>({ kind: 'port' }),
    greets: name !== 'floor' && name !== 'reference',
    cpuUs: () => child.ask<number>({ kind: 'cpu' }),
    stop: () => child.stop(),
  };
}

export async function startTwisted(): Promise<Contender> {
  const node = await TwistedNode.start({ pingSeconds: TWISTED_PING_S });
  return {
    port: node.port,
    greets: true,
    cpuUs() {
      node.check();
      return Promise.resolve(cpuUsOf(node.pid));
    },
    stop: () => node.kill(),
  };
}
