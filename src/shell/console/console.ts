/**
 * A person's shell on a terminal: a session, two ends of a terminal and a history go in, a promise of the end comes out.
 * It runs one line at a time and keeps what is typed whole; it must not know a node, a command or a colour.
 * Import it only when there is a terminal: node:repl makes every `await` of the process slower (SHELL.md, point 1).
 */
import type { RunResult, ShellSession } from '../session.ts';
import { Editor } from './editor.ts';
import { frameOf, heightOf } from './frame.ts';
import { Gate } from './gate.ts';
import { HISTORY_LINES_MAX, type History } from './history.ts';
import { Lines } from './lines.ts';
import { Screen } from './screen.ts';
import { suspensionOf } from './suspend.ts';
import { completerOf } from './tab.ts';
import type { TerminalInput, TerminalOutput } from './terminal.ts';

const CONTINUATION_PROMPT = '... ';
const LEAVE_HINT = '(type quit or press Ctrl-D to leave)';
/** A session that has said `end` gives its running input this long to answer. */
const LAST_ANSWER_MS = 1_000;
/** A node that stops says `end`; one that hangs while stopping must not keep the terminal. */
const LEAVING_MS = 5_000;
/** Lines of one unfinished input; each new line runs the whole again, so that more would only get slower. */
const PENDING_LINES_MAX = 2_000;
const LINES_PER_SECOND = 20;

/** What a person who knows Node's REPL types; the rest of its dot-words belong to its evaluator. */
const DOT_WORDS: ReadonlyMap<string, 'help' | 'leave' | 'drop'> = new Map([
  ['.help', 'help'],
  ['.exit', 'leave'],
  ['.break', 'drop'],
  ['.clear', 'drop'],
]);

export interface ConsoleOptions {
  readonly session: ShellSession;
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  /** null keeps history for this shell only. */
  readonly history: History | null;
  /** Printed once above the first prompt; '' for none. */
  readonly banner: string;
  /** Lines of the node's own accord printed in one second, the rest is counted; 20 unless told. */
  readonly rate?: () => number;
}

/**
 * Why a console ended: the session did (`quit`, Ctrl-D, the node stopped), or its terminal did, and then the session
 * still stands and is the caller's to end.
 */
export type ConsoleEnd = { readonly kind: 'session' } | { readonly kind: 'terminal'; readonly message: string };

export interface Console {
  /** Settles once, after the last byte was handed to the terminal and the terminal is as it was. Never rejects. */
  readonly done: Promise<ConsoleEnd>;
  /**
   * Somebody else has the terminal, as it was found, while the work goes on: nothing is read or drawn, lines wait. For the input that
   * runs.
   */
  readonly lend: (work: () => Promise<void>) => Promise<void>;
}

