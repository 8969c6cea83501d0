/** Messages in hand as a shell has them: orders go to the world that the running line is about, and one line for people comes out of each message. */
import type { MessageInHand, TapAnswer, TapChange, TapOrder } from '../../core/tap.ts';
import { CommandError } from '../errors.ts';
import { expressionFault } from '../expressions.ts';
import { age, round3, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

export const ALL = 'all';
/** A message's id as it is typed. */
export const isMessageId = (word: string): boolean => /^m[1-9][0-9]{0,15}$/.test(word);

const ABOVE_TCP = 'impossible on real TCP, done above it';

/** Throws when the order was refused. */
export function tell(shell: Shell, order: TapOrder): Extract<TapAnswer, { ok: true }> {
  const answer = shell.world.tap.order(order);
  if (!answer.ok) throw new CommandError(answer.code, expressionFault(answer.message));
  return answer;
}

export function messageOf(shell: Shell, id: string): MessageInHand {
  const message = shell.world.tap.message(id);
  if (message !== null) return message;
  const ids = shell.world.tap.held().map((one) => one.id);
  const there = ids.length === 0 ? 'nothing is held' : `held now: ${ids.slice(0, 10).join(', ')}`;
  throw new CommandError('no-such-message', `no message ${safe(id)}; ${there}`);
}

export const heldIds = (shell: Shell): readonly string[] => shell.world.tap.held().map(({ id }) => id);

/** Which way and with whom: `> #3 a1b2c3d4`. */
export function wayOf(shell: Shell, { node, n, direction, peer }: MessageInHand): string {
  const whose = shell.world.nodes().length > 1 ? `${node} ` : '';
  return `${whose}${direction === 'sent' ? '>' : '<'} #${n}${peer === null ? '' : ` ${shell.who(peer)}`}`;
}

export function fateText({ fate, blockedBy }: MessageInHand): string {
  if (fate === 'blocked' || (fate === 'held' && blockedBy !== null))
    return `${fate === 'held' ? 'held, ' : ''}blocked by ${blockedBy}`;
  return fate === 'dropped' ? `dropped (${ABOVE_TCP})` : fate;
}

/** When it goes on by itself; '' when it does not. */
export function dueText(shell: Shell, { dueUs, fate }: MessageInHand): string {
  return dueUs === null || fate !== 'held' ? '' : age((dueUs - shell.world.now()) / 1_000);
}

/** `m17 > #3 a1b2c3d4 hello: held`. */
export const shown = (shell: Shell, message: MessageInHand): string =>
  `${message.id} ${wayOf(shell, message)} ${safe(message.type)}: ${fateText(message)}`;

export const messageValue = (shell: Shell, message: MessageInHand) => {
  const { sinceUs, dueUs, ...rest } = message;
  const now = shell.world.now();
  return {
    ...rest,
    sinceMs: round3((now - sinceUs) / 1_000),
    dueMs: dueUs === null ? null : round3((dueUs - now) / 1_000),
  };
};

/** What is told of a change that nobody asked for; null: only the prompt changes. */
export function changeText(shell: Shell, { kind, message }: TapChange): string | null {
  const what = `${message.id} ${wayOf(shell, message)} ${safe(message.type)}`;
  const by = message.by === null ? '' : ` by ${message.by}`;
  switch (kind) {
    case 'held': {
      const why = message.why === null ? '' : `: ${safe(message.why, 200)}`;
      const clock =
        message.dueUs === null ? '' : `; the peer's clock runs on, it goes by itself in ${dueText(shell, message)}`;
      return `${what} held${by}${why}${clock}`;
    }
    case 'changed':
      return message.line === message.original
        ? `${what} ${message.copies > 1 ? `goes on ${message.copies} times` : 'goes on later'}${by}`
        : `${what} changed${by}`;
    case 'dropped':
      return `${what} dropped${by} (${ABOVE_TCP})`;
    case 'reset':
      return `${what}: its connection is reset${by}`;
    case 'released':
      return `${what} went on by itself: nobody dealt with it for long`;
    case 'flooded':
      return `${what}: too much waited behind it, all of that went on`;
    case 'gone':
      return `${what} is gone with its connection`;
    case 'blocked':
    case 'settled':
      return null;
    default:
      return kind satisfies never;
  }
}
