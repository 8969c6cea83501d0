/**
 * Ctrl-R: what readline draws for a reverse search goes in, one row that says the same comes out. readline's own drawing
 * loses count of the rows as soon as a found line is wrapped, and nobody else can know them; one row needs no counting.
 */

/** readline draws each step in one write: the found line, then the label on a row of its own (typed text has no newline). */
const SEARCH_DRAWING = /^(.*)\n((?:failed-)?(?:bck|fwd)-i-search): ([^\n]*)_$/;
/** Of a long found line, this much before the match is shown. */
const BEFORE_MATCH = 10;

/** Ctrl-R, Ctrl-S, Backspace, Ctrl-W go on searching; Ctrl-C and Escape give up; a lone Escape may become another key. */
const SEARCH_KEYS = new Set(['\x12', '\x13', '\x7f', '\b', '\x17', '\x03', '\x1b']);

export function isSearchDrawing(written: string): boolean {
  return SEARCH_DRAWING.test(written);
}

/** True for a key that takes what was found as the line and then does what it always does. */
export function endsSearch(key: string): boolean {
  return !SEARCH_KEYS.has(key);
}

/** `line` is what is typed, shown while nothing is searched yet. The row never reaches the right edge. */
export function searchRow(written: string, line: string, columns: number): string {
  const [, drawn = '', label = '', sought = ''] = SEARCH_DRAWING.exec(written) ?? [];
  const found = drawn === '' ? line : drawn;
  const head = `(${label}: ${sought}) `;
  const room = columns - 1 - widthAtMost(head);
  const matchAt = sought === '' ? 0 : Math.max(0, found.lastIndexOf(sought));
  const from = widthAtMost(found) <= room ? 0 : Math.max(0, matchAt - BEFORE_MATCH);
  return cut(`${head}${from > 0 ? '…' : ''}${found.slice(from)}`, columns - 1);
}

function cut(text: string, columns: number): string {
  if (widthAtMost(text) <= columns) return text;
  let kept = '';
  let width = widthAtMost('…');
  for (const character of text) {
    width += widthAtMost(character);
    if (width > columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Never less than what a terminal takes: whatever is not ASCII may be two columns wide. */
function widthAtMost(text: string): number {
  let width = 0;
  for (const character of text) width += character < '\x7f' ? 1 : 2;
  return width;
}
