/** How an address travelled, as a tree that a person reads: the report goes in, lines come out. Names must be harmless already. */
import { deepestChain, type How, type LearntBy, type SpreadReport } from './spread.ts';
import { cut } from './words.ts';

/** Of a longer tree the first ones are shown. */
const LINES_MAX = 40;
/** Names of a chain that are told at each end. */
const CHAIN_END_MAX = 4;
const STEP_WIDTH_MAX = 3;
/** What stands beside the branches in the narrowest line: a name, a time, how. */
const TEXT_WIDTH = 40;
const NAME_LENGTH_MAX = 21;

export interface TreeLook {
  readonly columns: number;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
}

const HOW: Readonly<Record<How, string>> = {
  itself: 'itself',
  bootstrap: 'bootstrap list',
  command: 'by a command',
  met: 'connected to it',
  told: 'told',
  unseen: 'how is not seen',
};

export const seconds = (us: number) => `${(us / 1_000_000).toFixed(3)}s`;

export function drawSpread(report: SpreadReport, look: TreeLook): string[] {
  const { learnt } = report;
  if (learnt.length <= LINES_MAX) return treeOf(learnt, look);
  const chain = deepestChain(report);
  return [
    cut(`deepest chain, ${chain.length - 1} steps: ${chainText(chain)}`, look.columns - 1),
    `the first ${LINES_MAX} of ${learnt.length}:`,
    // Whoever told somebody learnt it before, so that the first ones are a tree.
    ...treeOf(learnt.slice(0, LINES_MAX), look),
  ];
}

const chainText = (chain: readonly string[]) =>
  (chain.length <= 2 * CHAIN_END_MAX + 1
    ? chain
    : [...chain.slice(0, CHAIN_END_MAX), '…', ...chain.slice(-CHAIN_END_MAX)]
  ).join(' > ');

function treeOf(learnt: readonly LearntBy[], { columns, strong, dim }: TreeLook): string[] {
  const children = new Map<string | null, LearntBy[]>();
  for (const one of learnt) {
    const siblings = children.get(one.from) ?? [];
    siblings.push(one);
    children.set(one.from, siblings);
  }
  const deepest = learnt.reduce((most, { depth }) => Math.max(most, depth), 0);
  // A long chain must not push its names out of the room.
  const step = Math.max(1, Math.min(STEP_WIDTH_MAX, Math.floor((columns - TEXT_WIDTH) / Math.max(1, deepest))));
  const branch = (mark: string, rest: string) => (mark + rest).slice(0, step);
  const rows: { readonly branches: string; readonly name: string; readonly one: LearntBy }[] = [];
  const grow = (one: LearntBy, branches: string, below: string): void => {
    rows.push({ branches, name: cut(one.node, NAME_LENGTH_MAX), one });
    const some = children.get(one.node) ?? [];
    for (const [i, child] of some.entries()) {
      const isLast = i === some.length - 1;
      grow(child, below + branch(isLast ? '└' : '├', '─ '), below + branch(isLast ? ' ' : '│', '  '));
    }
  };
  for (const root of children.get(null) ?? []) grow(root, '', '');
  const width = rows.reduce((most, { branches, name }) => Math.max(most, branches.length + name.length), 0);
  const timeWidth = rows.reduce((most, { one }) => Math.max(most, seconds(one.atUs).length), 0);
  return rows.map(({ branches, name, one }) => {
    const gap = ' '.repeat(width - branches.length - name.length + 2);
    return `${dim(branches)}${strong(name)}${gap}${seconds(one.atUs).padStart(timeWidth)}  ${HOW[one.how]}`;
  });
}
