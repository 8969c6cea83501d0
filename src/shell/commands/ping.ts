/** `ping`: asks peers whether they are there and measures the round trip. */
import type { PeerView } from '../../core/view-rows.ts';
import { liveIdsOrAll } from '../candidates.ts';
import type { Command, Invocation } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { heldBetween, heldSince } from '../hand/held-between.ts';
import { pickPeer, refusal, wantsPeer } from '../pick.ts';
import { round3 } from '../render.ts';
import type { Shell } from '../shell.ts';

const LOST_MS = 5_000;
const LOST = ` in ${LOST_MS / 1_000} s`;
const COUNT_MAX = 1_000;
const INTERVAL_S_MIN = 0.1;
const HELD_TYPES = ['ping', 'pong'];

export const ping: Command = {
  name: 'ping',
  aliases: [],
  group: 'peers',
  takesNodes: true,
  usage: 'ping ID|all [-c N] [-i SECONDS]',
  summary: 'ask whether it is there',
  details: [
    'A pong that takes longer than 5 s counts as lost. ID is #n, the beginning of an id, or host:port.',
    '-c says how many pings, -i how many seconds lie between them.',
  ],
  options: { count: { type: 'string', short: 'c' }, interval: { type: 'string', short: 'i' } },
  candidates: liveIdsOrAll,
  check({ words }) {
    if (words.length !== 1) throw new UsageError(`usage: ${this.usage}`);
  },
  async run(shell, call) {
    const times = Number(call.options.count ?? '1');
    const everyS = Number(call.options.interval ?? '1');
    if (!Number.isInteger(times) || times < 1 || times > COUNT_MAX)
      throw new UsageError(`-c takes a whole number from 1 to ${COUNT_MAX}`);
    if (!(everyS >= INTERVAL_S_MIN && everyS <= 3_600))
      throw new UsageError(`-i takes seconds from ${INTERVAL_S_MIN} to 3600`);
    const [word] = call.words;
    if (word === undefined || call.words.length > 1) throw wantsPeer(shell.node, this.usage);
    if (word !== 'all') {
      const peer = pickPeer(shell.node, word, this.usage);
      const { results, stoppedBy } = await pingPeers(shell, call, [peer], times, everyS);
      const [result] = results;
      if (result === undefined) throw new CommandError('no-such-peer', `${shell.who(peer.id)} is gone`);
      const held = heldBetween(shell, peer, HELD_TYPES);
      if (result.received === 0 && held !== null)
        throw new CommandError('held', `${shell.who(result.id)}: no pong: ${held.text}; held lists it`, [], {
          ...result,
          held: held.id,
        });
      if (stoppedBy !== null)
        throw new CommandError('held', `${shell.who(result.id)}: not done, ${stoppedBy} is held; held lists it`, [], {
          ...result,
          held: stoppedBy,
        });
      if (result.received === 0) throw new CommandError('timeout', summary(shell, result), [], { ...result });
      return { value: result, text: summary(shell, result) };
    }
    const peers = shell.node.views.peers().filter((peer) => ['ready', 'suspect', 'hello-less'].includes(peer.state));
    if (peers.length === 0) return { value: [], text: 'no peers; try connect HOST:PORT' };
    const { results } = await pingPeers(shell, call, peers, times, everyS);
    return { value: results, text: results.map((one) => summary(shell, one)).join('\n') };
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

interface Target {
  readonly peer: PeerView;
  readonly rttMs: number[];
  sent: number;
  isWaiting: boolean;
  isGone: boolean;
}

/** All of them at once, round after round: the next one begins when every pong of this one has come or is lost. */
async function pingPeers(
  shell: Shell,
  { signal, say }: Invocation,
  peers: readonly PeerView[],
  times: number,
  everyS: number,
): Promise<{ readonly results: PingResult[]; readonly stoppedBy: string | null }> {
  const { world, node } = shell;
  const stoppedBy = heldSince(world);
  const targets: Target[] = peers.map((peer) => ({ peer, rttMs: [], sent: 0, isWaiting: false, isGone: false }));
  const byNumber = new Map(targets.map((target) => [target.peer.n, target]));
  const name = ({ peer }: Target) => `${shell.who(peer.id)} #${peer.n}`;
  let startedAt = world.now();
  const end = world.onEvent((from, event) => {
    if (from !== node || (event.kind !== 'pong' && event.kind !== 'closed')) return;
    const target = byNumber.get(event.n);
    if (target === undefined || !target.isWaiting) return;
    // Of a round before this one: that was lost.
    const isLate = event.kind === 'pong' && event.rttUs > world.now() - startedAt;
    if (event.kind === 'pong' && event.user && !isLate) {
      const ms = round3(event.rttUs / 1_000) ?? 0;
      target.rttMs.push(ms);
      target.isWaiting = false;
      say(`pong from ${name(target)}: ${ms} ms`);
    } else if (event.kind === 'closed') {
      target.isWaiting = false;
      target.isGone = true;
      say(`${name(target)} is gone`);
    }
  });
  const isWaited = () => targets.some((target) => target.isWaiting);
  try {
    for (let round = 0; round < times && !signal.aborted; round += 1) {
      startedAt = world.now();
      for (const target of targets.filter((one) => !one.isGone)) {
        target.isWaiting = true;
        const order = node.order({ kind: 'ping', n: target.peer.n });
        if (order.ok) target.sent += 1;
        else {
          if (targets.length === 1 && round === 0) throw refusal(order);
          target.isWaiting = false;
          target.isGone = true;
        }
      }
      if (isWaited() && stoppedBy() === null) await world.until(() => !isWaited(), { limitMs: LOST_MS, signal });
      for (const target of targets.filter((one) => one.isWaiting)) {
        target.isWaiting = false;
        const held = heldBetween(shell, target.peer, HELD_TYPES);
        const why = held !== null ? `: ${held.text}` : stoppedBy() !== null ? ` yet: ${stoppedBy()} is held` : LOST;
        if (!signal.aborted) say(`no pong from ${name(target)}${why}`);
      }
      if (stoppedBy() !== null || round === times - 1 || targets.every((target) => target.isGone)) break;
      const restMs = everyS * 1_000 - (world.now() - startedAt) / 1_000;
      if (restMs > 0) await world.until(() => false, { limitMs: restMs, signal });
      if (stoppedBy() !== null) break;
    }
  } finally {
    end();
  }
  return { results: targets.map(resultOf), stoppedBy: stoppedBy() };
}

function resultOf({ peer, sent, rttMs }: Target): PingResult {
  const received = rttMs.length;
  const total = rttMs.reduce((sum, one) => sum + one, 0);
  return {
    id: peer.id,
    sent,
    received,
    lossPercent: sent === 0 ? null : round3(((sent - received) / sent) * 100),
    minMs: received === 0 ? null : Math.min(...rttMs),
    avgMs: received === 0 ? null : round3(total / received),
    maxMs: received === 0 ? null : Math.max(...rttMs),
    rttMs,
  };
}

function summary(shell: Shell, result: PingResult): string {
  const times = result.received === 0 ? '' : `, min/avg/max ${result.minMs}/${result.avgMs}/${result.maxMs} ms`;
  return `${shell.who(result.id)}: ${result.sent} sent, ${result.received} received, ${result.lossPercent ?? 100}% lost${times}`;
}
