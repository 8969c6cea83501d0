// Random keys, pastes, lines and prompts on random widths; after each round the screen must be what a model says.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { FakeSession } from '../../helpers/fake-session.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';
import { seed } from '../../helpers/random-cases.ts';

const ROUNDS = 25;
const CHARACTERS = ['a', 'b', 'c', ' ', '-', '7', '節', '點', '😀', 'é'];

test('console: random typing and random lines never damage each other', async (t) => {
  t.diagnostic(`SEED=${seed}`);
  const random = randomOf(seed);
  for (const columns of [20, 20 + random(60), 80]) {
    const { terminal, session, close } = await openConsole({ columns, rows: 8 + random(20) }, { rate: () => 1_000 });
    const model = new Model(columns);
    for (let round = 0; round < ROUNDS; round += 1) {
      const log: string[] = [];
      for (let key = random(12); key >= 0; key -= 1) {
        const keys = model.act(random);
        log.push(keys);
        terminal.type(keys);
        if (random(8) === 0) model.say(session, random);
        if (random(20) === 0) model.changePrompt(session, random);
        // Some keys come in one tick, some with the flushes between them.
        if (random(4) === 0) await new Promise((resolve) => setTimeout(resolve, random(60)));
      }
      const wanted = model.screen();
      try {
        const view = await terminal.until(
          'the modelled screen',
          ({ rows, row, column }) =>
            rows.join('\n') === wanted.rows.join('\n') && row === wanted.row && column === wanted.column,
        );
        assert.ok(view.rows.length > 0);
      } catch (error) {
        const keys = JSON.stringify(log);
        throw new Error(
          `seed ${seed}, ${columns} columns, round ${round}, ${keys}; wanted cursor ${wanted.row}:` +
            `${wanted.column} and\n${wanted.rows.join('\n')}\n${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    await close();
  }
});

class Model {
  #columns: number;
  #lines: string[] = [];
  #prompt = PROMPT;
  #before: string[] = [];
  #after: string[] = [];
  #count = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** Does one thing and answers the keys for it. */
  act(random: (below: number) => number): string {
    const kind = random(10);
    if (kind === 0) return this.#move(-1, '\x1b[D');
    if (kind === 1) return this.#move(1, '\x1b[C');
    if (kind === 2) return this.#move(-10_000, '\x01');
    if (kind === 3) return this.#move(10_000, '\x05');
    if (kind === 4) {
      this.#before.pop();
      return '\x7f';
    }
    if (this.#before.length + this.#after.length > this.#columns * 4) {
      this.#before = [];
      return '\x15';
    }
    const text = Array.from(
      { length: kind < 8 ? 1 : 1 + random(this.#columns) },
      () => CHARACTERS[random(CHARACTERS.length)] ?? 'x',
    );
    this.#before.push(...text);
    return text.join('');
  }

  say(session: FakeSession, random: (below: number) => number): void {
    this.#count += 1;
    const line = `+ ${this.#count} `.padEnd(5 + random(this.#columns * 2), '.節');
    this.#lines.push(line);
    session.line(line);
  }

  changePrompt(session: FakeSession, random: (below: number) => number): void {
    this.#prompt = `5f0c2a9e ${10 ** random(4)}> `;
    session.setPrompt(this.#prompt);
  }

  screen(): { rows: string[]; row: number; column: number } {
    const above = this.#lines.flatMap((line) => this.#fold(line));
    const before = this.#prompt + this.#before.join('');
    const rows = [...above, ...this.#fold(before + this.#after.join(''))].map((row) => row.trimEnd());
    while (rows.at(-1) === '') rows.pop();
    const folded = this.#fold(before);
    const last = widthOf(folded.at(-1) ?? '');
    const isAtEdge = last >= this.#columns;
    return {
      rows,
      row: above.length + folded.length - (isAtEdge ? 0 : 1),
      column: isAtEdge ? 0 : last,
    };
  }

  #move(steps: number, keys: string): string {
    const all = [...this.#before, ...this.#after];
    const at = Math.min(all.length, Math.max(0, this.#before.length + steps));
    this.#before = all.slice(0, at);
    this.#after = all.slice(at);
    return keys;
  }

  #fold(text: string): string[] {
    const rows = [''];
    for (const character of text) {
      if (widthOf((rows.at(-1) ?? '') + character) > this.#columns) rows.push('');
      rows[rows.length - 1] += character;
    }
    return rows;
  }
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character > '\u2000' ? 2 : 1;
  return width;
}

/** mulberry32: small, good enough, and the same on every machine. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
