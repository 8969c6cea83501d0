/** `map`: who is connected to whom, as a picture in the terminal, or as a file for graphviz or a browser. */
import { dotOf } from '../../trace/exporters/dot.ts';
import { SVG_NODES_MAX, svgOf } from '../../trace/exporters/svg.ts';
import {
  componentsOf,
  type Graph,
  type GraphNode,
  graphOf,
  type KnownOnly,
  knownOnly,
  neighboursOf,
} from '../../trace/graph.ts';
import { overviewOf } from '../../trace/overview.ts';
import { drawGraph, PICTURE_NODES_MAX } from '../../trace/picture.ts';
import { type Sketch, sketchOf } from '../../trace/sketch.ts';
import { type Answer, type Command, looksAlone } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { count, folded, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { writeText } from '../shell-file.ts';

/** Where there is no terminal. */
const COLUMNS = 80;
/** Edges in a file; what is over is counted there. */
const EDGES_MAX = 200_000;
/** Of more nodes connections are only counted, and what is only known is left out of a file: there are millions of it. */
const LISTED_NODES_MAX = 1_000;

const MARKS = [
  ['>', '> dialled the column'],
  ['<', '< was dialled by it'],
  ['x', 'x both'],
  ['?', '? only one end has the connection'],
  ['.', '. only knows it'],
] as const;

type Neighbours = readonly (readonly number[])[];

export const map: Command = {
  name: 'map',
  looks: looksAlone,
  aliases: [],
  group: 'lab',
  usage: 'map [--dot|--svg] [FILE]',
  summary: 'draw who is connected',
  details: [
    'Up to 30 nodes as a picture: lines, or a table where they would be a tangle; more are counted by their peers.',
    '--dot is for graphviz, --svg for a browser, each printed or written to FILE: solid from dialler to listener, dotted what is only known, dashed what only one end takes for a connection. Of your own node it shows the peers.',
    'JSON lists the connections of up to 1,000 nodes; --dot has those of more.',
  ],
  options: { dot: { type: 'boolean' }, svg: { type: 'boolean' } },
  candidates: (shell, before, word) => (before.length === 0 ? shell.pathsFrom(word) : []),
  run(shell, { words, options }) {
    const format = options['dot'] === true ? 'dot' : options['svg'] === true ? 'svg' : null;
    const [file = null] = words;
    if (words.length > 1 || (file !== null && format === null) || (options['dot'] === true && options['svg'] === true))
      throw new UsageError(`usage: ${this.usage}`);
    const inhabitants = shell.world.nodes();
    if (format !== null) {
      const graph = named(shell, graphOf(inhabitants));
      const known = inhabitants.length > LISTED_NODES_MAX ? null : knownOnly(graph, inhabitants, EDGES_MAX);
      return exported(graph, known, format, file === null ? null : shell.pathOf(file));
    }
    if (inhabitants.length > LISTED_NODES_MAX) return sketched(shell, sketchOf(inhabitants));
    const graph = named(shell, graphOf(inhabitants));
    const known = graph.nodes.length > PICTURE_NODES_MAX ? null : knownOnly(graph, inhabitants, Infinity);
    const neighbours = neighboursOf(graph);
    return {
      value: {
        nodes: nodeRows(graph.nodes, neighbours),
        connections: connectionRows(graph),
        knownOnly: known?.count ?? null,
        components: componentsOf(neighbours).map(({ length }) => length),
      },
      text: () => drawn(shell, graph, known, neighbours),
    };
  },
};

/** Who crashed is known to its peers only, by an id that nobody has any more: in a lab it has its name, in brackets. */
function named({ labHere }: Shell, graph: Graph): Graph {
  const taken = new Set<string>();
  const nodes = graph.nodes.map((node) => {
    const known = node.isOutside && node.address !== null ? (labHere?.inhabitants.nameAt(node.address) ?? null) : null;
    if (known === null || taken.has(known)) return node;
    taken.add(known);
    return { ...node, name: `(${known})` };
  });
  return { ...graph, nodes };
}

/** Of many nodes the connections are only counted. */
function sketched(shell: Shell, { nodes, neighbours, connections, halves }: Sketch): Answer {
  const columns = shell.columns() ?? COLUMNS;
  return {
    value: {
      nodes: nodeRows(nodes, neighbours),
      connections: null,
      knownOnly: null,
      components: componentsOf(neighbours).map(({ length }) => length),
    },
    text: () =>
      [
        folded(headOf(nodes.length, connections, halves, 0), columns, 0),
        ...overviewOf(harmlessNames(nodes), neighbours, columns),
      ].join('\n'),
  };
}

function exported(graph: Graph, known: KnownOnly | null, format: 'dot' | 'svg', file: string | null): Answer {
  if (format === 'svg' && graph.nodes.length > SVG_NODES_MAX)
    throw new CommandError(
      'too-many',
      `an SVG shows at most ${SVG_NODES_MAX} nodes; map --dot FILE is for graphviz, whose sfdp draws more`,
    );
  const text = format === 'dot' ? dotOf(graph, known, EDGES_MAX) : svgOf(graph, known, EDGES_MAX);
  if (file === null) return { value: { format, file, text }, text: text.trimEnd() };
  const bytes = writeText(file, text);
  return { value: { format, file, bytes }, text: `wrote ${safe(file)} (${bytes} bytes)` };
}

const nodeRows = (nodes: readonly GraphNode[], neighbours: Neighbours) =>
  nodes.map(({ name, id, address, isOutside }, at) => ({
    name,
    id,
    address,
    outside: isOutside,
    peers: neighbours[at]?.length ?? 0,
  }));

function connectionRows({ nodes, connections }: Graph) {
  const nameOf = (at: number) => nodes[at]?.name ?? '';
  return connections.map(({ from, to, isHalf }) => ({ from: nameOf(from), to: nameOf(to), half: isHalf }));
}

const harmlessNames = (nodes: readonly GraphNode[]) => nodes.map((node) => ({ ...node, name: safe(node.name) }));

const headOf = (nodes: number, connections: number, halves: number, known: number) =>
  [
    count(nodes, 'node'),
    count(connections, 'connection'),
    ...(halves > 0 ? [`${halves} of them at one end only`] : []),
    ...(known > 0 ? [`${known} more only known`] : []),
  ].join(', ');

function drawn(shell: Shell, raw: Graph, known: KnownOnly | null, neighbours: Neighbours): string {
  const graph = { ...raw, nodes: harmlessNames(raw.nodes) };
  const { strong, dim } = shell.paint;
  const columns = shell.columns() ?? COLUMNS;
  const halves = graph.connections.filter(({ isHalf }) => isHalf).length;
  const lines = [folded(headOf(graph.nodes.length, graph.connections.length, halves, known?.count ?? 0), columns, 0)];
  const gone = graph.nodes.filter(({ name, isOutside }) => isOutside && name.startsWith('(')).map(({ name }) => name);
  const isOne = gone.length === 1;
  const why = `${gone.join(', ')} ${isOne ? 'is' : 'are'} not running, and ${isOne ? 'its' : 'their'} peers have not noticed yet`;
  const rest = gone.length === 0 ? [] : [folded(why, columns, 2)];
  if (known === null) return [...lines, ...overviewOf(graph.nodes, neighbours, columns), ...rest].join('\n');
  const picture = drawGraph(graph, known, { columns, strong, dim });
  lines.push(...picture.lines);
  const body = picture.lines.slice(picture.form === 'table' ? -graph.nodes.length : 0).join('\n');
  const legend = MARKS.filter(([mark]) => body.includes(mark)).map(([, meaning]) => meaning);
  if (picture.form !== 'lines' && legend.length > 0) lines.push(folded(`each row: ${legend.join(', ')}`, columns, 2));
  return [...lines, ...rest].join('\n');
}
