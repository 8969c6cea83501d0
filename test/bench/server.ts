/** A program: one contender's server in a process of its own. Its name is the argument; its port, CPU time and memory are told on request. */
import type { Server } from 'node:net';
import { answerRequests } from './child.ts';
import { anonymousBytes } from './measures.ts';
import { startOurs } from './ours.ts';
import { createFloor, createGreeter, createReference } from './raw.ts';

export type ServerName = 'ours' | 'recorded' | 'breaking' | 'floor' | 'reference' | 'greeter';

export type ServerRequest =
  | { readonly kind: 'port' }
  | { readonly kind: 'cpu' }
  /** Only in a child that was started with --expose-gc. */
  | { readonly kind: 'memory' };

function start(name: string): Promise<number> {
  switch (name) {
    case 'ours':
      return startOurs('plain');
    case 'recorded':
      return startOurs('recorded');
    case 'breaking':
      return startOurs('breaking');
    case 'floor':
      return listen(createFloor());
    case 'reference':
      return listen(createReference());
    case 'greeter':
      return listen(createGreeter(process.argv.slice(3)));
    default:
      throw new Error(`no server ${name}`);
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () =>
      resolve((server.address() as { port: number }).port),
    );
  });
}

/** Garbage that a start or a greeting left is collected before it is measured. */
function settledMemory(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('started without --expose-gc');
  for (let i = 0; i < 3; i += 1) gc();
  return anonymousBytes();
}

const port = start(process.argv[2] ?? '');

answerRequests(async (request: ServerRequest) => {
  switch (request.kind) {
    case 'port':
      return port;
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return user + system;
    }
    case 'memory':
      return settledMemory();
    default:
      return request satisfies never;
  }
});
