/** `ban`, `unban` and `bans`: whom we keep away, by IP or by node id, and for how long. */
import { readBanTarget } from '../../core/bans-saved.ts';
import { BAN_LONGEST_US } from '../../core/limits.ts';
import { REASONS } from '../../core/reasons.ts';
import type { BanView, PeerView } from '../../core/view-rows.ts';
import type { NodePort } from '../../core/world.ts';
import { printSetting, readDuration } from '../../settings.ts';
import { ipKey, parseAddress, readIpKey } from '../../wire/address.ts';
import { readBanned } from '../ban-target.ts';
import { peerWords } from '../candidates.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { refusal, wantsPeer } from '../pick.ts';
import { age, round3, safe, shortId } from '../render.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';

/** What `unban` takes to let this address in: its IP, itself, or the id it is known by; null when none is banned by hand. */
export function banOn(node: NodePort, address: string): string | null {
  const id = node.views.addrs().find((row) => row.address === address)?.id;
  const parsed = parseAddress(address);
  const names = [
    parsed === null ? null : ipKey(parsed),
    address,
    id,
    ...node.views
      .gone()
      .filter((row) => row.listen === address)
      .map((row) => row.id),
  ];
  const found = node.views.bans().find(({ target, by }) => by === 'hand' && names.includes(target));
  return found === undefined ? null : briefly(found);
}

const briefly = ({ target }: BanView) =>
  readIpKey(target) === null && parseAddress(target) === null ? shortId(target) : target;

const rounded = (row: BanView) => ({ ...row, leftMs: round3(row.leftMs) ?? 0 });

export const ban: Command = {
  name: 'ban',
  aliases: ['setban'],
  group: 'peers',
  usage: 'ban ID|IP [TIME]',
  summary: 'close and keep away',
  details: [
    'TIME such as 30m or 24h; without it the setting ban.time. bans lists them, unban ends one.',
    'A public peer is banned by its IP, a local one by its id: many share 127.0.0.1.',
    'A public IPv6 address stands for its /56, which its holder has as a whole.',
    'A node that starts anew has another id. Bans are kept with the address book.',
  ],
  exact: true,
  candidates: (shell, before, word) => (before.length === 0 ? peerWords(shell, word) : []),
  run(shell, { words }) {
    const [word, typed] = words;
    if (word === undefined || words.length > 2) throw wantsPeer(shell, this.usage);
    const forUs = typed === undefined ? null : readTime(typed);
    const { peer, target } = readBanned(shell, shell.labHere?.idOf(word) ?? word);
    const before = shell.node.views.peers().filter((row) => row.state !== 'closing');
    const order = shell.node.order({ kind: 'ban', target: peer === null ? target : peer.n, forUs });
    if (!order.ok) throw refusal(order);
    const left = new Set(
      shell.node.views
        .peers()
        .filter((row) => row.state !== 'closing')
        .map((row) => row.n),
    );
    const closed = before
      .filter((row) => !left.has(row.n))
      .map((row) => ({ id: row.id, n: row.n, address: row.listen ?? row.address }));
    // The newest stands last.
    const kept = shell.node.views.bans().at(-1);
    if (kept === undefined) throw new CommandError('not-listed', `${safe(word)} could not be banned`);
    const numbers = closed.map((row) => `#${row.n}`).join(', ');
    const time = printSetting('ban.time', forUs ?? shell.settings['ban.time']);
    return {
      value: { ...rounded(kept), closed },
      text: `banned ${whatIs(shell, kept.target, peer)} for ${time}; ${numbers === '' ? 'nobody was connected' : `closed ${numbers}`}`,
    };
  },
};

function readTime(text: string): number {
  const us = readDuration(text);
  if (us === null || us < 1) throw new UsageError(`${JSON.stringify(safe(text))} is not a time such as 30m or 24h`);
  if (us > BAN_LONGEST_US)
    throw new UsageError(`${safe(text)} is too long: at most ${BAN_LONGEST_US / 3_600_000_000}h`);
  return us;
}

/** Of a local peer the ban is on its id, which is worth a word. */
function whatIs(shell: Shell, target: string, peer: PeerView | null): string {
  if (readIpKey(target) !== null)
    return peer === null
      ? target
      : `${target}, the ${target.includes('/') ? 'network' : 'IP'} of ${shell.who(peer.id)},`;
  return peer?.id === target ? `${shell.who(target)} by its id (others share its IP)` : safe(target);
}

export const unban: Command = {
  name: 'unban',
  aliases: [],
  group: 'peers',
  usage: 'unban ID|IP|all',
  summary: 'end a ban',
  candidates: (shell, before) =>
    before.length === 0 ? [...shell.node.views.bans().map((row) => safe(row.target)), 'all'] : [],
  run(shell, { words }) {
    const [word] = words;
    const rows = shell.node.views.bans().map(rounded);
    if (word === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}; ${named(shell, rows)}`);
    const wanted = readBanTarget(word) ?? word;
    const others = [shell.labHere?.idOf(word), parseAddress(shell.labHere?.addressOf(word) ?? '')?.ip];
    const exact = rows.filter((row) => row.target === wanted || others.includes(row.target));
    const found =
      word === 'all'
        ? rows
        : exact.length > 0
          ? exact
          : rows.filter((row) => word !== '' && row.target.startsWith(word));
    if (found.length === 0 && word !== 'all')
      throw new CommandError('not-listed', `${JSON.stringify(safe(word))} is not banned; ${named(shell, rows)}`);
    if (found.length > 1 && word !== 'all')
      throw new CommandError(
        'ambiguous',
        `${JSON.stringify(safe(word))} could be several: type more of it; ${named(shell, found)}`,
        found.map((row) => row.target),
      );
    for (const { target } of found) {
      const order = shell.node.order({ kind: 'unban', target });
      if (!order.ok) throw refusal(order);
    }
    const told = found.map((row) => `${safe(row.target)} may come back`);
    return { value: word === 'all' ? found : found[0], text: told.join('\n') || 'nobody is banned' };
  },
};

/** Targets named in one message. */
const NAMED_MAX = 5;

function named({ lab }: Shell, rows: readonly BanView[]): string {
  if (rows.length === 0) return 'nobody is banned';
  const names = rows.slice(0, NAMED_MAX).map((row) => lab?.nameOf(row.target) ?? briefly(row));
  return `banned are ${names.join(', ')}${rows.length > NAMED_MAX ? `, and ${rows.length - NAMED_MAX} more` : ''}`;
}

export const bans: Command = {
  name: 'bans',
  looks: alwaysLooks,
  aliases: [],
  group: 'peers',
  usage: 'bans',
  summary: 'who is kept away',
  details: [
    `by hand: ${REASONS.banned.sentence}. by strikes: ${REASONS.discouraged.sentence}; it may come while places are free.`,
  ],
  run(shell) {
    const rows = shell.node.views.bans().map(rounded);
    return {
      value: rows,
      text: () =>
        rows.length === 0
          ? 'nobody is banned'
          : table(
              [
                { head: 'banned', shrinkTo: 15 },
                { head: 'by', dropOrder: 1 },
                { head: 'left', right: true },
              ],
              rows.map((row) => [safe(row.target), row.by, age(row.leftMs)]),
              shell.columns(),
            ),
    };
  },
};
