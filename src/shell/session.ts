/**
 * The port between a console and a node's shell: lines go in, answers and asynchronous output come out, all as plain
 * text and plain data so that the same port can stand on a socket. It must not know a terminal, nor a world.
 */

/** How one input ended. `text` is what a person reads (already rendered and sanitised, no trailing newline, may be empty). */
export type RunResult =
  | { readonly kind: 'ok'; readonly text: string; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      readonly near: readonly string[];
      readonly text: string;
      readonly value: unknown;
    }
  /** The input is the beginning of a longer JavaScript input; ask for more lines and run the whole again. */
  | { readonly kind: 'more' }
  | { readonly kind: 'aborted'; readonly text: string };

/** What Tab offers: `candidates` in order with `''` between groups, all replacing the last `replaces.length` characters before the cursor. */
export interface Completion {
  readonly candidates: readonly string[];
  readonly replaces: string;
  /** Shown above the prompt when there is nothing left to complete; null when there is nothing useful to say. */
  readonly usage: string | null;
}

/** What reaches the console without being asked for. */
export type SessionEvent =
  /** One line (no newline, sanitised, coloured if colour is on) to show above the prompt; `answer` lines belong to the running command and are never dropped by rate limits. */
  | { readonly kind: 'line'; readonly text: string; readonly answer: boolean }
  /** Lines shown in place while the running input goes on; '' takes them away. What is watched ends by `finish`. */
  | { readonly kind: 'progress'; readonly text: string; readonly isWatched: boolean }
  /** The prompt text changed; read `prompt()` again. */
  | { readonly kind: 'prompt' }
  /** The node has stopped (or `quit` was typed): the console ends. */
  | { readonly kind: 'end' };

/** One user's shell on one node. Runs one input at a time: a second `run` before the first ended rejects with an Error. */
export interface ShellSession {
  run(input: string): Promise<RunResult>;
  /** Aborts the running input, if any. The run then resolves, at the latest 300 ms later, with `aborted`. */
  interrupt(): void;
  /** Enough was watched: the running input ends as if it had come to its end. */
  finish(): void;
  /** Never rejects; answers within 300 ms. `line` is the text up to the cursor. */
  complete(line: string): Promise<Completion>;
  prompt(): string;
  /** Calls back in order, never inside a call of this interface. Returns the function that ends the subscription. */
  subscribe(listener: (event: SessionEvent) => void): () => void;
}
