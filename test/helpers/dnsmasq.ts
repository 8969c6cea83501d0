// Debian's dnsmasq on a free loopback port: records go in, a server that answers them and nothing else comes out. It reads no
// file of the machine and ends with the test.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from './ports.ts';
import { until } from './until.ts';

const FOUND = spawnSync('dnsmasq', ['--version']).status === 0;
/** Why tests that need it are skipped; false when they need not be. */
export const NO_DNSMASQ: string | false = FOUND ? false : 'dnsmasq is missing: apt-get install dnsmasq-base';

export interface NameServer {
  /** `IP:PORT`, as the setting dns.server wants it. */
  readonly place: string;
  /** Answers these records from now on, as options of dnsmasq without their dashes. */
  readonly serve: (records: readonly string[]) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function openNameServer(context: TestContext, records: readonly string[]): Promise<NameServer> {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-dns-'));
  const port = await freePort();
  let child: ChildProcess | null = null;

  async function stop(): Promise<void> {
    const ended = child;
    child = null;
    if (ended === null || ended.exitCode !== null) return;
    const gone = new Promise((resolve) => ended.once('exit', resolve));
    ended.kill('SIGKILL');
    await gone;
  }

  async function serve(wanted: readonly string[]): Promise<void> {
    await stop();
    const file = join(folder, 'dnsmasq.conf');
    writeFileSync(file, `${wanted.join('\n')}\n`);
    const started = spawn(
      'dnsmasq',
      [
        `--conf-file=${file}`,
        '--keep-in-foreground',
        '--no-resolv',
        '--no-hosts',
        '--local=/test/',
        '--bind-interfaces',
        '--listen-address=127.0.0.1',
        `--port=${port}`,
        '--pid-file=',
        '--log-facility=-',
        `--user=${process.env['USER'] ?? 'root'}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    child = started;
    let said = '';
    started.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until('dnsmasq', () => {
      if (started.exitCode !== null) throw new Error(`dnsmasq ended: ${said}`);
      return said.includes('started') ? null : `it said ${JSON.stringify(said)}`;
    });
  }

  context.after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await serve(records);
  return { place: `127.0.0.1:${port}`, serve, stop };
}

/** A server that hears every question and answers none; ends with the test. */
export async function openSilentServer(context: TestContext): Promise<{ place: string; heard: () => number }> {
  const socket = createSocket('udp4');
  let heard = 0;
  socket.on('message', () => {
    heard += 1;
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  context.after(() => socket.close());
  return { place: `127.0.0.1:${socket.address().port}`, heard: () => heard };
}

/** What dnsmasq cannot do: every service is of the hosts `a` and `b`, of which one has an address and the other no answer at all. */
export async function openFakeServer(context: TestContext): Promise<{ place: string }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const nameEnd = question.indexOf(0, 12) + 1;
    const name = question.toString('latin1', 12, nameEnd);
    if (name.startsWith('\u0001b')) return;
    // One after the other: the name as a pointer to the question, type, class IN, time to live, length, data.
    const record = (type: number, data: Buffer) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 1, 0, data.length]), data]);
    const answers =
      question.readUInt16BE(nameEnd) === SRV
        ? ['a', 'b'].map((host) => record(SRV, Buffer.from(`\0\u0001\0\u0001\u001b\u0059\u0001${host}\0`, 'latin1')))
        : [record(A, Buffer.from([10, 0, 0, 1]))];
    const head = Buffer.from([0x81, 0x80, 0, 1, 0, answers.length, 0, 0, 0, 0]);
    const end = nameEnd + 4;
    socket.send(
      Buffer.concat([question.subarray(0, 2), head, question.subarray(12, end), ...answers]),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  context.after(() => socket.close());
  return { place: `127.0.0.1:${socket.address().port}` };
}

const A = 1;
const SRV = 33;
