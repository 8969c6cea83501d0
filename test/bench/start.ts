/** How long a start takes: our program to listening and to the first prompt, against the barest programs on the same Node, as rows. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';
import { median, ratioOf, takeTurns } from './rounds.ts';
import type { Line, Target } from './table.ts';

/** Starts are short and noisy. */
const STARTS = 11;
const LIMIT_MS = 10_000;
const OURS = ['--listen', '127.0.0.1:0', '--no-rc', '--no-data', '--no-bootstrap'];
const PROMPT = /[0-9a-f]{8} 0> $/;

type Name = 'ours' | 'bare';

const bare = (file: string) => fileURLToPath(new URL(`./${file}.js`, import.meta.url));

export async function benchStart(): Promise<Line[]> {
  const toListening = { ours: [PROGRAM, ...OURS, '--headless'], bare: [bare('bare-listen')] };
  const listening = await takeTurns(['ours', 'bare'] as const, (name) => msToListening(toListening[name]), STARTS);
  const lines = [rowOf('start to listening', listening, 'bare net.listen', { of: 'ratio', atMost: 1.5 })];
  const noPty = whyNoPty();
  if (noPty !== null) return [...lines, { what: 'start to first prompt', skipped: noPty }];
  const toPrompt = { ours: [PROGRAM, ...OURS], bare: [bare('bare-prompt')] };
  const prompt = await takeTurns(['ours', 'bare'] as const, (name) => msToPrompt(toPrompt[name]), STARTS);
  return [...lines, rowOf('start to first prompt', prompt, 'bare repl.start', { of: 'ratio', atMost: 2 })];
}

function rowOf(what: string, results: Readonly<Record<Name, readonly number[]>>, name: string, target: Target): Line {
  const { ours, bare: theirs } = results;
  return {
    what,
    unit: 'ms',
    ours: median(ours),
    other: { name, value: median(theirs), ratio: ratioOf(ours, theirs) },
    target,
  };
}

async function msToListening(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const limit = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
  let said = '';
  let tookMs = Number.NaN;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (!said.includes('listening')) return;
    tookMs = performance.now() - startedAt;
    child.kill('SIGKILL');
  });
  const [, signal] = (await ended.finally(() => clearTimeout(limit))) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`${args[0]} ended instead of listening; it said ${said}`);
  return tookMs;
}

/** The terminal runs a shell, so that only the program is timed and not what makes the terminal. */
async function msToPrompt(args: readonly string[]): Promise<number> {
  const pty = new Pty(['sh']);
  try {
    const { terminal } = pty;
    const written = () => terminal.written.join('');
    await untilSo('a shell', () => written() !== '', written);
    const startedAt = performance.now();
    terminal.type(`exec ${[process.execPath, ...args].map((arg) => `'${arg}'`).join(' ')}\r`);
    await untilSo(`a prompt of ${args[0]}`, () => PROMPT.test(written().replace(ESCAPES, '')), written);
    return performance.now() - startedAt;
  } finally {
    pty.close();
  }
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

/** Looks every millisecond, which is short against a start and leaves the machine to the program. */
async function untilSo(what: string, isSo: () => boolean, said: () => string): Promise<void> {
  const limitAt = performance.now() + LIMIT_MS;
  while (!isSo()) {
    if (performance.now() > limitAt) throw new Error(`${what}: not within ${LIMIT_MS} ms; it said ${said()}`);
    await delay(1);
  }
}
