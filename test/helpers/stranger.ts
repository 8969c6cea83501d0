// A node that nobody here wrote: Twisted's where there is one, else a few lines with the same manners. Nothing goes in, its address comes out.
import { type AddressInfo, createServer } from 'node:net';
import { TwistedNode, twistedMissing } from './twisted.ts';

export interface Stranger {
  readonly address: string;
  readonly stop: () => Promise<unknown>;
}

const ID = '77d1c0de-5b1f-4c43-9f0a-6f6f6a2b1f0e';

export async function startStranger(): Promise<Stranger> {
  if (twistedMissing !== false) return startSmall();
  const node = await TwistedNode.start({ pingSeconds: 60 });
  return { address: node.address, stop: () => node.kill() };
}

/** It answers the hello of whoever dials it with its own, and with what Twisted's says next, blanks of Python and all. */
function startSmall(): Promise<Stranger> {
  const server = createServer((socket) => {
    const { port } = server.address() as AddressInfo;
    const answers = [
      `{"msgtype": "hello", "nodeid": "${ID}"}`,
      '{"msgtype": "ping"}',
      `{"msgtype": "addr", "peers": [["127.0.0.1:${port}", "${ID}"]]}`,
      '{"msgtype": "getaddr"}',
    ];
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answers.map((answer) => `${answer}\n`).join('')));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ address: `127.0.0.1:${port}`, stop: () => new Promise((stopped) => server.close(stopped)) });
    });
  });
}
