/** The graph as SVG: a graph and the most edges to draw go in, the text of one file comes out that refers to nothing outside of it. */
import { type Edge, type Graph, type KnownOnly, neighboursOf } from '../graph.ts';
import { byDistance, LAYOUT_NODES_MAX, type Point } from '../layout.ts';
import { fileNames, markup, shortened } from './names.ts';

/** More nodes find no place in bearable time. */
export const SVG_NODES_MAX = LAYOUT_NODES_MAX;

const WIDTH_MIN = 840;
/** Pixels of width for each node of a row, when there are as many rows as nodes in one. */
const WIDTH_PER_NODE = 130;
const HEIGHT_PER_WIDTH = 0.62;
/** Above and below; at the sides it grows with the names. */
const MARGIN = 50;
const RADIUS = 9;
/** From the middle of a node to its name. */
const NAME_GAP = RADIUS + 7;
const NAME_LENGTH_MAX = 24;
/** Of most letters, in the widest of the usual fonts, and how high capitals are. */
const LETTER_WIDTH = 10;
const LETTER_HEIGHT = 11;
/** Where a name stands when all sides are equally free: up and to the right. */
const BEST_ANGLE = -Math.PI / 4;
/** How much of freedom it gives up for standing there. */
const BEST_WEIGHT = 0.3;
/** Connections of a node, on average, above which lines are faint, or they would hide each other. */
const CROWDED = 8;

const style = (isCrowded: boolean) => `
  text { font: 15px sans-serif; fill: #212121; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
  circle { fill: #eceff1; stroke: #455a64; stroke-width: 2 }
  line { stroke-width: 1.5; stroke-opacity: ${isCrowded ? 0.3 : 0.8} }
  .connected { stroke: #2e7d32 }
  .half { stroke: #c62828; stroke-dasharray: 7 5 }
  .known { stroke: #9e9e9e; stroke-dasharray: 1 4 }
  #arrow path { fill: context-stroke; fill-opacity: ${isCrowded ? 0.5 : 1} }
`;

/** An arrow points from dialler to listener; dashed when only one end has the connection, dotted what is only known. */
export function svgOf(graph: Graph, known: KnownOnly | null, edgesMax: number): string {
  const { nodes, connections } = graph;
  const plainNames = fileNames(nodes.map(({ name }) => shortened(name, NAME_LENGTH_MAX)));
  const names = plainNames.map(markup);
  const side = plainNames.reduce((most, { length }) => Math.max(most, NAME_GAP + length * LETTER_WIDTH), MARGIN);
  const width = Math.max(WIDTH_MIN, Math.ceil(WIDTH_PER_NODE * Math.sqrt(nodes.length)) + 2 * side);
  const height = Math.ceil(width * HEIGHT_PER_WIDTH);
  const points = byDistance(neighboursOf(graph)).map(({ x, y }) => ({
    x: Math.round(side + x * (width - 2 * side)),
    y: Math.round(MARGIN + y * (height - 2 * MARGIN)),
  }));
  const drawn = connections.slice(0, edgesMax);
  const drawnKnown = known?.edges.slice(0, edgesMax - drawn.length) ?? [];
  const left = connections.length + (known?.count ?? 0) - drawn.length - drawnKnown.length;
  const angles = anglesOf(points, [...drawn, ...drawnKnown]);
  const line = (id: string, look: string, from: number, to: number) => {
    const [a, b] = [points[from] as Point, points[to] as Point];
    const title = `<title>${names[from]} → ${names[to]}</title>`;
    const arrow = look === 'known' ? '' : ' marker-end="url(#arrow)"';
    return `<line id="${id}" class="${look}" x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}"${arrow}>${title}</line>`;
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" id="graph" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${style(connections.length * 2 > nodes.length * CROWDED)}</style>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="${9 + RADIUS}" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#455a64"/></marker></defs>`,
    '<rect id="paper" width="100%" height="100%" fill="#ffffff"/>',
    ...drawnKnown.map(({ from, to }, i) => line(`known-${i + 1}`, 'known', from, to)),
    ...drawn.map(({ from, to, isHalf }, i) => line(`edge-${i + 1}`, isHalf ? 'half' : 'connected', from, to)),
    ...nodes.map(({ address }, at) => {
      const { x, y } = points[at] as Point;
      const title = `<title>${names[at]}${address === null ? '' : ` ${markup(address)}`}</title>`;
      const text = `<text ${placeOfName({ x, y }, angles[at] ?? [])}>${names[at]}</text>`;
      return `<g id="node-${at + 1}" class="node">${title}<circle cx="${x}" cy="${y}" r="${RADIUS}"/>${text}</g>`;
    }),
    ...(left > 0
      ? [`<text id="left" x="${width / 2}" y="${height - 12}" text-anchor="middle">${left} more are not drawn</text>`]
      : []),
    '</svg>',
    '',
  ].join('\n');
}

/** In which directions the lines of each node leave it, in order. */
function anglesOf(points: readonly Point[], edges: readonly Edge[]): number[][] {
  const angles: number[][] = points.map(() => []);
  const leave = (from: number, to: number) => {
    const [a, b] = [points[from] as Point, points[to] as Point];
    angles[from]?.push(Math.atan2(b.y - a.y, b.x - a.x));
  };
  for (const { from, to } of edges) {
    leave(from, to);
    leave(to, from);
  }
  for (const some of angles) some.sort((a, b) => a - b);
  return angles;
}

/** The name stands where most room is between two lines. */
function placeOfName({ x, y }: Point, angles: readonly number[]): string {
  let best = -Math.PI / 2;
  let bestRoom = -Infinity;
  for (const [at, angle] of angles.entries()) {
    const next = angles[at + 1] ?? (angles[0] as number) + 2 * Math.PI;
    const middle = (angle + next) / 2;
    const room = next - angle - BEST_WEIGHT * Math.acos(Math.cos(middle - BEST_ANGLE));
    if (room > bestRoom) [best, bestRoom] = [middle, room];
  }
  const [cos, sin] = [Math.cos(best), Math.sin(best)];
  const anchor = cos > 0.35 ? 'start' : cos < -0.35 ? 'end' : 'middle';
  const top = y + NAME_GAP * sin + (LETTER_HEIGHT / 2) * (1 + sin);
  return `x="${Math.round(x + NAME_GAP * cos)}" y="${Math.round(top)}" text-anchor="${anchor}"`;
}
