/**
 * Metrics and health over HTTP: a world and where to listen go in, an address comes out. It answers `GET /metrics` and `GET /health` to those who
 * ask for one of our own names, ends with the node, and keeps no process alive.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostPort, NodePort, World } from '../core/world.ts';
import { placeText } from '../wire/directory.ts';
import { createFigures, type Figures } from './figures.ts';
import { isForUs } from './hosts.ts';

/** A few scrapers, a health check and somebody who looks; who holds more waits or is cut off. */
const CONNECTIONS_MAX = 32;
const HEADER_BYTES_MAX = 8 * 1_024;
/** For a whole request, and between two on one connection. */
const REQUEST_MS = 5_000;

export interface MetricsPlace {
  readonly at: HostPort;
  /** Names in Host headers that are answered besides loopback names and the address that was asked; `*` is any. */
  readonly hosts: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const say = (status: number, text: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});

/** Resolves with `host:port` once it listens; rejects with one clear line. Call before the node called `name` is spawned. */
export function serveMetrics(world: World, name: string, { at, hosts }: MetricsPlace): Promise<string> {
  const figures = createFigures(world, name);
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_MS,
    },
    (request, response) => {
      answerTo(request, hosts, figures, () => world.nodes().find((node) => node.name === name)).then(
        (answer) => send(request, response, answer),
        () => send(request, response, say(500, 'our own error')),
      );
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket) => socket.unref());
  const close = () => {
    unlisten();
    figures.stop();
    server.close();
    server.closeAllConnections();
  };
  const unlisten = world.onEvent((node, event) => {
    if (node.name === name && event.kind === 'stopped') close();
  });
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      close();
      const place = placeText(at.host, at.port);
      reject(new Error(`cannot serve metrics on ${place} (${code ?? message}); choose another --metrics HOST:PORT`));
    });
    server.listen(at.port, at.host, () => {
      server.unref();
      // What fails later is one connection, which is cut off.
      server.removeAllListeners('error').on('error', () => undefined);
      const { address, port } = server.address() as AddressInfo;
      resolve(placeText(address, port));
    });
  });
}

async function answerTo(
  request: IncomingMessage,
  hosts: readonly string[],
  figures: Figures,
  find: () => NodePort | undefined,
): Promise<Answer> {
  const names = request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1]?.toLowerCase() === 'host');
  if (!isForUs(names, request.socket.localAddress ?? '', hosts))
    return say(403, 'not for this host: ask by localhost or the address, or start the node with --metrics-host NAME');
  const path = (request.url ?? '').split('?')[0];
  if (path !== '/metrics' && path !== '/health') return say(404, 'there are /metrics and /health');
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'only GET and HEAD');
  const node = find();
  if (path === '/health') return health(node);
  if (node === undefined) return say(503, 'the node does not run');
  return { status: 200, type: figures.contentType, body: await figures.text(node) };
}

/** Nothing of it is told by a peer. */
function health(node: NodePort | undefined): Answer {
  const isWell = node !== undefined && !node.state.stopping;
  const { uptimeMs, listening } = node?.views.status() ?? { uptimeMs: 0, listening: [] };
  const body = {
    status: isWell ? 'ok' : node === undefined ? 'starting' : 'stopping',
    uptimeSeconds: Math.floor(uptimeMs / 1_000),
    peers: node?.views.ready() ?? 0,
    listening,
  };
  return { status: isWell ? 200 : 503, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    // A body that nobody reads is not waited for.
    ...(status === 200 || status === 503 ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
