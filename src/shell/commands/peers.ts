/** `peers`: a direction may go in, the table of connections comes out, inbound first, then by least ping. */
import type { PeerView } from '../../core/views.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { age, round3, rtt, safe, shortId, table } from '../render.ts';

const SHOWN_MAX = 50;

export const rounded = (peer: PeerView): PeerView => ({
  ...peer,
  pingMs: round3(peer.pingMs),
  pingMinMs: round3(peer.pingMinMs),
  lastSendMs: round3(peer.lastSendMs),
  lastReceiveMs: round3(peer.lastReceiveMs),
  lastPongMs: round3(peer.lastPongMs),
  ageMs: round3(peer.ageMs) ?? 0,
});

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
  ...(wide ? [peer.state, safe(peer.agent ?? '-', 64)] : [peer.state === 'ready' ? '' : peer.state]),
];

export const peers: Command = {
  name: 'peers',
  aliases: ['netinfo'],
  group: 'peers',
  usage: 'peers [in|out] [-v] [--all]',
  summary: 'who is connected, and how it is doing',
  details: [
    'ping and min are round trips in ms; send, recv and age are times ago. -v shows full ids, states and agents.',
  ],
  options: { verbose: { type: 'boolean', short: 'v' }, all: { type: 'boolean' } },
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
        const shown = options.all === true ? rows : rows.slice(0, SHOWN_MAX);
        const wide = options.verbose === true;
        const heads = [
          '#',
          'id',
          'dir',
          'via',
          'address',
          'ping',
          'min',
          'send',
          'recv',
          'addrs',
          'age',
          ...(wide ? ['state', 'agent'] : ['']),
        ];
        const right = new Set(['#', 'ping', 'min', 'send', 'recv', 'addrs', 'age']);
        const drawn = await table(
          heads.map((head) => ({ head, right: right.has(head) })),
          shown.map((peer) => rowOf(peer, wide)),
        );
        return shown.length < rows.length ? `${drawn}\n… ${rows.length - shown.length} more: peers --all` : drawn;
      },
    };
  },
};
