// Holds the tables of the README against the code they are printed from: commands, faults, settings, reasons and metrics. With UPDATE_README=1 it
// writes them into the README instead of comparing.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { REASONS } from '../../src/core/reasons.ts';
import { METRICS } from '../../src/metrics/table.ts';
import { EVENT_KINDS, SETTINGS } from '../../src/settings.ts';
import { COMMANDS } from '../../src/shell/commands/index.ts';
import { EXIT } from '../../src/shell/errors.ts';
import { FAULT_ROWS } from '../../src/sim/faults/rows.ts';
import { README, withPrinted } from '../helpers/readme.ts';

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => '--'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`.replaceAll('| -- ', '|--'))
    .join('\n');

const TABLES: Readonly<Record<string, string>> = {
  commands: table(
    ['command', 'also', 'what it is for'],
    COMMANDS.map(({ usage, aliases, summary }) => [code(usage), aliases.map(code).join(' '), summary]),
  ),
  faults: table(
    ['fault', 'usage', 'what it does', 'known as'],
    FAULT_ROWS.map(({ name, usage, summary, knownAs }) => [
      code(name),
      code(usage),
      summary.replaceAll('|', '\\|'),
      knownAs,
    ]),
  ),
  settings: table(
    ['setting', 'default', 'from', 'to', 'what it is for'],
    Object.entries(SETTINGS).map(([key, row]) => [
      code(key),
      row.default === '' ? '' : code(row.default),
      'min' in row ? row.min : '',
      'max' in row ? row.max : '',
      row.summary,
    ]),
  ),
  reasons: table(
    ['reason', 'whose doing', 'which means'],
    Object.entries(REASONS).map(([reason, { side, sentence }]) => [code(reason), side, sentence]),
  ),
  metrics: table(
    ['metric', 'type', 'labels', 'what it is'],
    Object.entries(METRICS).map(([name, { type, labels, help }]) => [
      code(name),
      type,
      labels.map(code).join(' '),
      help.replace(/\.$/, ''),
    ]),
  ),
};

/** The README with the tables as the code has them now. */
function printed(readme: string): string {
  return Object.entries(TABLES).reduce((text, [name, rows]) => withPrinted(text, name, rows), readme);
}

test('readme: commands, faults, settings, reasons and metrics are those of the code (UPDATE_README=1 prints them anew)', () => {
  const readme = readFileSync(README, 'utf8');
  const wanted = printed(readme);
  if (process.env['UPDATE_README'] === '1') writeFileSync(README, wanted);
  else assert.equal(readme, wanted);
});

test('readme: a row that the code does not have is found', () => {
  const places = Object.keys(TABLES).map((name) => `<!-- ${name} -->\n<!-- /${name} -->`);
  const right = printed(places.join('\n'));
  const wrong = right.replace('`backoff`', '`back-off`');
  assert.notEqual(right, wrong);
  assert.equal(printed(wrong), right);
});

test('readme: names every kind of event and every exit code', () => {
  const readme = readFileSync(README, 'utf8');
  assert.ok(readme.includes(EVENT_KINDS.join(', ')));
  const said = /Exit codes: ([^.]*)\./.exec(readme)?.[1] ?? '';
  assert.deepEqual(
    said.match(/\d+/g)?.map(Number),
    Object.values(EXIT).sort((a, b) => a - b),
  );
});
