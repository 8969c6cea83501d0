/**
 * Speed as ratios within one run: our whole node against a hand-tuned line echo in the same process, and the simulated world's
 * events per second. Prints a table; asserts nothing, because a busy machine is not a bug.
 */
import { connect, createServer, type Socket } from 'node:net';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { createSim, grow } from '../helpers/grow.ts';
import { spawn } from '../helpers/meet.ts';

const ROUNDS = 5;
const PINGS = 200_000;
const IN_FLIGHT = 2_000;
const PING = '{"msgtype":"ping"}\n';

/** The reference: utf8 chunk, indexOf, JSON.parse, hand check, one write per chunk. */
function startReference(): Promise<{ port: number; close: () => void }> {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      const text = rest + chunk;
      let out = '';
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        const message = JSON.parse(text.slice(start, end)) as { msgtype?: unknown };
        if (message.msgtype === 'ping') out += '{"msgtype":"pong"}\n';
        start = end + 1;
      }
      rest = text.slice(start);
      if (out !== '') socket.write(out, 'latin1');
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as { port: number }).port, close: () => server.close() }),
    );
  });
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** Pongs per second on one connection with many pings in flight. */
async function pump(port: number): Promise<number> {
  const socket = await open(port);
  socket.write('{"msgtype":"hello","nodeid":"bench","ext":["v6"]}\n');
  const started = performance.now();
  let sent = 0;
  let received = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf('"pong"'); at >= 0; at = chunk.indexOf('"pong"', at + 6)) received += 1;
      if (received >= PINGS) return resolve();
      const more = Math.min(PINGS - sent, IN_FLIGHT - (sent - received));
      if (more > 0) socket.write(PING.repeat(more), 'latin1');
      sent += more;
    });
    socket.write(PING.repeat(IN_FLIGHT), 'latin1');
    sent = IN_FLIGHT;
  });
  const perSecond = PINGS / ((performance.now() - started) / 1_000);
  socket.destroy();
  return perSecond;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;

async function benchThroughput(): Promise<void> {
  const world = createTcpWorld('peersh/bench');
  const node = await spawn(world, 'bench', { settings: { 'gossip.dial': false } });
  const reference = await startReference();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await pump(reference.port));
    ours.push(await pump(node.state.listening[0]?.port ?? 0));
  }
  reference.close();
  await world.close();
  const [a, b] = [median(ours), median(theirs)];
  console.log(
    `ping/pong, 1 connection, ${IN_FLIGHT} in flight (client in the same process): ours ${Math.round(a)}/s, raw line echo ${Math.round(b)}/s, ratio ${(a / b).toFixed(2)}`,
  );
}

/** Events per second once the network has formed. */
async function benchSimulation(nodes: number): Promise<void> {
  const world = createSim(1, nodes);
  await grow(world, nodes, 3, 5);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = world.network.events;
    const started = performance.now();
    await world.until(() => false, { limitMs: 1_000 });
    rates.push((world.network.events - before) / ((performance.now() - started) / 1_000));
  }
  console.log(`simulated world, ${nodes} nodes, after they formed: ${Math.round(median(rates))} events/s`);
  await world.close();
}

console.log(`Node ${process.versions.node}, medians of ${ROUNDS}`);
await benchThroughput();
await benchSimulation(1_000);
