/**
 * Mermaid sequence diagrams: a trace goes in, the pieces of a text come out: one diagram, or several in Markdown when one would be longer
 * than Mermaid takes.
 */
import type { Trace } from '../event.ts';
import { forEach } from '../pace.ts';
import { endOf, isOfLine, type Outcome, outcomeOf, type Passage, passagesOf, verdictWords } from '../passages.ts';
import type { Exporter } from './exporter.ts';
import { shortened } from './names.ts';

/** Mermaid's own `maxTextSize`. */
export const DIAGRAM_LENGTH_MAX = 50_000;

const NAME_LENGTH_MAX = 60;
const LABEL_LENGTH_MAX = 120;
const HEAD = 'sequenceDiagram\n';

/** Only what means nothing to Mermaid stays; all else is a number: a raw `;` ends a statement, `#` a text, `%%{` begins a directive. */
const escaped = (text: string) => text.replace(/[^\w .,+\-/()=[\]]/gu, (mark) => `#${mark.codePointAt(0)};`);

/** A name of its own for each lane, since a node's may be a word of the language. */
const participant = (lane: number) => `p${lane + 1}`;

const ARROWS: Readonly<Record<Outcome, readonly [message: string, reply: string]>> = {
  delivered: ['->>', '-->>'],
  sent: ['->>', '-->>'],
  dropped: ['-x', '--x'],
  held: ['-)', '--)'],
  'under way': ['-)', '--)'],
};

function lineFor(passage: Passage, outcome: Outcome): string {
  const words = [...verdictWords(passage), ...(outcome === 'under way' ? [outcome] : [])];
  const label = [passage.type, passage.id, ...words.map((word) => `[${word}]`)].join(' ');
  const arrow = ARROWS[outcome][passage.isReply ? 1 : 0];
  return `  ${participant(passage.from)}${arrow}${participant(passage.to)}: ${escaped(shortened(label, LABEL_LENGTH_MAX))}\n`;
}

function* diagrams(trace: Trace): Generator<string, void> {
  const passages = yield* passagesOf(trace);
  const declared = passages.lanes.nodes.map(
    ({ name }, lane) => `  participant ${participant(lane)} as ${escaped(shortened(name, NAME_LENGTH_MAX)) || '-'}\n`,
  );
  /** A lane takes part from its first line on; every diagram declares its own. */
  let taking = new Set<number>();
  let lines: string[] = [];
  let length = HEAD.length;
  const whole = () =>
    HEAD +
    [...taking]
      .sort((a, b) => a - b)
      .map((lane) => declared[lane])
      .join('') +
    lines.join('');
  const full: string[] = [];
  const add = (passage: Passage) => {
    const line = lineFor(passage, outcomeOf(passages, passage));
    const lanes = [...new Set([passage.from, passage.to])];
    const more = () =>
      lanes.reduce((sum, lane) => sum + (taking.has(lane) ? 0 : (declared[lane] ?? '').length), line.length);
    if (length + more() > DIAGRAM_LENGTH_MAX) {
      full.push(whole());
      taking = new Set();
      lines = [];
      length = HEAD.length;
    }
    length += more();
    for (const lane of lanes) taking.add(lane);
    lines.push(line);
  };
  const drawn = new Set<Passage>();
  for (const rest of forEach(trace.events, (event) => {
    const passage = isOfLine(event) ? passages.byId.get(event.m) : undefined;
    // A line stands where it came, since Mermaid has one place for both ends.
    if (passage === undefined || drawn.has(passage) || event !== (endOf(passages, passage) ?? event)) return;
    drawn.add(passage);
    add(passage);
  })) {
    yield rest;
    yield* full.splice(0);
  }
  yield* full;
  yield whole();
}

/** The first diagram waits until it is known whether there is another. */
function* pieces(trace: Trace): Generator<string, void> {
  let first: string | null = null;
  let part = 1;
  const fenced = (diagram: string) => `## Part ${part}\n\n\`\`\`mermaid\n${diagram}\`\`\`\n\n`;
  for (const piece of diagrams(trace)) {
    if (piece === '' || first === null) {
      first = piece === '' ? first : piece;
      yield '';
      continue;
    }
    if (part === 1) yield fenced(first);
    part += 1;
    yield fenced(piece);
  }
  if (part === 1) yield first ?? '';
}

export const mermaid: Exporter = {
  name: 'mermaid',
  ending: 'mmd',
  meaning: 'sequence diagram for Markdown; a long one in parts',
  pieces,
};
