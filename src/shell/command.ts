/** The contract of commands: one definition gives the word, the JavaScript function, the script line, help and completion. */
import type { ParseArgsConfig } from 'node:util';
import type { There } from './lab/there.ts';
import type { LabWorlds } from './lab/worlds.ts';
import type { Shell } from './shell.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** What was typed after the command's word. */
export interface Typed {
  readonly words: readonly string[];
  /** All of it, as typed. */
  readonly rest: string;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export interface Invocation extends Typed {
  readonly signal: AbortSignal;
  /** Prints one line of the answer now, for a person; nothing under --json. */
  readonly say: (line: string) => void;
}

/** `value` is what JavaScript and --json get, `text` what a person reads (made only when it is wanted). */
export interface Answer {
  readonly value: unknown;
  readonly text: string | (() => string | Promise<string>);
}

export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly summary: string;
  /** Those of the lab stand in `help lab`, of what was recorded in `help log`, of messages in hand in `help break`. */
  readonly group: 'peers' | 'network' | 'watch' | 'record' | 'hand' | 'lab' | 'shell';
  /** Without a lab it can do nothing, and its word is JavaScript's when a variable has that name. */
  readonly needsLab?: boolean;
  /** Further sentences for `help NAME`. */
  readonly details?: readonly string[];
  /** It asks the node that is looked at, as those of the group peers do: of one that is gone there is nothing to ask. */
  readonly asksNode?: boolean;
  /** Whether it changes nothing when these words follow: a shell that is read-only does nothing else. */
  readonly looks?: (words: readonly string[]) => boolean;
  /** Never reached by a prefix, because it ends something. */
  readonly exact?: boolean;
  readonly options?: Options;
  /** What the next word may be, after these ones: for Tab. Nothing when absent. */
  readonly candidates?: (shell: Shell, before: readonly string[], word: string) => readonly string[];
  /** In a lab a node's name among its words stands for the node's address. */
  readonly takesNodes?: boolean;
  /** It moves the time of the lab or waits, so that it cannot be done in the middle of a run. */
  readonly takesTime?: boolean;
  /** What follows is an expression of src/query, which may begin with a parenthesis. */
  readonly takesExpression?: boolean;
  /** The rest of the line is one argument: no words, no options. */
  readonly raw?: boolean;
  /** Complains of what is wrong with a line that is to be done at a later time, as far as that can be known now; does nothing. */
  check?(call: Typed, there: There, labs: LabWorlds): void | Promise<void>;
  run(shell: Shell, call: Invocation): Answer | Promise<Answer>;
}

/** It only looks, whatever follows. */
export const alwaysLooks = (): boolean => true;
/** Alone it tells; with words it changes something. */
export const looksAlone = (words: readonly string[]): boolean => words.every((word) => word.trim() === '');

/** Whether `help` alone lists it. */
export const isOnFirstScreen = ({ group }: Command): boolean =>
  group !== 'record' && group !== 'hand' && group !== 'lab';
