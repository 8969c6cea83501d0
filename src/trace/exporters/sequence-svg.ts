/** A sequence diagram as SVG: a trace goes in, the pieces of one file come out that refers to nothing outside of it and has an id for each thing. */
import type { Trace } from '../event.ts';
import { forEach } from '../pace.ts';
import { lineCome, verdictText } from '../passages.ts';
import { type Arrow, labelOf, layOut, type SequenceRow, secondsText } from '../sequence.ts';
import type { Exporter } from './exporter.ts';
import { fileNames, markup, shortened } from './names.ts';

/** A browser draws no more in bearable time; the last ones are drawn and the others counted. */
export const DRAWN_ROWS_MAX = 5_000;
/** Wider than this nobody looks at it. */
const LANES_MAX = 200;

const TIME_WIDTH = 90;
const LANE_WIDTH = 200;
const ROW_HEIGHT = 30;
const HEAD_HEIGHT = 56;
const FOOT_HEIGHT = 30;
/** Of most letters, in the widest of the usual fonts. */
const LETTER_WIDTH = 9;
/** From the middle of a lane to its edge, where an arrow that comes back to its own lane turns. */
const LOOP_WIDTH = 30;
const LABEL_GAP = 10;
/** From the line of an arrow up to the words on it, which may have letters that hang down. */
const LABEL_RISE = 7;
/** So long it fits above its lane. */
const NAME_LENGTH_MAX = 20;
/** So long it fits between the second lane and the times. */
const LABEL_LENGTH_MAX = 32;
const NOTE_LENGTH_MAX = 60;

const STYLE = `
  text { font: 14px sans-serif; fill: #212121 }
  .name { font-weight: bold; text-anchor: middle }
  .time { fill: #616161; text-anchor: end }
  .lane { stroke: #b0bec5 }
  .message path { stroke: #37474f; stroke-width: 1.5; fill: none }
  .message text, .note text { paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
  .reply path { stroke-dasharray: 6 4 }
  .edited path { stroke: #ef6c00; stroke-dasharray: 12 3 2 3 }
  .copy path { stroke: #6a1b9a; stroke-width: 3 }
  .injected path { stroke: #1565c0; stroke-dasharray: 2 2; stroke-width: 3 }
  .delayed path { stroke: #6d4c41; stroke-dasharray: 2 5 }
  .late path { stroke: #6d4c41; stroke-dasharray: 8 3; stroke-width: 2.5 }
  .held-before path { stroke: #00695c }
  .dropped path { stroke: #c62828 }
  .message .left { text-anchor: end }
  .message .mark { font-size: 18px; font-weight: bold; text-anchor: middle }
  .dropped .mark { fill: #c62828 }
  #arrow path { fill: context-stroke }
  .note circle { fill: #455a64 }
`;

const placeOf = (lane: number) => TIME_WIDTH + LANE_WIDTH / 2 + lane * LANE_WIDTH;

