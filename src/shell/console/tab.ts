/**
 * Tab: the text up to the cursor goes in, what readline is to insert comes out, and what there is to choose from is
 * handed over as text to print above the prompt. It must not freeze the prompt, whatever the session does.
 */
import type { Completion, ShellSession } from '../session.ts';

/** A completer that never calls back freezes the prompt for good (SHELL.md, point 7). */
const ANSWER_LIMIT_MS = 300;
const CANDIDATES_MAX = 50;
const GAP = '  ';

type Callback = (error: null, result: [string[], string]) => void;

export interface Completer {
  /** In the form readline wants: two parameters, the second called exactly once. */
  complete(line: string, callback: Callback): void;
  /** Input is paused and the line must not be redrawn. */
  readonly isBusy: boolean;
}

export function completerOf(session: ShellSession, show: (text: string) => void, columns: () => number): Completer {
  let isBusy = false;

  function complete(line: string, callback: Callback): void {
    isBusy = true;
    let hasAnswered = false;
    const answer = (completion: Completion): void => {
      if (hasAnswered) return;
      hasAnswered = true;
      clearTimeout(limit);
      const text = textToShow(completion, columns());
      callback(null, insertion(completion));
      isBusy = false;
      if (text !== '') show(text);
    };
    const limit = setTimeout(answer, ANSWER_LIMIT_MS, NOTHING);
    session.complete(line).then(answer, () => answer(NOTHING));
  }

  return {
    complete,
    get isBusy() {
      return isBusy;
    },
  };
}

const NOTHING: Completion = { candidates: [], replaces: '', usage: null };

/**
 * What readline inserts: the beginning that all candidates share. It never gets two candidates, because its own list
 * is drawn wrongly when the line is wrapped (it goes up over the list by the rows of the line).
 */
function insertion(completion: Completion): [string[], string] {
  const shared = sharedBeginning(completion);
  return shared === '' || shared === completion.replaces ? [[], completion.replaces] : [[shared], completion.replaces];
}

function sharedBeginning({ candidates, replaces }: Completion): string {
  const words = candidates.filter((candidate) => candidate !== '');
  let shared = words[0] ?? '';
  for (const word of words) {
    while (!word.startsWith(shared)) shared = shared.slice(0, -1);
  }
  // Half of a character outside the basic plane must not be inserted.
  if (/[\ud800-\udbff]$/.test(shared)) shared = shared.slice(0, -1);
  // Several candidates may differ from what is typed (another spelling); replacing it by less would lose text.
  return words.length === 1 || shared.startsWith(replaces) ? shared : '';
}

function textToShow(completion: Completion, columns: number): string {
  const words = completion.candidates.filter((candidate) => candidate !== '');
  const shared = sharedBeginning(completion);
  if (shared !== '' && shared !== completion.replaces) return '';
  if (words.length <= 1) return completion.usage ?? '';
  return list(completion.candidates, columns);
}

function list(candidates: readonly string[], columns: number): string {
  const groups: string[][] = [[]];
  let count = 0;
  for (const candidate of candidates) {
    if (candidate === '') groups.push([]);
    else if (count < CANDIDATES_MAX) groups.at(-1)?.push(candidate);
    if (candidate !== '') count += 1;
  }
  const lines = groups.filter((group) => group.length > 0).map((group) => table(group, columns));
  if (count > CANDIDATES_MAX) lines.push(`… ${count - CANDIDATES_MAX} more`);
  return lines.join('\n');
}

function table(words: readonly string[], columns: number): string {
  const width = Math.max(...words.map((word) => word.length)) + GAP.length;
  const perLine = Math.max(1, Math.floor(columns / width));
  const lines: string[] = [];
  for (let first = 0; first < words.length; first += perLine) {
    lines.push(
      words
        .slice(first, first + perLine)
        .map((word) => word.padEnd(width))
        .join('')
        .trimEnd(),
    );
  }
  return lines.join('\n');
}
