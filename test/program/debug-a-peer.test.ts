/**
 * The story of the README in which a stranger's hello is held and edited: the lines are typed into the program on a real terminal, and the
 * README must show what it says now, apart from ids, ports, times and sizes. With UPDATE_README=1 it is written there instead.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PROGRAM } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';
import { printedIn, README, withPrinted } from '../helpers/readme.ts';
import { ALONE } from '../helpers/run-program.ts';
import { startStranger } from '../helpers/stranger.ts';

const skip = whyNoPty() ?? false;

const PLACE = 'debug a peer';
const COLUMNS = 110;
const ROWS = 100;
const PROMPT = /^[0-9a-f]{8} \d+(?: held \d+)?>/;
const hasPrompt = (row: string | undefined) => row !== undefined && PROMPT.test(row);
/** What .noderc shows above the prompt. */
const EVENTS = 'events=connect,drop,error,self';

/** A line to type, made from what stands on the screen, and what must be there before the next one. */
type Step = readonly [line: (screen: string) => string, thenShows: string | null];

const found = (screen: string, pattern: RegExp) => [...screen.matchAll(pattern)].at(-1)?.[1] ?? '(not found)';
const heldId = (screen: string) => found(screen, /^\| (m\d+) < .* hello held by/gm);

const stepsFor = (stranger: string): readonly Step[] => [
  [() => 'trace type=hello | kind=closed', null],
  [() => 'break hello at recv once', null],
  [() => `connect ${stranger} --timeout 1s`, null],
  [() => 'held', null],
  [(screen) => `show ${heldId(screen)}`, null],
  [(screen) => `edit ${heldId(screen)} body.nodeid=${found(screen, /^> #1 hello nodeid=([0-9a-f-]{36})/gm)}`, null],
  [(screen) => `deliver ${heldId(screen)}`, '* closed '],
  [() => 'seq', null],
  [(screen) => `why ${found(screen, /hello (m\d+)/g)}`, null],
  [() => 'export html myself.html', null],
];

async function play(context: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-debug-'));
  const stranger = await startStranger();
  const set = [`HOME=${folder}`, `XDG_STATE_HOME=${folder}/state`, 'NO_COLOR=1'];
  const start = [process.execPath, PROGRAM, ...ALONE, '--listen', '127.0.0.1:0', '--set', EVENTS];
  const pty = new Pty(['env', ...set, ...start], COLUMNS, ROWS, folder);
  const { terminal } = pty;
  context.after(async () => {
    pty.close();
    await stranger.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const prompt = (typed: number, shown: string | null) =>
    terminal.until(`prompt ${typed + 1}`, ({ rows }) => {
      const isNext = rows.filter(hasPrompt).length > typed && hasPrompt(rows.at(-1)) && rows.at(-1)?.endsWith('>');
      return isNext === true && (shown === null || rows.join('\n').includes(shown));
    });
  let view = await prompt(0, null);
  for (const [at, [line, thenShows]] of stepsFor(stranger.address).entries()) {
    terminal.type(`${line(view.rows.join('\n'))}\r`);
    view = await prompt(at + 1, thenShows);
  }
  assert.ok(statSync(join(folder, 'myself.html')).size > 1_000);
  return view.rows.slice(0, -1).join('\n');
}

/** The same each time: what differs from run to run is left out, and so are the blanks and lines that make room for it. */
const normalised = (text: string) =>
  text
    .replace(/\b[0-9a-f]{8}\b(?:-[0-9a-f]{1,12})*-?/g, 'ID')
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/listen=\d+/g, 'listen=PORT')
    .replace(/\b\d+(?:\.\d+)?(?: ?ms|s|m\d\d)\b/g, 'TIME')
    .replace(/\b\d+ bytes/g, 'SIZE bytes')
    .replace(/dialled [\d.]+/g, 'dialled TIME')
    .replace(/ {2,}/g, ' ')
    .replace(/[─╌]{2,}/g, '─')
    .replace(/^ +/gm, '');

test('readme: a peer is debugged as it says (UPDATE_README=1 npm run test:only -- debug-a-peer writes it anew)', {
  skip,
}, async (context) => {
  const transcript = await play(context);
  assert.match(transcript, /Connected to myself/);
  const readme = readFileSync(README, 'utf8');
  const body = `\`\`\`\n${transcript}\n\`\`\``;
  if (process.env['UPDATE_README'] === '1') writeFileSync(README, withPrinted(readme, PLACE, body));
  else assert.equal(normalised(printedIn(readme, PLACE)), normalised(body));
});
