/** `addrs`: the address book, and why an address is not dialled. */
import type { ReasonCode } from '../../core/reasons.ts';
import type { AddrView } from '../../core/view-rows.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { legend } from '../legend.ts';
import { age, round3, safe, shortId } from '../render.ts';
import { type Column, pagedTable } from '../table.ts';

const COLUMNS: readonly Column[] = [
  { head: 'address', shrinkTo: 15 },
  { head: 'id', dropOrder: 6 },
  { head: 'table', dropOrder: 2 },
  { head: 'source', dropOrder: 4 },
  { head: 'heard', right: true, dropOrder: 3 },
  { head: 'tried', right: true, dropOrder: 5 },
  { head: 'fails', right: true, dropOrder: 1 },
  { head: 'state' },
  { head: 'why', shrinkTo: 6 },
];

/** Only a lab has it. */
const NODE: Column = { head: 'node' };

/** Why it is not connected, and what the last try met; what went wrong before it was connected is not why it is. */
const codesOf = ({ state, reason, lastError }: AddrView): ReasonCode[] =>
  state === 'connected' ? [] : [...new Set([reason, lastError])].filter((code) => code !== null);

export const addrs: Command = {
  name: 'addrs',
  looks: alwaysLooks,
  aliases: ['book'],
  group: 'network',
  asksNode: true,
  usage: 'addrs [new|tried] [--all]',
  summary: 'known addresses',
  details: ['Who told us, when it was tried, and why it is not connected. --all shows more than 50 rows.'],
  options: { all: { type: 'boolean' } },
  candidates: (_, before) => (before.length === 0 ? ['new', 'tried'] : []),
  run(shell, { words, options }) {
    const [which] = words;
    if (words.length > 1 || (which !== undefined && which !== 'new' && which !== 'tried'))
      throw new UsageError(`usage: ${this.usage}`);
    const lab = shell.labHere;
    const rows = shell.node.views
      .addrs()
      .filter((row) => which === undefined || row.table === which)
      .map((row) => ({
        ...(lab === null ? {} : { node: lab.inhabitants.nameAt(row.address) }),
        ...row,
        heardMs: round3(row.heardMs),
        triedMs: round3(row.triedMs),
        nextDialMs: round3(row.nextDialMs),
      }));
    return {
      value: rows,
      async text() {
        if (rows.length === 0) return 'no addresses; try connect HOST:PORT';
        const columns = lab === null ? COLUMNS : COLUMNS.toSpliced(1, 0, NODE);
        const cells = rows.map((row) => [
          row.address,
          ...(lab === null ? [] : [row.node ?? '-']),
          shortId(row.id),
          row.table,
          safe(row.source),
          age(row.heardMs),
          age(row.triedMs),
          String(row.tries),
          row.state,
          codesOf(row).join(', '),
        ]);
        const drawn = await pagedTable(columns, cells, shell.columns(), 'addrs', options.all === true);
        const means = legend(rows.flatMap(codesOf), shell.columns());
        return means === '' ? drawn : `${drawn}\n\n${means}`;
      },
    };
  },
};
