/** `getaddr`: asks peers for addresses and tells which were new. */
import type { NodeEvent } from '../../core/events.ts';
import type { PeerView } from '../../core/views.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { pickPeer } from '../pick.ts';
import { count, shortId } from '../render.ts';
import type { Shell } from '../shell.ts';

const ANSWER_MS = 5_000;
/** An answer may be several lines; it is whole when no further one comes for this long. */
const QUIET_MS = 200;

type Told = {
  readonly id: string | null;
  readonly count: number;
  readonly new: number;
  readonly known: number;
  readonly addresses: readonly { address: string; id: string | null; new: boolean }[];
};
type Failed = { readonly id: string | null; readonly error: { readonly code: string; readonly message: string } };

export const getaddr: Command = {
  name: 'getaddr',
  aliases: [],
  group: 'peers',
  usage: 'getaddr [ID|all]',
  summary: 'ask peers for addresses of others',
  argument: 'id',
  async run(shell, { words, signal }) {
    const [word] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    if (word !== undefined && word !== 'all') {
      const told = await ask(shell, pickPeer(shell.node, word, this.usage), signal);
      if ('error' in told) throw new CommandError(told.error.code, told.error.message);
      return { value: told, text: sentence(told) };
    }
    const peers = shell.node.views
      .peers()
      .filter((peer) => peer.state === 'ready' || peer.state === 'suspect' || peer.state === 'hello-less');
    if (peers.length === 0) return { value: [], text: 'no peers; try connect HOST:PORT' };
    const answers = await Promise.all(peers.map((peer) => ask(shell, peer, signal)));
    if (answers.every((answer) => 'error' in answer))
      throw new CommandError('timeout', 'no peer answered; the peers may limit getaddr', [], { answers });
    const fresh = answers.reduce((sum, answer) => sum + ('error' in answer ? 0 : answer.new), 0);
    return {
      value: answers,
      text: [
        ...answers.map(
          (answer) => `${shortId(answer.id)}: ${'error' in answer ? answer.error.message : sentence(answer)}`,
        ),
        `${fresh} new in all`,
      ].join('\n'),
    };
  },
};

async function ask(shell: Shell, peer: PeerView, signal: AbortSignal): Promise<Told | Failed> {
  const answers: Extract<NodeEvent, { kind: 'addr' }>[] = [];
  const next = (limitMs: number) =>
    shell.world.until(
      (node, event) => {
        if (node !== shell.node || !('n' in event) || event.n !== peer.n) return false;
        if (event.kind === 'addr' && !event.own) answers.push(event);
        return event.kind === 'closed' || (event.kind === 'addr' && !event.own);
      },
      { limitMs, signal },
    );
  const first = next(ANSWER_MS);
  const order = shell.node.order({ kind: 'getaddr', n: peer.n });
  if (!order.ok) return { id: peer.id, error: { code: 'no-such-peer', message: order.message } };
  let result = await first;
  while (result.kind === 'event' && result.event.kind === 'addr') result = await next(QUIET_MS);
  if (answers.length === 0)
    return {
      id: peer.id,
      error:
        result.kind === 'event'
          ? { code: 'no-such-peer', message: `${shortId(peer.id)} closed the connection` }
          : { code: 'timeout', message: `${shortId(peer.id)}: no answer; the peer may limit getaddr` },
    };
  const addresses = answers.flatMap((answer) => [
    ...answer.fresh.map((one) => ({ ...one, new: true })),
    ...answer.known.map((one) => ({ ...one, new: false })),
  ]);
  const fresh = addresses.filter((one) => one.new).length;
  return {
    id: peer.id,
    count: answers.reduce((sum, answer) => sum + answer.listed, 0),
    new: fresh,
    known: addresses.length - fresh,
    addresses,
  };
}

function sentence(told: Told): string {
  const fresh = told.addresses.filter((one) => one.new);
  return `${count(told.count, 'address', 'addresses')}: ${told.new} new, ${told.known} known${fresh.length === 0 ? '' : `: ${fresh.map((one) => `${one.address} ${shortId(one.id)}`).join(', ')}`}`;
}
