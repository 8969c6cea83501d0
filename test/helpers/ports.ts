// Nothing goes in; a TCP port of 127.0.0.1 comes out that was free a moment ago, for programs that must know each
// other's port before they start. It keeps nothing: the caller binds it soon, or somebody else may.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below what systems hand out for outgoing connections (32768 and up on Linux, 49152 elsewhere): such a port can be
// taken by any connection between the check and its use, and a dial to it while nobody listens can connect to itself.
const PORT_MIN = 10_000;
const PORT_MAX = 32_767;
const TRIES_MAX = 100;

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(PORT_MIN, PORT_MAX + 1);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port among ${TRIES_MAX} tried between ${PORT_MIN} and ${PORT_MAX}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
