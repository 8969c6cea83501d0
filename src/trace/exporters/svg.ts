/** The graph as SVG: a graph and the most edges to draw go in, the text of one file comes out that refers to nothing outside of it. */
import { type Graph, type KnownOnly, neighboursOf } from '../graph.ts';
import { byDistance, LAYOUT_NODES_MAX, type Point } from '../layout.ts';
import { fileNames, markup } from './names.ts';

/** More nodes find no place in bearable time. */
export const SVG_NODES_MAX = LAYOUT_NODES_MAX;

const WIDTH_MIN = 640;
/** Pixels of width for each node of a row, when there are as many rows as nodes in one. */
const WIDTH_PER_NODE = 120;
const HEIGHT_PER_WIDTH = 0.66;
const MARGIN = 60;
const RADIUS = 7;

const STYLE = `
  text { font: 13px sans-serif; fill: #212121; text-anchor: middle }
  circle { fill: #eceff1; stroke: #455a64; stroke-width: 2 }
  .connected { stroke: #2e7d32; stroke-width: 1.5 }
  .half { stroke: #c62828; stroke-width: 1.5; stroke-dasharray: 7 5 }
  .known { stroke: #9e9e9e; stroke-dasharray: 1 4 }
`;

/** An arrow points from dialler to listener; dashed when only one end has the connection, dotted what is only known. */
export function svgOf(graph: Graph, known: KnownOnly | null, edgesMax: number): string {
  const { nodes, connections } = graph;
  const names = fileNames(nodes.map(({ name }) => name)).map(markup);
  const width = Math.max(WIDTH_MIN, Math.ceil(WIDTH_PER_NODE * Math.sqrt(nodes.length)) + 2 * MARGIN);
  const height = Math.ceil(width * HEIGHT_PER_WIDTH);
  const points = byDistance(neighboursOf(graph)).map(({ x, y }) => ({
    x: Math.round(MARGIN + x * (width - 2 * MARGIN)),
    y: Math.round(MARGIN + y * (height - 2 * MARGIN)),
  }));
  const drawn = connections.slice(0, edgesMax);
  const drawnKnown = known?.edges.slice(0, edgesMax - drawn.length) ?? [];
  const left = connections.length + (known?.count ?? 0) - drawn.length - drawnKnown.length;
  const line = (id: string, look: string, from: number, to: number) => {
    const [a, b] = [points[from] as Point, points[to] as Point];
    const title = `<title>${names[from]} → ${names[to]}</title>`;
    const arrow = look === 'known' ? '' : ' marker-end="url(#arrow)"';
    return `<line id="${id}" class="${look}" x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}"${arrow}>${title}</line>`;
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" id="graph" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="${8 + RADIUS}" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#455a64"/></marker></defs>`,
    '<rect id="paper" width="100%" height="100%" fill="#ffffff"/>',
    ...drawnKnown.map(({ from, to }, i) => line(`known-${i + 1}`, 'known', from, to)),
    ...drawn.map(({ from, to, isHalf }, i) => line(`edge-${i + 1}`, isHalf ? 'half' : 'connected', from, to)),
    ...nodes.map(({ address }, at) => {
      const { x, y } = points[at] as Point;
      const title = `<title>${names[at]}${address === null ? '' : ` ${markup(address)}`}</title>`;
      const text = `<text x="${x}" y="${y - RADIUS - 5}">${names[at]}</text>`;
      return `<g id="node-${at + 1}" class="node">${title}<circle cx="${x}" cy="${y}" r="${RADIUS}"/>${text}</g>`;
    }),
    ...(left > 0 ? [`<text id="left" x="${width / 2}" y="${height - 12}">${left} more are not drawn</text>`] : []),
    '</svg>',
    '',
  ].join('\n');
}
