// A shell session made by hand: a test says what each input answers and what happens meanwhile. It runs nothing.
import type { Completion, RunResult, SessionEvent, ShellSession } from '../../src/shell/session.ts';

export const NO_COMPLETION: Completion = { candidates: [], replaces: '', usage: null };

export function ok(text = ''): RunResult {
  return { kind: 'ok', text, value: null };
}

export class FakeSession implements ShellSession {
  /** Inputs in the order they were run. */
  ran: string[] = [];
  interrupts = 0;
  finishes = 0;
  onFinish: () => void = () => undefined;
  promptText = '5f0c2a9e 2> ';
  answer: (input: string) => RunResult | Promise<RunResult> = () => ok();
  completion: (line: string) => Completion | Promise<Completion> = () => NO_COMPLETION;
  onInterrupt: () => void = () => undefined;
  #listeners = new Set<(event: SessionEvent) => void>();
  #isRunning = false;

  async run(input: string): Promise<RunResult> {
    if (this.#isRunning) throw new Error('a second run before the first has ended');
    this.#isRunning = true;
    this.ran.push(input);
    try {
      return await this.answer(input);
    } finally {
      this.#isRunning = false;
    }
  }

  interrupt(): void {
    this.interrupts += 1;
    this.onInterrupt();
  }

  finish(): void {
    this.finishes += 1;
    this.onFinish();
  }

  async complete(line: string): Promise<Completion> {
    return this.completion(line);
  }

  prompt(): string {
    return this.promptText;
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get isListenedTo(): boolean {
    return this.#listeners.size > 0;
  }

  emit(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  line(text: string, answer = false): void {
    this.emit({ kind: 'line', text, answer });
  }

  setPrompt(text: string): void {
    this.promptText = text;
    this.emit({ kind: 'prompt' });
  }

  end(): void {
    this.emit({ kind: 'end' });
  }
}

/** A run that the test ends: `answer` waits until `finish` is called. */
export function gateOf(): { readonly result: Promise<RunResult>; finish(result: RunResult): void } {
  let finish: (result: RunResult) => void = () => undefined;
  const result = new Promise<RunResult>((resolve) => {
    finish = resolve;
  });
  return { result, finish: (value) => finish(value) };
}
