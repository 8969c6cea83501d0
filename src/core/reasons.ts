/**
 * REASONS: why we refused, why a connection closed, why an address is not dialled. Each has a stable code, one sentence and the side
 * whose doing it is. Codes are part of the product: they appear in answers, scripts and tests, and never change their meaning.
 */

/** `ours`: this node decided; `theirs`: the peer's doing or fault; `network`: what lies between. */
export type Side = 'ours' | 'theirs' | 'network';

interface ReasonRow {
  readonly side: Side;
  readonly sentence: string;
}

export const REASONS = {
  self: { side: 'ours', sentence: 'Connected to myself' },
  'self-connect': { side: 'network', sentence: 'the socket connected to its own port (TCP self-connect)' },
  duplicate: { side: 'ours', sentence: 'another connection to the same peer is kept' },
  'id-pending': { side: 'ours', sentence: 'another new connection of this peer is already waiting' },
  'hello-timeout': { side: 'theirs', sentence: 'no hello came in time' },
  'no-hello': { side: 'theirs', sentence: 'the first line was not a hello' },
  'id-changed': { side: 'theirs', sentence: 'a second hello named another id' },
  'not-json': { side: 'theirs', sentence: 'what came is not JSON' },
  'not-object': { side: 'theirs', sentence: 'what came is not a JSON object' },
  malformed: { side: 'theirs', sentence: 'a malformed line came before hello' },
  'line-too-long': { side: 'theirs', sentence: 'a line was longer than allowed' },
  strikes: { side: 'theirs', sentence: 'too many malformed lines' },
  'ping-timeout': { side: 'theirs', sentence: 'no pong came in time' },
  visit: { side: 'ours', sentence: 'it was only a visit to see whether the address works' },
  bye: { side: 'theirs', sentence: 'the peer said bye' },
  'remote-closed': { side: 'theirs', sentence: 'the peer closed the connection' },
  reset: { side: 'network', sentence: 'the connection was reset' },
  dropped: { side: 'ours', sentence: 'dropped by hand' },
  held: { side: 'ours', sentence: 'dropped by hand, kept away for a while' },
  full: { side: 'ours', sentence: 'all places for peers are taken' },
  banned: { side: 'ours', sentence: 'banned by hand' },
  discouraged: { side: 'theirs', sentence: 'its IP broke the rules; places are few' },
  'ip-full': { side: 'theirs', sentence: 'its IP holds as many connections as one may' },
  'ip-pace': { side: 'theirs', sentence: 'its IP connects too often' },
  'pending-full': { side: 'theirs', sentence: 'too many connections have not said hello' },
  evicted: { side: 'ours', sentence: 'made room for a peer from another network' },
  flood: { side: 'theirs', sentence: 'it sent more than it may for most of a minute' },
  'visitors-full': { side: 'ours', sentence: 'all places for peers and for visitors are taken' },
  rotated: { side: 'ours', sentence: 'the oldest connection above target makes room for another' },
  stopping: { side: 'ours', sentence: 'this node is stopping' },
  internal: { side: 'ours', sentence: 'our own code failed on this peer' },
  'write-failed': { side: 'network', sentence: 'writing to the peer failed' },
  refused: { side: 'theirs', sentence: 'nobody listens there' },
  timeout: { side: 'network', sentence: 'nobody answered in time' },
  unreachable: { side: 'network', sentence: 'there is no way to that address' },
  'no-name': { side: 'network', sentence: 'the host name could not be resolved' },
  'no-socket': { side: 'ours', sentence: 'this process could not open another socket' },
  'dial-failed': { side: 'network', sentence: 'the dial failed' },
  'bad-address': { side: 'theirs', sentence: 'the address is not one that can be dialled' },
  'over-limit': { side: 'theirs', sentence: 'the peer told more addresses than it may' },
  'not-for-us': { side: 'theirs', sentence: 'an address of that class cannot come from a peer of this class' },
  'bad-port': { side: 'theirs', sentence: 'the port belongs to another service' },
  'source-full': { side: 'ours', sentence: 'its source has filled its share of the book' },
  connected: { side: 'ours', sentence: 'already connected' },
  dialing: { side: 'ours', sentence: 'already being dialled' },
  'is-self': { side: 'ours', sentence: 'the address is our own' },
  backoff: { side: 'ours', sentence: 'it failed before; the next try is due later' },
  'just-dialled': { side: 'ours', sentence: 'it was dialled a moment ago' },
  'same-ip': { side: 'ours', sentence: 'another port of the same IP was dialled a moment ago' },
  slots: { side: 'ours', sentence: 'enough outbound connections of that kind' },
  'gossip-off': { side: 'ours', sentence: 'gossip.dial is off: learnt addresses are not dialled' },
} as const satisfies Record<string, ReasonRow>;

export type ReasonCode = keyof typeof REASONS;

/** What bytes can be when they are no message. */
export type LineFault = Extract<ReasonCode, 'malformed' | 'line-too-long' | 'not-json' | 'not-object'>;