/** `<svg>` and all in it, for a file of its own and for a page. */
export function* sequenceSvg(trace: Trace): Generator<string, void> {
  const { lanes, rows } = yield* layOut(trace);
  const left = Math.max(0, rows.length - DRAWN_ROWS_MAX);
  const names = fileNames(lanes.nodes.map(({ name }) => shortened(name, NAME_LENGTH_MAX))).map(markup);
  const drawn = rows.slice(left);
  let width = TIME_WIDTH + LANE_WIDTH * Math.max(1, names.length) + LANE_WIDTH / 2;
  yield* forEach(drawn, (row) => {
    width = Math.max(width, rightOf(row));
  });
  const height = HEAD_HEIGHT + ROW_HEIGHT * (rows.length - left) + FOOT_HEIGHT;
  yield [
    `<svg xmlns="http://www.w3.org/2000/svg" id="sequence" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#37474f"/></marker></defs>',
    '<rect id="paper" width="100%" height="100%" fill="#ffffff"/>',
    ...names.map((name, lane) => {
      const x = placeOf(lane);
      const line = `<line class="lane" x1="${x}" y1="${HEAD_HEIGHT - 16}" x2="${x}" y2="${height - FOOT_HEIGHT}"/>`;
      return `<g id="node-${lane + 1}"><text class="name" x="${x}" y="26">${name}</text>${line}</g>`;
    }),
    ...(left > 0 ? [`<text id="left" x="8" y="${height - 10}">${left} earlier rows are not drawn</text>`] : []),
    '',
  ].join('\n');
  const yOf = (row: number) => HEAD_HEIGHT + ROW_HEIGHT * (Math.max(row, left) - left) + ROW_HEIGHT / 2;
  let pieces: string[] = [];
  for (const rest of forEach(drawn, (row, at) => void pieces.push(...drawnRow(row, left + at, left, names, yOf)))) {
    yield rest + pieces.join('');
    pieces = [];
  }
  yield `${pieces.join('')}</svg>\n`;
}

function drawnRow(
  row: SequenceRow,
  at: number,
  first: number,
  names: readonly string[],
  yOf: (row: number) => number,
): string[] {
  const y = yOf(at);
  const time = `<text class="time" x="${TIME_WIDTH - 10}" y="${y + 5}">${secondsText(row.t)}</text>\n`;
  if (row.kind === 'note') return [time, drawnNote(row, at, y, names)];
  // An arrow is drawn where it begins, or, when that is above the picture, where it comes.
  return row.kind === 'head' && row.arrow.tailRow >= first ? [time] : [time, drawnArrow(row.arrow, names, yOf)];
}

const noteWords = ({ text }: { readonly text: string }) => shortened(text, NOTE_LENGTH_MAX);
const arrowWords = (arrow: Arrow) => shortened(labelOf(arrow), LABEL_LENGTH_MAX);

/** Where the words of an arrow stand: beside its tail, since no other arrow begins in that row. */
function wordsPlace({ from, to }: Arrow): { readonly x: number; readonly isLeft: boolean } {
  const x = placeOf(from);
  if (from === to) return { x: x + LOOP_WIDTH + LABEL_GAP, isLeft: false };
  return to < from ? { x: x - LABEL_GAP, isLeft: true } : { x: x + LABEL_GAP, isLeft: false };
}

/** Where the words of a row may end: nothing is cut off there. */
function rightOf(row: SequenceRow): number {
  const long = (words: string) => words.length * LETTER_WIDTH + 2 * LABEL_GAP;
  if (row.kind === 'note') return placeOf(row.lane) + long(noteWords(row));
  const { x, isLeft } = wordsPlace(row.arrow);
  return isLeft ? 0 : x + long(arrowWords(row.arrow));
}

function drawnNote(
  note: Extract<SequenceRow, { kind: 'note' }>,
  at: number,
  y: number,
  names: readonly string[],
): string {
  const { lane, text } = note;
  const x = placeOf(lane);
  const words = markup(noteWords(note));
  const title = `<title>${names[lane]}: ${markup(shortened(text))}</title>`;
  return `<g id="note-${at + 1}" class="note">${title}<circle cx="${x}" cy="${y}" r="4"/><text x="${x + LABEL_GAP}" y="${y + 5}">${words}</text></g>\n`;
}

const MARKS: Readonly<Partial<Record<Arrow['outcome'], string>>> = { dropped: '×', held: '‖', 'under way': '?' };

function drawnArrow(arrow: Arrow, names: readonly string[], yOf: (row: number) => number): string {
  const { passage, outcome, stroke, wasHeld, from, to, tailRow, headRow } = arrow;
  const [x1, y1] = [placeOf(from), yOf(tailRow)];
  const y2 = yOf(headRow ?? tailRow);
  const mark = headRow === null ? MARKS[outcome] : undefined;
  // It ends before the lane that it never came to, on no other one.
  const x2 = mark === undefined || from === to ? placeOf(to) : placeOf(to) + (to < from ? LANE_WIDTH : -LANE_WIDTH) / 2;
  const turn = x1 + LOOP_WIDTH;
  const way =
    from === to
      ? `M${x1} ${y1 - 5} L${turn} ${y1 - 5} L${turn} ${y2 + 5} L${x1} ${y2 + 5}`
      : `M${x1} ${y1} L${x2} ${y2}`;
  const by = verdictText(passage);
  const came = passage.arrival === null ? '' : ` came ${secondsText(passage.arrival.t)}`;
  const told = `${names[from]} → ${names[to]} ${markup(shortened(labelOf(arrow)))}`;
  const title = `<title>${told}${by === '' ? '' : ` (${markup(shortened(by))})`}${came}\n${markup(shortened(lineCome(passage) ?? ''))}</title>`;
  const { x: beside, isLeft } = wordsPlace(arrow);
  const classes = [
    'message',
    stroke,
    ...(wasHeld ? ['held-before'] : []),
    ...(outcome === 'delivered' || outcome === 'sent' ? [] : [outcome.replace(' ', '-')]),
  ];
  const point = mark === undefined ? ' marker-end="url(#arrow)"' : '';
  const end = mark === undefined ? '' : `<text class="mark" x="${x2}" y="${y2 + 6}">${mark}</text>`;
  const label = `<text${isLeft ? ' class="left"' : ''} x="${beside}" y="${y1 - LABEL_RISE}">${markup(arrowWords(arrow))}</text>`;
  return `<g id="message-${passage.number}" class="${classes.join(' ')}">${title}<path d="${way}"${point}/>${label}${end}</g>\n`;
}

/** How many nodes a trace is about, as far as its header and events say, without looking at each line. */
export function tooWide({ header, events }: Trace): string | null {
  const names = new Set(header.nodes.map(({ name }) => name));
  for (const { n } of events) names.add(n);
  return names.size <= LANES_MAX
    ? null
    : `a sequence shows at most ${LANES_MAX} nodes and this trace has ${names.size}: name some in an expression, such as from=n1|to=n1`;
}

export const svg: Exporter = {
  name: 'svg',
  ending: 'svg',
  meaning: 'sequence diagram for a browser',
  refusal: tooWide,
  pieces: sequenceSvg,
};
