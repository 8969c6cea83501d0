/** Mutated lines of the protocol through the parser: it never throws, and what it takes for a message it can write and read again. */
import assert from 'node:assert/strict';
import { encodeMessage, parseMessage } from '../../src/wire/messages.ts';
import { fc } from '../helpers/random-cases.ts';
import { LINES, pick } from './material.ts';

/** [kind, place, choice]. */
type Edit = readonly [number, number, number];

export interface Mutant {
  readonly line: number;
  readonly edits: readonly Edit[];
}

export const mutants: fc.Arbitrary<Mutant> = fc.record({
  line: fc.nat(LINES.length - 1),
  edits: fc.array(fc.tuple(fc.nat(5), fc.nat(2_047), fc.nat(63)), { maxLength: 4 }),
});

/** What a hostile writer would try. */
const SPLICES: readonly string[] = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  'true',
  '-0',
  '1e999',
  '-1',
  '0.5',
  '65536',
  '9007199254740993',
  '"\\ud800"',
  '\u0000',
  '\u2028',
  '\ufeff',
  '"nodeid":',
  '"peers":',
  '"ages":',
  '"nonce":',
  '"msgtype":"hello",',
  '"__proto__":{"type":"ping"},',
  '[[[[[[[[[]]]]]]]]]',
  ' ',
  '0',
  '::ffff:127.0.0.1',
  '/var/run/x.sock',
  '0x10',
];

function mutate(line: string, [kind, place, choice]: Edit): string {
  const at = place % (line.length + 1);
  const splice = pick(SPLICES, choice);
  switch (kind) {
    case 0:
      return line.slice(0, at) + splice + line.slice(at);
    case 1:
      return line.slice(0, at) + splice + line.slice(at + splice.length);
    case 2:
      return line.slice(0, at) + line.slice(at + 1 + choice);
    case 3:
      return line.slice(0, at);
    case 4:
      return line.slice(0, at) + pick(LINES, choice).slice(at);
    default:
      return line.replace(/"[^"]*"|\d+/g, (token, offset: number) => (offset % 64 === choice ? splice : token));
  }
}

export const lineOf = ({ line, edits }: Mutant): string => edits.reduce(mutate, pick(LINES, line));

export function checkLine(mutant: Mutant): void {
  const line = lineOf(mutant);
  const message = parseMessage(line);
  if (message.type === 'malformed') {
    assert.ok(message.detail.length < 100 && /^[ -~]*$/.test(message.detail), 'a verdict is our own sentence');
    return;
  }
  assert.equal(Object.getPrototypeOf(message), Object.prototype);
  const written = encodeMessage(message);
  assert.match(written, /^[ -~]*$/, 'we write ASCII');
  const again = parseMessage(written);
  if (message.type !== 'addr' || again.type !== 'addr') return assert.deepEqual(again, message);
  assert.deepEqual(again.peers, message.peers);
  assert.ok(message.listed >= message.peers.length && message.skipped === message.listed - message.peers.length);
  // The parser is given lines that the splitter would have refused, too.
  JSON.parse(line);
}
