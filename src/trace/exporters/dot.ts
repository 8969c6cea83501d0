/** DOT, the language of graphviz: a graph and the most edges to draw go in, or a trace; the text of a file comes out. */
import type { Graph, KnownOnly } from '../graph.ts';
import { isNode } from '../lanes.ts';
import { pairText, stateOf, talkOf } from '../talk.ts';
import type { Exporter } from './exporter.ts';
import { fileNames, printable, shortened } from './names.ts';

const CONNECTED = 'style=solid, color="#2e7d32"';
const HALF = 'style=dashed, color="#c62828"';
/** Where everybody knows everybody these must not decide who stands where. */
const KNOWN = 'style=dotted, color="#9e9e9e", constraint=false';

/** Nothing but a quote ends a string; a backslash would begin one of graphviz's own codes, an ampersand a mark of HTML. */
const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;');

const HEAD = 'digraph peersh {\n  node [shape=box, style=rounded, fontname="sans-serif", color="#455a64"];';

const nodeLine = (name: string, address: string | null) =>
  `  "${name}" [label="${address === null ? name : `${name}\\n${escaped(printable(address))}`}"];`;

/** Solid from dialler to listener, dashed when only one end has the connection, dotted from who knows an address to who is there; null leaves that out. */
export function dotOf({ nodes, connections }: Graph, known: KnownOnly | null, edgesMax: number): string {
  const names = fileNames(nodes.map(({ name }) => name)).map(escaped);
  const edge = (from: number, to: number, look: string) => `  "${names[from]}" -> "${names[to]}" [${look}];`;
  const drawn = connections.slice(0, edgesMax);
  const drawnKnown = known?.edges.slice(0, edgesMax - drawn.length) ?? [];
  const left = connections.length + (known?.count ?? 0) - drawn.length - drawnKnown.length;
  return [
    HEAD,
    ...nodes.map(({ address }, at) => nodeLine(names[at] ?? '', address)),
    ...drawn.map(({ from, to, isHalf }) => edge(from, to, isHalf ? HALF : CONNECTED)),
    ...drawnKnown.map(({ from, to }) => edge(from, to, KNOWN)),
    ...(left > 0 ? [`  // ${left} more are not drawn`] : []),
    ...(known === null ? ['  // what is only known is not drawn'] : []),
    '}',
    '',
  ].join('\n');
}

const LOOKS = { connected: CONNECTED, cut: HALF, known: KNOWN } as const;

export const dot: Exporter = {
  name: 'dot',
  ending: 'dot',
  meaning: 'who talked to whom, for graphviz',
  *pieces(trace) {
    const { lanes, pairs } = yield* talkOf(trace);
    const names = fileNames(lanes.nodes.map(({ name }) => shortened(name))).map(escaped);
    yield `${HEAD}\n`;
    for (const [lane, { address }] of lanes.nodes.entries())
      if (isNode(lanes, lane)) yield `${nodeLine(names[lane] ?? '', address === null ? null : shortened(address))}\n`;
    for (const pair of pairs)
      yield `  "${names[pair.from]}" -> "${names[pair.to]}" [${LOOKS[stateOf(pair)]}, label="${pairText(pair)}"];\n`;
    yield '}\n';
  },
};
