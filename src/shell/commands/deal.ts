/** What a user does to a message in hand: `edit`, `revert`, `deliver`, `delay`, `dup`, `resend`; and `inject`, which makes one up. */
import type { MessageInHand, TapOrder } from '../../core/tap.ts';
import { COPIES_MAX } from '../../tap/limits.ts';
import { patchLine, readLine } from '../../tap/patch.ts';
import { readCopies, readDelay } from '../../tap/rule.ts';
import { liveIdsOnly } from '../candidates.ts';
import type { Answer, Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ALL, dueText, heldIds, isMessageId, messageOf, messageValue, shown, tell } from '../hand/in-hand.ts';
import { readJsonText } from '../hand/json-text.ts';
import { checkFault, putFault } from '../lab/put-fault.ts';
import { pickHere, wantsPeer } from '../pick.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { changesOf } from './held.ts';

const ids = (shell: Shell, before: readonly string[]) => (before.length > 0 ? [] : heldIds(shell));

/** Gives an order about one message and tells how it is now. */
function deal(shell: Shell, order: TapOrder): Answer {
  const { messages } = tell(shell, order);
  return answerOf(shell, messages);
}

const answerOf = (shell: Shell, messages: readonly MessageInHand[]): Answer => ({
  value: messages.map((one) => messageValue(shell, one)),
  text: messages.map((one) => `${shown(shell, one)}${goesOnText(shell, one)}`).join('\n') || 'nothing is held',
});

/** How often and when what is still held goes on, as far as that is out of the ordinary. */
function goesOnText(shell: Shell, one: MessageInHand): string {
  const due = dueText(shell, one);
  const times = one.fate === 'held' && one.copies > 1 ? [`${one.copies} times`] : [];
  const words = [...times, ...(due === '' ? [] : [`in ${due}`])];
  return words.length === 0 ? '' : `, goes on ${words.join(' ')}`;
}

/** Complains of what is no JSON and names the place; `such` is a whole line of that command. */
function checkJson(text: string, such: string): void {
  const read = readJsonText(text);
  if (!read.ok)
    throw new UsageError(`not JSON: at column ${read.column} of it ${read.wanted} should stand; such as ${such}`);
}

/** Says bye to no peer: it loses a message, which `drop` hands to this. */
export const dropMessage = (shell: Shell, id: string): Answer => deal(shell, { kind: 'drop', id });

