/** A program: the client of all contenders, in a process of its own so that its work is not theirs. Requests come in, counts and times go out. */
import { answerRequests } from './child.ts';
import { openPeer, type Peer, shakeHands } from './peer.ts';

export type LoadRequest =
  /** Opens more connections to a port; answers nothing. */
  | { readonly kind: 'open'; readonly port: number; readonly greets: boolean; readonly connections: number }
  /** Keeps `inFlight` pings unanswered on each open connection to the port for some time; answers a `LoadResult`. */
  | { readonly kind: 'run'; readonly port: number; readonly inFlight: number; readonly forMs: number }
  /** A steady stream over all connections to the port until `halt`, `together` pings a write. */
  | { readonly kind: 'stream'; readonly port: number; readonly perSecond: number; readonly together: number }
  /** Ends the stream; answers how many pings were answered per second. */
  | { readonly kind: 'halt' }
  /** Handshakes with a port, `parallel` at once; answers the seconds it took. */
  | { readonly kind: 'handshakes'; readonly port: number; readonly count: number; readonly parallel: number };

export interface LoadResult {
  readonly messages: number;
  readonly seconds: number;
  /** Microseconds from a ping to its pong; null when several were in flight. */
  readonly p50Us: number | null;
}

/** Open connections at once while they are made; a listener's backlog is longer. */
const OPENING = 64;
const STREAM_TICK_MS = 1;

const peersOf = new Map<number, Peer[]>();
let stream: { readonly timer: NodeJS.Timeout; readonly peers: readonly Peer[]; readonly startedAt: number } | null =
  null;

function peersAt(port: number): Peer[] {
  const peers = peersOf.get(port);
  if (peers === undefined) throw new Error(`no connections to port ${port}`);
  return peers;
}

/** Runs a job so many times, `parallel` at once. */
async function repeat(count: number, parallel: number, job: () => Promise<void>): Promise<void> {
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await job();
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, parallel) }, work));
}

async function open(port: number, greets: boolean, connections: number): Promise<void> {
  const peers = peersOf.get(port) ?? [];
  peersOf.set(port, peers);
  await repeat(connections, OPENING, async () => {
    peers.push(await openPeer(port, greets));
  });
}

async function run(port: number, inFlight: number, forMs: number): Promise<LoadResult> {
  const peers = peersAt(port);
  const isStrict = peers.length === 1 && inFlight === 1;
  const timesUs: number[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + forMs;
  let askedAt = startedAt;
  let unanswered = 0;
  await new Promise<void>((resolve) => {
    const answered = (peer: Peer, answers: number) => {
      const now = performance.now();
      if (isStrict) timesUs.push((now - askedAt) * 1_000);
      askedAt = now;
      unanswered -= answers;
      if (now < endAt) {
        unanswered += answers;
        peer.send(answers);
      } else if (unanswered === 0) resolve();
    };
    for (const peer of peers) {
      peer.reset();
      peer.onAnswers = (answers) => answered(peer, answers);
      unanswered += inFlight;
      peer.send(inFlight);
    }
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const peer of peers) peer.check();
  const messages = peers.reduce((sum, peer) => sum + peer.received, 0);
  timesUs.sort((a, b) => a - b);
  return { messages, seconds, p50Us: timesUs[timesUs.length >> 1] ?? null };
}

/** Sends what is owed by the clock, one connection after the other. */
function startStream(port: number, perSecond: number, together: number): void {
  const peers = peersAt(port);
  const startedAt = performance.now();
  let writes = 0;
  for (const peer of peers) {
    peer.reset();
    peer.onAnswers = () => undefined;
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) * perSecond) / 1_000;
    for (; (writes + 1) * together <= due; writes += 1) peers[writes % peers.length]?.send(together);
  }, STREAM_TICK_MS);
  stream = { timer, peers, startedAt };
}

function haltStream(): number {
  if (stream === null) throw new Error('no stream');
  clearInterval(stream.timer);
  const received = stream.peers.reduce((sum, peer) => sum + peer.received, 0);
  const perSecond = received / ((performance.now() - stream.startedAt) / 1_000);
  stream = null;
  return perSecond;
}

async function shakeMany(port: number, count: number, parallel: number): Promise<number> {
  const startedAt = performance.now();
  await repeat(count, parallel, async () => {
    await shakeHands(port);
  });
  return (performance.now() - startedAt) / 1_000;
}

answerRequests((request: LoadRequest) => {
  switch (request.kind) {
    case 'open':
      return open(request.port, request.greets, request.connections);
    case 'run':
      return run(request.port, request.inFlight, request.forMs);
    case 'stream':
      return startStream(request.port, request.perSecond, request.together);
    case 'halt':
      return haltStream();
    case 'handshakes':
      return shakeMany(request.port, request.count, request.parallel);
    default:
      return request satisfies never;
  }
});
