/** GraphML: a trace goes in, who talked to whom comes out as a graph for Gephi, yEd or NetworkX, with what passed as data of its edges. */
import { isNode } from '../lanes.ts';
import { stateOf, talkOf } from '../talk.ts';
import type { Exporter } from './exporter.ts';
import { fileNames, markup, shortened } from './names.ts';

/** Of a node, or of an edge: what each piece of data is called and what it is. */
const KEYS = [
  ['node', 'name', 'string'],
  ['node', 'id', 'string'],
  ['node', 'address', 'string'],
  ['edge', 'state', 'string'],
  ['edge', 'delivered', 'int'],
  ['edge', 'lost', 'int'],
] as const;

const data = (key: string, value: string | number | null) =>
  value === null ? '' : `<data key="${key}">${typeof value === 'number' ? value : markup(shortened(value))}</data>`;

export const graphml: Exporter = {
  name: 'graphml',
  ending: 'graphml',
  meaning: 'who talked to whom, for Gephi or yEd',
  *pieces(trace) {
    const { lanes, pairs } = yield* talkOf(trace);
    const names = fileNames(lanes.nodes.map(({ name }) => shortened(name)));
    yield [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
      ...KEYS.map(([of, name, type]) => `<key id="${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>`),
      '<graph id="peersh" edgedefault="directed">',
      '',
    ].join('\n');
    for (const [lane, { id, address }] of lanes.nodes.entries())
      if (isNode(lanes, lane))
        yield `<node id="node-${lane + 1}">${data('name', names[lane] ?? '')}${data('id', id)}${data('address', address)}</node>\n`;
    for (const [at, pair] of pairs.entries())
      yield `<edge id="edge-${at + 1}" source="node-${pair.from + 1}" target="node-${pair.to + 1}">${data('state', stateOf(pair))}${data('delivered', pair.delivered)}${data('lost', pair.lost)}</edge>\n`;
    yield '</graph>\n</graphml>\n';
  },
};
