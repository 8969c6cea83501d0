/** Mermaid: which arrow each line has, what texts cannot do, and how a long trace is split. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../src/trace/event.ts';
import { DIAGRAM_LENGTH_MAX, mermaid } from '../../../src/trace/exporters/mermaid.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace } from '../../helpers/traces.ts';
import { bytesOf } from './contract.ts';

const textOf = (trace: Trace) => bytesOf(mermaid, trace).toString();

/** As the rules of Mermaid's own lexer have it: no `;`, `#` or `%` in a text but in numbered marks. */
const PARTICIPANT = /^ {2}participant p\d+ as (?:[\w .,+\-/()=[\]]|#\d+;)+$/;
const MESSAGE = /^ {2}p\d+(?:->>|-->>|-x|--x|-\)|--\))p\d+: (?:[\w .,+\-/()=[\]]|#\d+;)+$/;

function checkDiagram(diagram: string): { readonly messages: number } {
  const [head, ...lines] = diagram.trimEnd().split('\n');
  assert.equal(head, 'sequenceDiagram');
  const declared = lines.filter((line) => PARTICIPANT.test(line)).map((line) => line.trim().split(' ')[1]);
  const messages = lines.filter((line) => MESSAGE.test(line));
  assert.equal(declared.length + messages.length, lines.length, diagram);
  for (const message of messages)
    for (const lane of message.split(':')[0]?.match(/p\d+/g) ?? []) assert.ok(declared.includes(lane));
  return { messages: messages.length };
}

test('mermaid: delivered, reply, dropped and held lines have their arrows, and each line is there once', () => {
  const text = textOf(GOLDEN_TRACE);
  assert.match(text, /^ {2}p1->>p2: ping m3$/m);
  assert.match(text, /^ {2}p2-->>p1: pong m4$/m);
  assert.match(text, /^ {2}p1-xp3: ping m5 \[dropped\]$/m);
  assert.match(text, /^ {2}p3-\)p1: ping m14 \[held\]$/m);
  assert.match(text, /^ {2}p3->>p1: ping m7 \[edited\]$/m);
  assert.match(text, /^ {2}p2->>p1: ping m8\.2 \[copy\]$/m);
  assert.equal(checkDiagram(text).messages, 16);
});

test('mermaid: hostile names and types cannot break out', () => {
  const text = textOf(HOSTILE_TRACE);
  assert.equal(checkDiagram(text).messages, HOSTILE_TRACE.events.filter(({ k }) => k === 'send').length);
  assert.ok(text.includes('a#59;b#35;c') && !text.includes('%%'));
});

test('mermaid: a long trace is parts of Markdown that Mermaid takes, with every line once', () => {
  const trace = longTrace(10_000);
  const text = textOf(trace);
  const diagrams = [...text.matchAll(/^## Part (\d+)\n\n```mermaid\n([^`]*)```\n\n/gm)];
  assert.equal(diagrams.map(([whole]) => whole).join(''), text);
  assert.ok(diagrams.length > 1);
  assert.deepEqual(
    diagrams.map(([, part]) => Number(part)),
    diagrams.map((_, at) => at + 1),
  );
  let messages = 0;
  for (const [, , diagram = ''] of diagrams) {
    assert.ok(diagram.length <= DIAGRAM_LENGTH_MAX);
    messages += checkDiagram(diagram).messages;
  }
  assert.equal(messages, trace.events.filter(({ k }) => k === 'send').length);
});

test('mermaid: what fits into one diagram is that diagram alone', () => {
  assert.equal(textOf(EMPTY_TRACE), 'sequenceDiagram\n');
  assert.ok(!textOf(longTrace(400)).includes('```'));
});
