/** `bootstrap`: an entry to add or remove goes in, the list of places to look for others comes out. */
import type { BootstrapView } from '../../core/view-rows.ts';
import { parsePlace } from '../../wire/directory.ts';
import { type Command, looksAlone } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { legend } from '../legend.ts';
import { age, count, round3 } from '../render.ts';
import { type Column, table } from '../table.ts';

const COLUMNS: readonly Column[] = [
  { head: 'address', shrinkTo: 15 },
  { head: 'resolved', dropOrder: 2 },
  { head: 'state' },
  { head: 'next', right: true, dropOrder: 1 },
  { head: 'error' },
];

/** Before what a directory lists, which stands below it. */
const LISTED = '  ';

/** What a directory lists has rows of its own. */
const resolvedText = ({ resolved, state, from }: BootstrapView) =>
  state === 'listing' ? count(resolved.length, 'place') : from === null ? resolved.join(' ') || '-' : '';

export const bootstrap: Command = {
  name: 'bootstrap',
  looks: looksAlone,
  aliases: [],
  group: 'network',
  asksNode: true,
  takesNodes: true,
  usage: 'bootstrap [add|rm HOST:PORT]',
  summary: 'whom to look for first',
  details: [
    'dns:NAME[:PORT] adds the places that DNS lists under NAME, dnssrv:_SERVICE._tcp.NAME those of its SRV records:',
    'both are asked again each bootstrap.refresh, of dns.server or of the servers of the system.',
  ],
  candidates: (shell, before) =>
    before.length === 0
      ? ['add', 'rm']
      : before.length === 1 && before[0] === 'rm'
        ? shell.node.views.bootstrap().flatMap((row) => (row.from === null ? [row.address] : []))
        : [],
  run(shell, { words }) {
    const [verb, place] = words;
    if (verb !== undefined) {
      if ((verb !== 'add' && verb !== 'rm') || place === undefined || words.length > 2)
        throw new UsageError(`usage: ${this.usage}`);
      const target = parsePlace(place);
      if ('error' in target) throw new CommandError('bad-address', target.error);
      const order = shell.node.order({ kind: verb === 'add' ? 'bootstrap-add' : 'bootstrap-remove', ...target });
      if (!order.ok) throw new CommandError(order.reason, order.message);
    }
    const rows = shell.node.views.bootstrap().map((row) => ({ ...row, nextDialMs: round3(row.nextDialMs) }));
    const cells = rows.map((row) => [
      row.from === null ? row.address : `${LISTED}${row.address}`,
      resolvedText(row),
      row.state,
      row.nextDialMs === null ? '-' : age(row.nextDialMs),
      row.state === 'connected' ? '' : (row.lastError ?? ''),
    ]);
    return {
      value: rows,
      async text() {
        if (rows.length === 0) return 'the bootstrap list is empty; try bootstrap add HOST:PORT';
        const drawn = await table(COLUMNS, cells, shell.columns());
        const means = legend(
          rows.map((row) => (row.state === 'connected' ? null : row.lastError)),
          shell.columns(),
        );
        return means === '' ? drawn : `${drawn}\n\n${means}`;
      },
    };
  },
};