export const edit: Command = {
  name: 'edit',
  aliases: [],
  group: 'hand',
  usage: 'edit MESSAGE [PATCH|JSON]',
  summary: 'change a message in hand',
  details: [
    'edit m17 body.nodeid=5f0c2a9e body.listen=4000 sets fields, -body.agent takes one away.',
    'edit m17 {"msgtype":"ping"} is the whole line. edit m17 alone opens it in your editor ($VISUAL, else $EDITOR).',
    'revert m17 takes all changes back, diff m17 shows them. It stays in hand until deliver m17.',
  ],
  raw: true,
  candidates: ids,
  async run(shell, { rest, signal }) {
    const [, id, patch = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(rest) ?? [];
    if (id === undefined) throw new UsageError(`usage: ${this.usage}, such as edit m1 body.nodeid=x`);
    if (patch === '') {
      const { editByHand } = await import('../hand/edit-by-hand.ts');
      const line = await editByHand(shell, id, signal);
      const value = [messageValue(shell, messageOf(shell, id))];
      return { value, text: line === null ? `${id}: unchanged` : changesOf(shell, id).text };
    }
    if (patch.startsWith('{')) checkJson(patch, `edit ${safe(id)} {"msgtype":"ping"}`);
    const patched = patchLine(messageOf(shell, id).line, patch);
    if (!patched.ok) throw new UsageError(safe(patched.message, 300));
    const { messages } = tell(shell, { kind: 'edit', id, line: patched.line });
    return { value: messages.map((one) => messageValue(shell, one)), text: changesOf(shell, id).text };
  },
};

export const revert: Command = {
  name: 'revert',
  aliases: [],
  group: 'hand',
  usage: 'revert MESSAGE',
  summary: 'undo edit',
  candidates: ids,
  run: (shell, { words }) => deal(shell, { kind: 'revert', id: onlyId(words, 'revert MESSAGE') }),
};

export const deliver: Command = {
  name: 'deliver',
  aliases: [],
  group: 'hand',
  usage: 'deliver MESSAGE|all [in T]',
  summary: 'let a message go on',
  details: ['What stands behind another message of its connection goes right after that one.'],
  candidates: (shell, before) => (before.length === 0 ? [...heldIds(shell), ALL] : before.length === 1 ? ['in'] : []),
  run(shell, { words }) {
    const [id, word, time] = words;
    const inUs = word === undefined ? 0 : word === 'in' && time !== undefined ? readDelay(time) : null;
    if (id === undefined || inUs === null || words.length > 3)
      throw new UsageError(`usage: ${this.usage}; T is up to 1h`);
    return deal(shell, { kind: 'deliver', id, inUs });
  },
};

export const delay: Command = {
  name: 'delay',
  aliases: [],
  group: 'hand',
  usage: 'delay MESSAGE T',
  summary: 'let it go on later',
  details: ['The same as deliver MESSAGE in T.'],
  candidates: ids,
  run(shell, { words }) {
    const [id, time] = words;
    const inUs = time === undefined ? null : readDelay(time);
    if (id === undefined || inUs === null || words.length > 2)
      throw new UsageError(`usage: ${this.usage}; T is up to 1h`);
    return deal(shell, { kind: 'deliver', id, inUs });
  },
};

export const dup: Command = {
  name: 'dup',
  aliases: [],
  group: 'hand',
  usage: 'dup MESSAGE [N]',
  summary: 'N more of it',
  details: ['In a lab dup 5% on n1 is the fault of that name: help faults.'],
  exact: true,
  candidates: ids,
  raw: true,
  async check({ rest }, there, labs) {
    if (!isMessageId(rest.trim().split(/\s+/)[0] ?? '')) await checkFault(labs, `dup ${rest.trim()}`, there);
  },
  run(shell, { rest }) {
    const [id = '', times = '', ...others] = rest.trim().split(/\s+/);
    if (!isMessageId(id) && id !== '' && shell.labHere !== null) return putFault(shell, `dup ${rest.trim()}`, 'dup');
    const copies = readCopies(times);
    if (id === '' || copies === null || others.length > 0)
      throw new UsageError(`usage: ${this.usage}; N is from 1 to ${COPIES_MAX}`);
    return deal(shell, { kind: 'dup', id, copies });
  },
};

export const resend: Command = {
  name: 'resend',
  aliases: [],
  group: 'hand',
  usage: 'resend MESSAGE',
  summary: 'say its line once more',
  details: ['At once, past every rule and all that waits; also one of those that went last.'],
  candidates: ids,
  run: (shell, { words }) => deal(shell, { kind: 'resend', id: onlyId(words, 'resend MESSAGE') }),
};

export const inject: Command = {
  name: 'inject',
  aliases: [],
  group: 'hand',
  usage: 'inject ID JSON',
  summary: 'a line as if it came',
  details: ['The core hears it at once as if the peer had sent it; the peer knows nothing of it.'],
  raw: true,
  candidates: liveIdsOnly,
  run(shell, { rest }) {
    const [, word, text = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(rest) ?? [];
    if (word === undefined || text === '') throw wantsPeer(shell, this.usage);
    const peer = pickHere(shell, word, this.usage);
    checkJson(text, `inject ${safe(word)} {"msgtype":"ping"}`);
    const read = readLine(text);
    if (!read.ok) throw new UsageError(read.message);
    tell(shell, { kind: 'inject', node: shell.node.name, n: peer.n, line: read.line });
    return {
      value: { id: peer.id, n: peer.n, line: read.line },
      text: `heard from ${shell.who(peer.id)} (#${peer.n})`,
    };
  },
};

function onlyId(words: readonly string[], usage: string): string {
  const [id] = words;
  if (id === undefined || words.length > 1) throw new UsageError(`usage: ${usage}`);
  return id;
}
