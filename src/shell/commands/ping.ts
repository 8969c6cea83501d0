/** `ping`: asks peers whether they are there and measures the round trip. */
import type { PeerView } from '../../core/views.ts';
import type { Command, Invocation } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { liveIds, pickPeer } from '../pick.ts';
import { round3, shortId } from '../render.ts';
import type { Shell } from '../shell.ts';

const LOST_MS = 5_000;
const COUNT_MAX = 1_000;
const INTERVAL_S_MIN = 0.1;

export const ping: Command = {
  name: 'ping',
  aliases: [],
  group: 'peers',
  usage: 'ping ID|all [-c N] [-i SECONDS]',
  summary: 'ask a peer whether it is there',
  argument: 'id',
  details: ['A pong that takes longer than 5 s counts as lost. ID is #n, the beginning of an id, or host:port.'],
  options: { count: { type: 'string', short: 'c' }, interval: { type: 'string', short: 'i' } },
  async run(shell, call) {
    const times = Number(call.options.count ?? '1');
    const everyS = Number(call.options.interval ?? '1');
    if (!Number.isInteger(times) || times < 1 || times > COUNT_MAX)
      throw new UsageError(`-c takes a whole number from 1 to ${COUNT_MAX}`);
    if (!(everyS >= INTERVAL_S_MIN && everyS <= 3_600))
      throw new UsageError(`-i takes seconds from ${INTERVAL_S_MIN} to 3600`);
    const [word] = call.words;
    if (word === undefined || call.words.length > 1)
      throw new UsageError(`usage: ${this.usage}; ${liveIds(shell.node)}`);
    if (word !== 'all') {
      const result = await pingPeer(shell, call, pickPeer(shell.node, word, this.usage), times, everyS);
      if (result.received === 0)
        throw new CommandError('timeout', `${shortId(result.id)}: no pong in ${LOST_MS / 1_000} s`, [], { ...result });
      return { value: result, text: summary(result) };
    }
    const peers = shell.node.views.peers().filter((peer) => ['ready', 'suspect', 'hello-less'].includes(peer.state));
    if (peers.length === 0) return { value: [], text: 'no peers; try connect HOST:PORT' };
    const results = await Promise.all(peers.map((peer) => pingPeer(shell, call, peer, times, everyS)));
    return { value: results, text: results.map(summary).join('\n') };
  },
};

interface PingResult {
  readonly id: string | null;
  readonly sent: number;
  readonly received: number;
  readonly lossPercent: number | null;
  readonly minMs: number | null;
  readonly avgMs: number | null;
  readonly maxMs: number | null;
  readonly rttMs: readonly number[];
}

async function pingPeer(
  shell: Shell,
  { signal, say }: Invocation,
  peer: PeerView,
  times: number,
  everyS: number,
): Promise<PingResult> {
  const rttMs: number[] = [];
  let sent = 0;
  for (; sent < times && !signal.aborted; sent += 1) {
    if (sent > 0) await shell.world.until(() => false, { limitMs: everyS * 1_000, signal });
    const pong = shell.world.until(
      (node, event) =>
        node === shell.node && ((event.kind === 'pong' && event.user) || event.kind === 'closed') && event.n === peer.n,
      { limitMs: LOST_MS, signal },
    );
    const order = shell.node.order({ kind: 'ping', n: peer.n });
    if (!order.ok) {
      if (sent === 0) throw new CommandError('no-such-peer', order.message);
      break;
    }
    const result = await pong;
    if (result.kind === 'event' && result.event.kind === 'pong') {
      const ms = round3(result.event.rttUs / 1_000) ?? 0;
      rttMs.push(ms);
      say(`pong from ${shortId(peer.id)} #${peer.n}: ${ms} ms`);
    } else if (result.kind === 'timeout') say(`no pong from ${shortId(peer.id)} #${peer.n} in ${LOST_MS / 1_000} s`);
    else if (result.kind === 'event') {
      sent += 1;
      break;
    }
  }
  const received = rttMs.length;
  const total = rttMs.reduce((sum, one) => sum + one, 0);
  return {
    id: peer.id,
    sent,
    received,
    lossPercent: sent === 0 ? 0 : round3(((sent - received) / sent) * 100),
    minMs: received === 0 ? null : Math.min(...rttMs),
    avgMs: received === 0 ? null : round3(total / received),
    maxMs: received === 0 ? null : Math.max(...rttMs),
    rttMs,
  };
}

const summary = (result: PingResult) =>
  `${shortId(result.id)}: ${result.sent} sent, ${result.received} received, ${result.lossPercent}% lost${result.received === 0 ? '' : `, min/avg/max ${result.minMs}/${result.avgMs}/${result.maxMs} ms`}`;
