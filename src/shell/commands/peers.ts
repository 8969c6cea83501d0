/** `peers`: a direction may go in, the table of connections comes out, inbound first, then by least ping. */
import type { PeerView } from '../../core/views.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { age, round3, rtt, safe, shortId } from '../render.ts';
import { type Column, pagedTable } from '../table.ts';

export const rounded = (peer: PeerView): PeerView => ({
  ...peer,
  pingMs: round3(peer.pingMs),
  pingMinMs: round3(peer.pingMinMs),
  lastSendMs: round3(peer.lastSendMs),
  lastReceiveMs: round3(peer.lastReceiveMs),
  lastPongMs: round3(peer.lastPongMs),
  ageMs: round3(peer.ageMs) ?? 0,
  pausedMs: round3(peer.pausedMs),
});

/** Not worth a word: most rows are. */
const isOrdinary = (peer: PeerView) => peer.state === 'ready' && peer.pausedMs === null;

const stateOf = (peer: PeerView) =>
  peer.pausedMs === null ? peer.state : peer.state === 'ready' ? 'held back' : `${peer.state}, held back`;

const rowOf = (peer: PeerView, wide: boolean) => [
  `#${peer.n}`,
  wide ? safe(peer.id ?? '-') : shortId(peer.id),
  peer.dir === 'inbound' ? 'in' : 'out',
  peer.via,
  peer.listen ?? peer.address,
  rtt(peer.pingMs),
  rtt(peer.pingMinMs),
  age(peer.lastSendMs),
  age(peer.lastReceiveMs),
  String(peer.addresses),
  age(peer.ageMs),
  ...(wide ? [stateOf(peer), safe(peer.agent ?? '-', 64)] : isOrdinary(peer) ? [] : [stateOf(peer)]),
];

const COLUMNS: readonly Column[] = [
  { head: '#', right: true },
  { head: 'id' },
  { head: 'dir' },
  { head: 'via', dropOrder: 3 },
  { head: 'address' },
  { head: 'ping', right: true },
  { head: 'min', right: true, dropOrder: 2 },
  { head: 'send', right: true, dropOrder: 4 },
  { head: 'recv', right: true, dropOrder: 5 },
  { head: 'addrs', right: true, dropOrder: 1 },
  { head: 'age', right: true },
];

/** With -v the id is whole and leaves less room; what only -v shows goes last. */
const WIDE_COLUMNS: readonly Column[] = [
  ...COLUMNS.map((column) =>
    column.head === 'age'
      ? { ...column, dropOrder: 6 }
      : column.head === 'ping'
        ? { ...column, dropOrder: 7 }
        : column.head === 'dir'
          ? { ...column, dropOrder: 10 }
          : column,
  ),
  { head: 'state', dropOrder: 9 },
  { head: 'agent', dropOrder: 8, shrinkTo: 8 },
];

export const peers: Command = {
  name: 'peers',
  aliases: ['netinfo'],
  group: 'peers',
  usage: 'peers [in|out] [-v] [--all]',
  summary: 'who is connected',
  details: [
    'ping and min are round trips in ms; send, recv and age are times ago. A state other than ready stands last:',
    'suspect did not answer, hello-less never said hello, a visitor came to a full node, held back sends too much.',
    '-v shows whole ids, states and agents. --all shows more than 50 rows.',
  ],
  options: { verbose: { type: 'boolean', short: 'v' }, all: { type: 'boolean' } },
  candidates: (_, before) => (before.length === 0 ? ['in', 'out'] : []),
  run(shell, { words, options }) {
    const [dir] = words;
    if (words.length > 1 || (dir !== undefined && dir !== 'in' && dir !== 'out'))
      throw new UsageError(`usage: ${this.usage}`);
    const rows = shell.node.views
      .peers()
      .filter((peer) => dir === undefined || peer.dir === `${dir}bound`)
      .map(rounded);
    return {
      value: rows,
      async text() {
        if (rows.length === 0) return 'no peers; try connect HOST:PORT';
        const wide = options.verbose === true;
        const columns = wide ? WIDE_COLUMNS : rows.every(isOrdinary) ? COLUMNS : [...COLUMNS, { head: '' }];
        const cells = rows.map((peer) => rowOf(peer, wide));
        return pagedTable(columns, cells, shell.columns(), 'peers', options.all === true);
      },
    };
  },
};
