/** `spread`: an address or a node's name goes in, who learnt it when and from whom comes out. It runs the history of the lab once more. */

import { BLIND } from '../../core/witness.ts';
import { createSpread, deepestChain, type SpreadReport, timesOf } from '../../trace/spread.ts';
import { drawSpread, seconds } from '../../trace/spread-tree.ts';
import { parseAddress } from '../../wire/address.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { type Lab, labOf, simulationOf } from '../lab/lab.ts';
import { timeText } from '../lab/moments.ts';
import { withProgress } from '../lab/progress.ts';
import { folded, round3, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

/** Where there is no terminal. */
const COLUMNS = 80;

export const spread: Command = {
  name: 'spread',
  looks: alwaysLooks,
  aliases: [],
  group: 'lab',
  usage: 'spread ADDR|NODE',
  summary: 'how an address travelled',
  details: [
    'Who told whom first, as a tree with times: it begins at the node itself, at bootstrap lists and at commands.',
    'It tells the history of the lab again up to now, so it takes as long as that took.',
  ],
  needsLab: true,
  candidates: (shell, before) => (before.length === 0 ? (shell.lab?.names() ?? []) : []),
  async run(shell, { words, signal }) {
    const [word] = words;
    if (shell.lab === null)
      throw new CommandError(
        'no-lab',
        'spread tells a simulated history again, and a real network keeps none; type lab 8',
      );
    const simulation = simulationOf(shell, 'spread');
    if (word === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const lab = labOf(shell);
    const told = createSpread(addressOf(lab, word));
    await withProgress(
      shell,
      () => 'telling the history once more …',
      () => simulation.replay({ ...BLIND, event: told.hear }, signal),
    );
    const running = new Set(lab.names());
    const report = told.report((node) => running.has(node));
    const nodes = running.size;
    return { value: rowsOf(report, nodes), text: () => drawn(shell, report, nodes, lab.world.now()) };
  },
};

function addressOf(lab: Lab, word: string): string {
  const address = parseAddress(word);
  if (address !== null) return address.text;
  if (word.includes(':'))
    throw new UsageError(`${JSON.stringify(safe(word))} is no address such as 10.0.0.1:5999, and no node`);
  const [first] = lab.node(word).state.listening;
  if (first === undefined) throw new CommandError('no-address', `${safe(word)} listens nowhere`);
  return first.text;
}

function rowsOf(report: SpreadReport, nodes: number) {
  const times = timesOf(report);
  return {
    address: report.address,
    node: report.owner,
    knowing: report.knowing,
    nodes,
    medianMs: times === null ? null : round3(times.medianUs / 1_000),
    lastMs: times === null ? null : round3(times.lastUs / 1_000),
    deepest: deepestChain(report),
    tree: report.learnt.map(({ node, atUs, how, from, depth }) => ({
      node,
      atMs: round3(atUs / 1_000),
      how,
      from,
      depth,
    })),
  };
}

function drawn(shell: Shell, raw: SpreadReport, nodes: number, now: number): string {
  const { strong, dim } = shell.paint;
  const columns = shell.columns() ?? COLUMNS;
  const { address, owner, learnt, knowing } = raw;
  if (learnt.length === 0) return `${address}: nobody in the lab has learnt it up to ${timeText(now)}`;
  const report = {
    ...raw,
    learnt: learnt.map((one) => ({ ...one, node: safe(one.node), from: one.from === null ? null : safe(one.from) })),
  };
  const times = timesOf(report);
  const head = [
    `${address}${owner === null ? '' : ` (${safe(owner)})`}: ${knowing} of ${nodes} nodes know it`,
    ...(times === null ? [] : [`half of them by ${seconds(times.medianUs)}, all by ${seconds(times.lastUs)}`]),
  ].join(', ');
  return [folded(head, columns, 2), ...drawSpread(report, { columns, strong, dim })].join('\n');
}
