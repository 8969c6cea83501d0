/** Lines that are kept: one that may be a slice of a larger chunk goes in, a text of its own comes out, no longer than any node of ours sends. */
import { CONSTANT_LINES } from '../wire/messages.ts';

const LINE_LENGTH_MAX = 1_400;
/** Strings up to this length are copied by a slice anyway. */
const COPIED_LENGTH_MAX = 12;

/** Joined and cut again, so that this line is kept and not the chunk it is a slice of; the lines that pass most need no copy. `likely` spares the search for one of those. */
export function ownText(line: string, likely = ''): string {
  if (line === likely) return likely;
  const cut = line.length > LINE_LENGTH_MAX ? line.slice(0, LINE_LENGTH_MAX) : line;
  const constant = CONSTANT_LINES[CONSTANT_LINES.indexOf(cut)];
  return constant ?? (cut.length > COPIED_LENGTH_MAX ? ` ${cut}`.slice(1) : cut);
}
