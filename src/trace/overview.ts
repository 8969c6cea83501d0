/** A graph that is too large for a picture in a few lines: how many nodes have how many neighbours, what hangs together, who is alone. */
import { componentsOf, type GraphNode } from './graph.ts';
import { foldWords, separated } from './words.ts';

/** Rows of the histogram. */
const ROWS_MAX = 20;
const BAR = '█';
const HEADS = ['peers', 'nodes'] as const;
const GAP = 2;
/** Sizes of components, and nodes that are alone, that are told one by one. */
const SIZES_MAX = 8;
const NAMES_MAX = 20;

const text = (count: number) => count.toLocaleString('en');

export function overviewOf(
  nodes: readonly GraphNode[],
  neighbours: readonly (readonly number[])[],
  columns: number,
): string[] {
  const components = componentsOf(neighbours);
  const alone = components.filter(({ length }) => length === 1).map(([node]) => nodes[node as number]?.name ?? '');
  return [
    ...histogramOf(
      neighbours.map(({ length }) => length),
      columns,
    ),
    ...foldWords('components:', separated(sizesOf(components)), columns),
    ...(alone.length === 0 ? [] : foldWords('alone:', separated(firstOf(alone)), columns)),
  ];
}

/** `3 × 12`: so many components of that size, the largest first. */
function sizesOf(components: readonly (readonly number[])[]): string[] {
  const counts = new Map<number, number>();
  for (const { length } of components) counts.set(length, (counts.get(length) ?? 0) + 1);
  const told = [...counts].slice(0, SIZES_MAX).map(([size, count]) => `${text(count)} × ${text(size)}`);
  const left = [...counts.values()].slice(SIZES_MAX).reduce((sum, count) => sum + count, 0);
  return left === 0 ? told : [...told, `and ${text(left)} smaller ones`];
}

const firstOf = (names: readonly string[]) =>
  names.length <= NAMES_MAX ? names : [...names.slice(0, NAMES_MAX), `and ${text(names.length - NAMES_MAX)} more`];

function histogramOf(degrees: readonly number[], columns: number): string[] {
  const most = degrees.reduce((max, degree) => Math.max(max, degree), 0);
  const step = new Set(degrees).size <= ROWS_MAX ? 1 : Math.ceil((most + 1) / ROWS_MAX);
  const counts = new Map<number, number>();
  for (const degree of degrees) {
    const row = Math.floor(degree / step);
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const rows = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([row, count]) => {
      const from = row * step;
      return [step === 1 ? text(from) : `${text(from)}-${text(from + step - 1)}`, text(count), count] as const;
    });
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => String(row[i]).length)));
  const [first = 0, second = 0] = widths;
  const room = Math.max(0, columns - 1 - first - second - 2 * GAP);
  const highest = rows.reduce((max, [, , count]) => Math.max(max, count), 1);
  const line = (a: string, b: string, bar: string) =>
    `${a.padStart(first)}${' '.repeat(GAP)}${b.padStart(second)}${' '.repeat(GAP)}${bar}`.trimEnd();
  return [
    line(...HEADS, ''),
    ...rows.map(([degree, nodes, count]) => line(degree, nodes, BAR.repeat(Math.ceil((room * count) / highest)))),
  ];
}
