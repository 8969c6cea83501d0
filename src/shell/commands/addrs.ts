/** `addrs`: the address book, and why an address is not dialled. */
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { age, round3, shortId, table } from '../render.ts';

const SHOWN_MAX = 50;

export const addrs: Command = {
  name: 'addrs',
  aliases: ['book'],
  group: 'network',
  usage: 'addrs [new|tried] [--all]',
  summary: 'known addresses, who told us, why not dialled',
  options: { all: { type: 'boolean' } },
  run(shell, { words, options }) {
    const [which] = words;
    if (words.length > 1 || (which !== undefined && which !== 'new' && which !== 'tried'))
      throw new UsageError(`usage: ${this.usage}`);
    const rows = shell.node.views
      .addrs()
      .filter((row) => which === undefined || row.table === which)
      .map((row) => ({
        ...row,
        heardMs: round3(row.heardMs),
        triedMs: round3(row.triedMs),
        nextDialMs: round3(row.nextDialMs),
      }));
    return {
      value: rows,
      async text() {
        if (rows.length === 0) return 'no addresses; connect to somebody or type getaddr';
        const shown = options.all === true ? rows : rows.slice(0, SHOWN_MAX);
        const drawn = await table(
          ['address', 'id', 'table', 'source', 'heard', 'tried', 'fails', 'state', 'why'].map((head) => ({
            head,
            right: ['heard', 'tried', 'fails'].includes(head),
          })),
          shown.map((row) => [
            row.address,
            shortId(row.id),
            row.table,
            row.source,
            age(row.heardMs),
            age(row.triedMs),
            String(row.tries),
            row.state,
            row.reason ?? row.lastError ?? '',
          ]),
        );
        return shown.length < rows.length ? `${drawn}\n… ${rows.length - shown.length} more: addrs --all` : drawn;
      },
    };
  },
};
