/**
 * What shells on its control socket cost a node, as rows: the real program without a shell of its own serves pings, with twenty clients
 * attached, one of which traces everything and reads nothing, and without them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlEnv, RawClient } from '../helpers/control.ts';
import { ALONE, Program } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';
import { Child } from './child.ts';
import type { LoadResult } from './load.ts';
import { RAISED } from './ours.ts';
import { median, ratioOf, takeTurns, WARM_UPS } from './rounds.ts';
import type { Line } from './table.ts';

const CLIENTS = 20;
const CONNECTIONS = 100;
const PER_SECOND = 10_000;
const ROUND_MS = 1_000;
/** Each client that reads asks so often. */
const ASK_MS = 500;

type Name = 'attached' | 'alone';

export async function benchAttach(): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'psh-'));
  const args = [...ALONE, '--headless', '--listen', '127.0.0.1:0', ...RAISED.flatMap((one) => ['--set', one])];
  const program = new Program(args, undefined, undefined, controlEnv(folder));
  const load = new Child('load', 'load', []);
  try {
    await until('the ready line', () => (program.out.includes('\n') ? null : program.err));
    const [, port = '', socket = ''] = /127\.0\.0\.1:(\d+) pid \d+ socket (.*)\n/.exec(program.out) ?? [];
    await load.ask({ kind: 'open', port: Number(port), greets: true, connections: CONNECTIONS });
    const steady = async () => {
      await load.ask({ kind: 'stream', port: Number(port), perSecond: PER_SECOND, together: 1 });
      await delay(ROUND_MS);
      return load.ask<number>({ kind: 'halt' });
    };
    const full = async () => {
      const result = await load.ask<LoadResult>({ kind: 'run', port: Number(port), inFlight: 1, forMs: ROUND_MS });
      return result.messages / result.seconds;
    };
    return [
      await rowOf(
        `${PER_SECOND.toLocaleString('en-US')} messages/s offered, ${CLIENTS} shells attached, one traces and does not read`,
        socket,
        true,
        steady,
      ),
      await rowOf(`as many messages as it can, ${CLIENTS} shells attached, one does not read`, socket, false, full),
    ];
  } finally {
    program.child.kill('SIGKILL');
    await Promise.all([load.stop(), program.ended]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rowOf(what: string, socket: string, traces: boolean, measure: () => Promise<number>): Promise<Line> {
  const run = async (name: Name) => {
    if (name === 'alone') return measure();
    const leave = await attachAll(socket, traces);
    return measure().finally(leave);
  };
  const names: readonly Name[] = ['attached', 'alone'];
  await takeTurns(names, run, WARM_UPS);
  const { attached, alone } = await takeTurns(names, run);
  return {
    what,
    unit: '/s',
    ours: median(attached),
    other: { name: 'nobody attached', value: median(alone), ratio: ratioOf(attached, alone) },
    target: { of: 'ratio', atLeast: 0.9 },
  };
}

/** All but one ask and read; what is called in the end has them leave. */
async function attachAll(socket: string, traces: boolean): Promise<() => void> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => RawClient.attach(socket)));
  const [deaf, ...readers] = clients;
  if (traces) await deaf?.run('trace');
  deaf?.socket.pause();
  const timers = readers.map((client) =>
    setInterval(() => {
      client.replies.length = 0;
      client.begin('status');
    }, ASK_MS),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
    for (const client of clients) client.close();
  };
}
