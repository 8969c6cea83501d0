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
});

/** Not worth a word: most rows are. */
const isOrdinary = (peer: PeerView) => peer.state === 'ready';

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
  ...(wide ? [peer.state, safe(peer.agent ?? '-', 64)] : isOrdinary(peer) ? [] : [peer.state]),
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

export const peers: Command = {
  name: 'peers',
  aliases: ['netinfo'],
  group: 'peers',
  usage: 'peers [in|out] [-v] [--all]',
  summary: 'who is connected',
  details: [
    'ping and min are round trips in ms; send, recv and age are times ago.',
    '-v shows full ids, states and agents. --all shows more than 50 rows.',
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
        const last = wide ? [{ head: 'state' }, { head: 'agent' }] : rows.every(isOrdinary) ? [] : [{ head: '' }];
        const columns = [...COLUMNS, ...last];
        const cells = rows.map((peer) => rowOf(peer, wide));
        return pagedTable(columns, cells, shell.columns(), 'peers', options.all === true);
      },
    };
  },
};
