/** `getaddr`: asks peers for addresses and tells which were new. */
import type { NodeEvent } from '../../core/events.ts';
import type { PeerView } from '../../core/view-rows.ts';
import { learntView } from '../../core/views.ts';
import { liveIdsOrAll } from '../candidates.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { heldBetween, heldSince } from '../hand/held-between.ts';
import { pickPeer, refusal } from '../pick.ts';
import { count } from '../render.ts';
import type { Shell } from '../shell.ts';

const ANSWER_US = 5_000_000;
/** An answer may be several lines; it is whole when no further one comes for this long. */
const QUIET_US = 200_000;
const HELD_TYPES = ['getaddr', 'addr'];

interface Told {
  readonly id: string | null;
  readonly count: number;
  readonly new: number;
  readonly known: number;
  readonly addresses: readonly { readonly address: string; readonly id: string | null; readonly new: boolean }[];
}
interface Failed {
  readonly id: string | null;
  readonly error: { readonly code: string; readonly message: string };
}

export const getaddr: Command = {
  name: 'getaddr',
  aliases: [],
  group: 'peers',
  takesNodes: true,
  usage: 'getaddr [ID|all]',
  summary: 'ask for more addresses',
  details: ['Without an ID every peer is asked. Known addresses are dialled by and by; addrs lists them.'],
  candidates: liveIdsOrAll,
  async run(shell, { words, signal }) {
    const [word] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    if (word !== undefined && word !== 'all') {
      const [told] = await askAll(shell, [pickPeer(shell, word, this.usage)], signal);
      if (told === undefined) throw new UsageError(`usage: ${this.usage}`);
      if ('error' in told) throw new CommandError(told.error.code, told.error.message);
      return { value: told, text: sentence(shell, told) };
    }
    const peers = shell.node.views
      .peers()
      .filter((peer) => peer.state === 'ready' || peer.state === 'suspect' || peer.state === 'hello-less');
    if (peers.length === 0) return { value: [], text: 'no peers; try connect HOST:PORT' };
    const answers = await askAll(shell, peers, signal);
    const held = answers.find((answer) => 'error' in answer && answer.error.code === 'held');
    if (answers.every((answer) => 'error' in answer) && held !== undefined && 'error' in held)
      throw new CommandError('held', held.error.message, [], { answers });
    if (answers.every((answer) => 'error' in answer))
      throw new CommandError('no-answer', 'no peer answered; the peers may limit getaddr', [], { answers });
    const fresh = answers.reduce((sum, answer) => sum + ('error' in answer ? 0 : answer.new), 0);
    return {
      value: answers,
      text: [
        ...answers.map((answer) => ('error' in answer ? answer.error.message : sentence(shell, answer))),
        `${fresh} new in all`,
      ].join('\n'),
    };
  },
};

interface Asked {
  readonly peer: PeerView;
  readonly answers: Extract<NodeEvent, { kind: 'addr' }>[];
  error: Failed['error'] | null;
  /** When it is settled if nothing more comes, in the world's time. */
  due: number;
}

/** All of them at once; settles when each has answered, is gone, or is out of time. */
async function askAll(shell: Shell, peers: readonly PeerView[], signal: AbortSignal): Promise<(Told | Failed)[]> {
  const { world, node } = shell;
  const stoppedBy = heldSince(world);
  const asked: Asked[] = peers.map((peer) => ({ peer, answers: [], error: null, due: world.now() + ANSWER_US }));
  const byNumber = new Map(asked.map((one) => [one.peer.n, one]));
  const isSettled = (one: Asked) => one.error !== null || one.due <= world.now();
  const end = world.onEvent((from, event) => {
    const one = from === node && 'n' in event && event.n !== null ? byNumber.get(event.n) : undefined;
    if (one === undefined || isSettled(one)) return;
    // An addr that only names its sender is no answer to a getaddr.
    if (event.kind === 'addr' && !event.own) {
      one.answers.push(event);
      one.due = world.now() + QUIET_US;
    } else if (event.kind === 'closed' && one.answers.length === 0)
      one.error = { code: 'no-such-peer', message: `${shell.who(one.peer.id)} closed the connection` };
  });
  try {
    for (const one of asked) {
      const order = node.order({ kind: 'getaddr', n: one.peer.n });
      if (!order.ok) {
        const { code, message } = refusal(order);
        one.error = { code, message };
      }
    }
    for (let open = asked; open.length > 0 && !signal.aborted; open = asked.filter((one) => !isSettled(one))) {
      const waiting = open;
      const next = () => Math.min(...waiting.map((one) => (one.error === null ? one.due : 0)));
      const due = next();
      const limitMs = Math.max(0, (due - world.now()) / 1_000);
      if (stoppedBy() !== null) break;
      await world.until(() => next() < due, { limitMs, signal });
    }
  } finally {
    end();
  }
  return asked.map((one) => answerOf(shell, one));
}

function answerOf(shell: Shell, { peer, answers, error }: Asked): Told | Failed {
  if (answers.length === 0) {
    const held = heldBetween(shell, peer, HELD_TYPES);
    const late =
      held === null
        ? { code: 'timeout', message: `${shell.who(peer.id)}: no answer; the peer may limit getaddr` }
        : { code: 'held', message: `${shell.who(peer.id)}: no answer: ${held.text}; held lists it` };
    return { id: peer.id, error: error ?? late };
  }
  const addresses = answers.flatMap((answer) => [
    ...answer.fresh.map((one) => ({ ...learntView(one), new: true })),
    ...answer.known.map((one) => ({ ...learntView(one), new: false })),
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

/** Names what was new, as far as a line goes. */
const NAMED_MAX = 8;

function sentence(shell: Shell, told: Told): string {
  const fresh = told.addresses.filter((one) => one.new).map((one) => `${one.address} ${shell.who(one.id)}`);
  const named = fresh.length === 0 ? '' : `: ${fresh.slice(0, NAMED_MAX).join(', ')}`;
  const rest = fresh.length > NAMED_MAX ? `, and ${fresh.length - NAMED_MAX} more` : '';
  return `${shell.who(told.id)}: ${count(told.count, 'address', 'addresses')}: ${told.new} new, ${told.known} known${named}${rest}`;
}
