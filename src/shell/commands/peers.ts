/** `peers`: a direction may go in, the table of connections comes out, inbound first, then by least ping. */
import type { PeerView } from '../../core/view-rows.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { age, cut, round3, rtt, safe, shortId } from '../render.ts';
import type { Shell } from '../shell.ts';
import { type Column, pagedTable, widthOf } from '../table.ts';

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

type Row = PeerView & { readonly node?: string | null };

/** In a lab a row says which node that is. */
const named = (shell: Shell, peer: PeerView): Row =>
  shell.labHere === null ? peer : { node: shell.labHere.nameOf(peer.id), ...peer };

/** A column that only a lab has stands before the address. */
const withNode = <Cell>(rows: readonly Row[], cells: readonly Cell[], cell: Cell): readonly Cell[] =>
  rows[0]?.node === undefined ? cells : cells.toSpliced(4, 0, cell);

/** Not worth a word: most rows are. */
const isOrdinary = (peer: PeerView) => peer.state === 'ready' && peer.pausedMs === null;

const stateOf = (peer: PeerView) =>
  peer.pausedMs === null ? peer.state : peer.state === 'ready' ? 'held back' : `${peer.state}, held back`;

const rowOf = (peer: Row) =>
  withNode(
    [peer],
    [
      `#${peer.n}`,
      shortId(peer.id),
      peer.dir === 'inbound' ? 'in' : 'out',
      peer.via,
      peer.listen ?? peer.address,
      rtt(peer.pingMs),
      rtt(peer.pingMinMs),
      age(peer.lastSendMs),
      age(peer.lastReceiveMs),
      String(peer.addresses),
      age(peer.ageMs),
      isOrdinary(peer) ? '' : stateOf(peer),
    ],
    peer.node ?? '-',
  );

const COLUMNS: readonly Column[] = [
  { head: '#', right: true },
  { head: 'id' },
  { head: 'dir', dropOrder: 7 },
  { head: 'via', dropOrder: 3 },
  { head: 'address', shrinkTo: 15 },
  { head: 'ping', right: true, dropOrder: 8 },
  { head: 'min', right: true, dropOrder: 2 },
  { head: 'send', right: true, dropOrder: 4 },
  { head: 'recv', right: true, dropOrder: 5 },
  { head: 'addrs', right: true, dropOrder: 1 },
  { head: 'age', right: true, dropOrder: 6 },
];

const NODE: Column = { head: 'node' };
const STATE: Column = { head: '', shrinkTo: 4 };

/** What only -v shows. */
const detailsOf = (peer: PeerView) => [safe(peer.id ?? '-'), stateOf(peer), safe(peer.agent ?? '-', 64)];

const DETAILS: readonly Column[] = [{ head: 'state' }, { head: 'agent' }];
/** Where not all of them fit, the whole id, state and agent stand under the row, so that -v never shows less. */
const UNDER_INDENT = '   ';

function stacked(peer: PeerView, room: number): string[] {
  const lines: string[] = [];
  for (const detail of detailsOf(peer)) {
    const longer = `${lines.at(-1) ?? ''}  ${detail}`;
    if (lines.length > 0 && longer.length <= room) lines[lines.length - 1] = longer;
    else lines.push(cut(`${UNDER_INDENT}${detail}`, room));
  }
  return lines;
}

const withoutId = <Cell>(cells: readonly Cell[]) => cells.filter((_, i) => i !== 1);

function drawVerbose(rows: readonly Row[], room: number | null, isAll: boolean): Promise<string> {
  const cells = rows.map(rowOf);
  const narrow = withNode(rows, COLUMNS, NODE);
  const wide = rows.map((peer, i) => {
    const [id = '', ...others] = detailsOf(peer);
    return [...(cells[i] ?? []).slice(0, -1), ...others].with(1, id);
  });
  const columns = [...narrow, ...DETAILS];
  if (room === null || widthOf(columns, wide) <= room) return pagedTable(columns, wide, room, 'peers -v', isAll);
  return pagedTable(withoutId(narrow), cells.map(withoutId), room, 'peers -v', isAll, (row) =>
    stacked(rows[row] as PeerView, room),
  );
}

export const peers: Command = {
  name: 'peers',
  looks: alwaysLooks,
  aliases: ['netinfo'],
  group: 'peers',
  usage: 'peers [in|out] [-v] [--all]',
  summary: 'who is connected',
  details: [
    'ping and min are round trips in ms; send, recv and age are times ago. A state other than ready stands last:',
    'suspect did not answer, hello-less never said hello, a visitor came to a full node, held back sends too much.',
    '-v shows whole ids, states and agents, under each row where the terminal is narrow. --all shows more than 50 rows.',
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
      .map((peer) => named(shell, rounded(peer)));
    return {
      value: rows,
      async text() {
        if (rows.length === 0) return 'no peers; try connect HOST:PORT';
        const isAll = options.all === true;
        if (options.verbose === true) return drawVerbose(rows, shell.columns(), isAll);
        const columns = withNode(rows, COLUMNS, NODE);
        const isPlain = rows.every(isOrdinary);
        return pagedTable(isPlain ? columns : [...columns, STATE], rows.map(rowOf), shell.columns(), 'peers', isAll);
      },
    };
  },
};
