/** Names that try to break out of whatever they are written into: quotes, marks of markup, line ends, controls, halves of characters. */
import { fc } from './random-cases.ts';

export const HOSTILE_NAMES: readonly string[] = [
  '"',
  '\\',
  'a\\"',
  '\\\\"; evil -> node; "',
  '"];x->y[label="',
  '<script>alert(1)</script>',
  '</title><image href="http://x/"/>',
  '&lt;&amp;&#0;',
  ']]>',
  '-->',
  '\n}\n',
  '\r',
  '\t',
  '\u0000',
  '\u001b[31m',
  '\u2028',
  '\ud800',
  '\uffff',
  '\\N\\G\\l',
  "' onload='x",
  '',
];

export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_NAMES),
  fc.array(fc.constantFrom(...HOSTILE_NAMES, 'n', '1', ' '), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);
