/**
 * A small graph as a person sees it in a terminal: a graph and the room go in, lines of text come out: nodes with lines between them, or
 * a table where those would be a tangle, or a list where neither has room. Names must be harmless already.
 */
import { createCanvas, drawLine, rowsOf } from './canvas.ts';
import { type Graph, type KnownOnly, neighboursOf } from './graph.ts';
import { arrangeLabels, type Box, middleOf } from './labels.ts';
import { byDistance, onCircle } from './layout.ts';
import { cut, foldWords, separated } from './words.ts';

/** More nodes are counted, not drawn. */
export const PICTURE_NODES_MAX = 30;
/** A name that is longer is cut. */
const NAME_LENGTH_MAX = 16;
const HEAD_LENGTH_MAX = 8;
/** With more pairs for each node lines are a tangle: a full mesh of 6 is not, one of 7 is. */
const TANGLE = 2.5;
/** A character is about twice as high as wide, and a terminal of 80 columns has 24 rows. */
const ROWS_PER_COLUMN = 0.27;
const ROWS_MIN = 3;
const ROWS_MAX = 60;
const ROWS_PER_NODE = 2;

export interface Look {
  readonly columns: number;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
}

export interface Drawn {
  readonly form: 'lines' | 'table' | 'list';
  readonly lines: readonly string[];
}

export function drawGraph(graph: Graph, known: KnownOnly, look: Look): Drawn {
  const neighbours = neighboursOf(graph);
  const pairs = neighbours.reduce((sum, { length }) => sum + length, 0) / 2;
  const drawn = pairs <= TANGLE * graph.nodes.length ? drawLines(graph, look) : null;
  if (drawn !== null && drawn.passings === 0) return { form: 'lines', lines: drawn.lines };
  const table = drawTable(graph, known, look);
  return table === null ? { form: 'list', lines: drawList(graph, look) } : { form: 'table', lines: table };
}

/** Nodes and lines, and how often a line goes through a third node; null when the names have no room. Who is alone is named below. */
export function drawLines(graph: Graph, look: Look): { lines: string[]; passings: number } | null {
  const all = neighboursOf(graph);
  const met = all.flatMap((some, at) => (some.length > 0 ? [at] : []));
  const alone = graph.nodes.filter((_, at) => all[at]?.length === 0).map(({ name }) => name);
  const below = alone.length === 0 ? [] : foldWords('alone:', separated(alone), look.columns);
  if (met.length === 0) return { lines: below, passings: 0 };
  const place = new Map(met.map((node, at) => [node, at]));
  const edges = graph.connections
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, isHalf }) => ({ from: place.get(from) ?? 0, to: place.get(to) ?? 0, isHalf }));
  const names = met.map((node) => cut(graph.nodes[node]?.name ?? '', NAME_LENGTH_MAX));
  const neighbours = met.map((node) => (all[node] ?? []).map((other) => place.get(other) ?? 0));
  const columns = look.columns - 1;
  const most = Math.min(Math.floor(columns * ROWS_PER_COLUMN), ROWS_MAX, ROWS_MIN + ROWS_PER_NODE * met.length);
  const rows = Math.max(ROWS_MIN, most);
  const [best] = [byDistance, onCircle]
    .map((arrange) => arrangeLabels(names, arrange(neighbours), edges, columns, rows))
    .filter((arranged) => arranged !== null)
    .sort((a, b) => a.passings - b.passings);
  if (best === undefined) return null;
  const canvas = createCanvas(columns, rows);
  for (const { from, to, isHalf } of edges) {
    const [a, b] = [best.boxes[from] as Box, best.boxes[to] as Box];
    drawLine(canvas, middleOf(a), a.row, middleOf(b), b.row, isHalf);
  }
  for (const [at, { column, row }] of best.boxes.entries()) canvas.labels.set(row * columns + column, names[at] ?? '');
  return { lines: [...rowsOf(canvas, look.strong), ...below], passings: best.passings };
}

const REVERSED: Readonly<Record<string, string>> = { '>': '<', '<': '>' };

/** What each node is to each other: `>` dialled it, `<` was dialled by it, `x` both, `?` one end only. */
function marksOf({ nodes, connections }: Graph): Map<number, string>[] {
  const marks: Map<number, string>[] = nodes.map(() => new Map());
  const put = (from: number, to: number, mark: string) => {
    const row = marks[from];
    const old = row?.get(to);
    row?.set(to, old === undefined || old === '?' ? mark : mark === '?' || old === mark ? old : 'x');
  };
  for (const { from, to, isHalf } of connections) {
    if (from === to) continue;
    put(from, to, isHalf ? '?' : '>');
    put(to, from, isHalf ? '?' : (REVERSED['>'] ?? ''));
  }
  return marks;
}

/** A row and a column for each node, the names of the columns from top to bottom; null when it has no room. */
export function drawTable(graph: Graph, known: KnownOnly, look: Look): string[] | null {
  const names = graph.nodes.map(({ name }) => cut(name, NAME_LENGTH_MAX));
  const indent = Math.max(...names.map(({ length }) => length));
  if (indent + 2 * names.length >= look.columns) return null;
  const heads = names.map((name) => cut(name, HEAD_LENGTH_MAX));
  const high = Math.max(...heads.map(({ length }) => length));
  const marks = marksOf(graph);
  for (const { from, to } of known.edges) if (marks[from]?.has(to) === false) marks[from]?.set(to, '.');
  return [
    ...Array.from({ length: high }, (_, row) => {
      const letters = heads.map((head) => head[row - high + head.length] ?? ' ');
      return `${' '.repeat(indent)} ${letters.join(' ')}`.trimEnd();
    }),
    ...names.map((name, row) => {
      const cells = names.map((_, column) => (row === column ? '\\' : (marks[row]?.get(column) ?? ' ')));
      const painted = cells
        .join(' ')
        .trimEnd()
        .replace(/[.\\]/g, (mark) => look.dim(mark));
      return `${look.strong(name)}${' '.repeat(indent - name.length)} ${painted}`;
    }),
  ];
}

/** A line for each node, and whom it is connected to, with the marks of the table. */
export function drawList(graph: Graph, { columns, strong }: Look): string[] {
  const name = (at: number) => cut(graph.nodes[at]?.name ?? '', NAME_LENGTH_MAX);
  return marksOf(graph).flatMap((row, at) => {
    const others = [...row].sort(([a], [b]) => a - b).map(([other, mark]) => `${mark}${name(other)}`);
    const [first = '', ...rest] = foldWords(`${name(at)}:`, others.length === 0 ? ['alone'] : others, columns);
    return [first.replace(name(at), (head) => strong(head)), ...rest];
  });
}
