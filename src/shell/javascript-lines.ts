/**
 * Lines of JavaScript in one shell: a line goes in, its answer comes out, or the complaint of what was rather a mistyped command. What runs
 * them is loaded with the first one.
 */
import { checkLine, noJavaScript } from './check-line.ts';
import { CommandError } from './errors.ts';
import { firstLine } from './failure.ts';
import { safe } from './render.ts';
import type { RunResult } from './session.ts';
import type { Shell } from './shell.ts';

/** Words that are JavaScript's for sure, however near to a command's they are. */
const RESERVED = new Set(
  'await async class const delete do export for function if import let new return switch throw try typeof var void while'.split(
    ' ',
  ),
);

export class JavaScriptLines {
  private readonly shell: Shell;
  /** The module that runs them, once something was run. */
  private module: typeof import('./javascript.ts') | null = null;

  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** Names that lines declared. */
  declaredNames(): readonly string[] {
    return this.module?.declaredNames() ?? [];
  }

  declaredValue(name: string): unknown {
    return this.module?.declaredValue(name);
  }

  /** `code` is what is run of `input`. */
  async answer(code: string, input: string, signal: AbortSignal): Promise<RunResult> {
    const { shell } = this;
    const typed = input.trim();
    const [firstWord = ''] = /^[0-9]*[A-Za-z][\w-]*(?=\s|$)/.exec(typed) ?? [];
    if (!shell.takesJavaScript) {
      if (shell.plainOnly || (firstWord !== '' && !RESERVED.has(firstWord))) checkLine(shell, input);
      throw noJavaScript(shell);
    }
    this.module ??= await import('./javascript.ts');
    const result = await this.module.evaluate(shell, code, signal);
    const isOneLine = !typed.includes('\n');
    // What goes on over several lines was JavaScript when it began.
    const word = isOneLine ? firstWord : '';
    switch (result.kind) {
      case 'syntax':
        if (isOneLine) throw this.isMistyped(word, typed) ? shell.vocabulary.unknown(word) : wrong(result.message);
        throw new CommandError(
          'javascript',
          `the JavaScript that begins with ${firstLine(typed)} does not go on like this: ${said(result.message)}`,
        );
      case 'threw':
        if (word !== '' && result.message === `ReferenceError: ${word} is not defined`)
          throw shell.vocabulary.unknown(word);
        throw wrong(result.message);
      case 'command-failed':
        throw result.error;
      case 'more':
        return { kind: 'more' };
      case 'value':
        if (result.value !== undefined && !signal.aborted) shell.lastRows = result.value;
        return { kind: 'ok', text: result.text, value: result.value };
      default:
        return result satisfies never;
    }
  }

  /** Whether what is no JavaScript looks like a command with its words. */
  private isMistyped(word: string, typed: string): boolean {
    if (word === '' || RESERVED.has(word)) return false;
    if (/^[0-9]/.test(word)) return this.shell.vocabulary.near(word).length > 0;
    return this.shell.vocabulary.near(word).length > 0 || /^[\w-]+(\s+[\w#:.[\]-]+)*$/.test(typed);
  }
}

const said = (message: string) => safe(message, 300);

const wrong = (message: string) => new CommandError('javascript', said(message));