export function startConsole(options: ConsoleOptions): Console {
  const { session, history } = options;
  let pending: string[] = [];
  let isRunning = false;
  let isLeaving = false;
  let isAwaitingEnd = false;
  let isLent = false;
  let hasSessionEnded = false;
  let end: ConsoleEnd | null = null;
  let hasSaidProblem = false;
  /** What stands there in place, '' for nothing, and the lines it was drawn as. */
  let progress = '';
  let frame: readonly string[] = [];
  let settle: (end: ConsoleEnd) => void = () => undefined;
  const done = new Promise<ConsoleEnd>((resolve) => {
    settle = resolve;
  });

  const screen = new Screen(options.output, (message) => stop({ kind: 'terminal', message }));
  const gate = new Gate(options.input, {
    interrupt: () => session.interrupt(),
    finish: () => session.finish(),
    suspend: () => suspension.suspend(),
    beforeKey: (key) => editor.beforeKey(key),
    afterKey: () => editor.afterKey(),
    leave: () => {
      if (editor.line !== '') return false;
      print('quit');
      leave();
      return true;
    },
    insert: (text) => editor.insert(text),
    overflowed: () => lines.add('! more was typed ahead than is kept; the end of it is lost'),
    ended: (message) => stop({ kind: 'terminal', message: message ?? 'the input has ended' }),
  });
  const completer = completerOf(
    session,
    (text) => lines.answer(text),
    () => screen.columns,
  );
  const lines = new Lines({
    rate: options.rate ?? (() => LINES_PER_SECOND),
    canShow: () =>
      !isLent && !screen.isStuck && (isRunning || (!completer.isBusy && !screen.isSearching && editor.isDrawable)),
    show: (texts) => {
      if (!isRunning) return editor.above(texts.join('\n'), prompt());
      const standing = progress;
      print(texts.join('\n'));
      showProgress(standing);
    },
  });
  const editor = new Editor({
    gate,
    screen,
    history: history?.lines ?? [],
    historyLinesMax: HISTORY_LINES_MAX,
    complete: (line, callback) =>
      completer.complete(line, (error, result) => {
        if (end === null) callback(error, result);
      }),
    onLine: enter,
    onInterrupt: dropInput,
    onSuspend: () => {
      editor.erase();
      screen.flush();
      suspension.suspend();
    },
    onClose: leave,
  });
  const suspension = suspensionOf(
    gate,
    () => isLent,
    () => {
      if (!isRunning && !screen.isSearching) editor.redraw();
    },
  );
  const onResize = (): void => {
    if (isRunning || completer.isBusy) screen.measure();
    else editor.resize();
    if (isRunning && progress !== '') drawProgress();
  };
  options.output.on('resize', onResize);
  const unsubscribe = session.subscribe((event) => {
    if (end !== null) return;
    switch (event.kind) {
      case 'line':
        if (event.answer) lines.answer(event.text);
        else lines.add(event.text);
        return;
      case 'progress':
        if (!isRunning) return;
        if (event.isWatched) gate.watch();
        showProgress(event.text);
        return;
      case 'prompt':
        if (!isRunning && pending.length === 0) lines.wake();
        return;
      case 'end':
        hasSessionEnded = true;
        if (isRunning && !isAwaitingEnd) setTimeout(stop, LAST_ANSWER_MS, { kind: 'session' }).unref();
        else stop({ kind: 'session' });
        return;
      default:
        event satisfies never;
    }
  });

  print(options.banner);
  sayProblem();
  editor.prompt(prompt());
  return { done, lend };

  function prompt(): string {
    return pending.length > 0 ? CONTINUATION_PROMPT : session.prompt();
  }

  /** Only while no prompt is on the screen. */
  function print(text: string): void {
    if (text === '') return;
    showProgress('');
    screen.draw(`${text}\n`);
  }

  /** In place, while no prompt is on the screen; the next thing printed takes its place. */
  function showProgress(text: string): void {
    if (text === progress || isLent || screen.isStuck) return;
    progress = text;
    drawProgress();
  }

  function drawProgress(): void {
    const up = heightOf(frame, screen.columns) - 1;
    frame = frameOf(progress, screen.columns, screen.rows);
    screen.draw(`\r${up > 0 ? `\x1b[${up}A` : ''}\x1b[J${frame.join('\n')}`);
  }

  async function lend(work: () => Promise<void>): Promise<void> {
    if (end !== null) return;
    lines.flush();
    showProgress('');
    await screen.taken();
    isLent = true;
    gate.handOver();
    try {
      await work();
    } finally {
      isLent = false;
      gate.takeBack();
      screen.measure();
      // It may have left the cursor anywhere, and hidden.
      if (end === null) screen.draw('\r\x1b[J\x1b[?25h');
      lines.wake();
    }
  }

  function sayProblem(): void {
    const problem = history?.problem ?? null;
    if (problem === null || hasSaidProblem) return;
    hasSaidProblem = true;
    print(`! ${problem}`);
  }

  function enter(line: string): void {
    const word = DOT_WORDS.get(line.trim());
    if (pending.length === 0 && line.trim() === '') {
      editor.prompt(prompt());
    } else if (word === 'leave') {
      leave();
    } else if (word !== undefined) {
      if (word === 'drop') pending = [];
      else print('type help');
      editor.prompt(prompt());
    } else {
      history?.add(line);
      pending.push(line);
      run(pending.join('\n'));
    }
  }

  function run(input: string): void {
    isRunning = true;
    // A line that holds a carriage return is a multi-line entry of the history of 24.
    session.run(input.replaceAll('\r', '\n')).then(finish, (error: unknown) => {
      finish({ kind: 'aborted', text: error instanceof Error ? error.message : String(error) });
    });
    gate.hold();
  }

  function finish(result: RunResult): void {
    if (end !== null) return;
    lines.settle();
    showProgress('');
    if (result.kind !== 'more' || pending.length >= PENDING_LINES_MAX) {
      pending = [];
      if (result.kind === 'more') print(`! an input of ${PENDING_LINES_MAX} lines is dropped; use source FILE`);
      else print(result.kind === 'error' && result.text === '' ? result.message : result.text);
    }
    sayProblem();
    isRunning = false;
    if (hasSessionEnded) {
      stop({ kind: 'session' });
    } else if (isLeaving && result.kind === 'ok') {
      // No prompt: the session is on its way out and says `end` when it is.
      isRunning = true;
      isAwaitingEnd = true;
      setTimeout(stop, LEAVING_MS, { kind: 'session' }).unref();
    } else {
      isLeaving = false;
      editor.prompt(prompt());
      gate.release();
    }
  }

  /** By the same path as the command, so that a node has one way to stop. */
  function leave(): void {
    if (end !== null || isRunning) return;
    pending = [];
    isLeaving = true;
    run('quit');
  }

  function dropInput(): void {
    const isNothing = editor.line === '' && pending.length === 0;
    pending = [];
    editor.abandonLine();
    if (isNothing) print(LEAVE_HINT);
    editor.prompt(prompt());
  }

  function stop(why: ConsoleEnd): void {
    if (end !== null) return;
    if (!isRunning) editor.erase();
    // What still waits is printed plainly, where the prompt was.
    isRunning = true;
    isLent = false;
    lines.end();
    end = why;
    unsubscribe();
    suspension.end();
    options.output.off('resize', onResize);
    gate.detach();
    editor.close();
    screen.flush();
    settle(why);
  }
}
