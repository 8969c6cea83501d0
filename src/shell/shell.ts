/**
 * One user's shell on one node: lines go in, results come out, in order, one at a time. It is the same for a terminal, a script and
 * JSON; printing is left to whoever runs it.
 */
import { parseArgs } from 'node:util';
import type { NodePort, World } from '../core/world.ts';
import type { SettingKey, Settings } from '../settings.ts';
import type { Ring } from '../trace/ring.ts';
import { nearest } from '../util/nearest.ts';
import type { Paint } from './color.ts';
import type { Answer, Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { CommandError, errorValue, UsageError } from './errors.ts';
import { type Line, readLine, splitWords } from './line.ts';
import { Notices } from './notices.ts';
import { safe } from './render.ts';
import type { RunResult } from './session.ts';

export type SettingOrigin = 'default' | '.noderc' | '--set' | 'set';

export interface ShellOptions {
  readonly world: World;
  readonly node: NodePort;
  readonly ring: Ring;
  readonly paint: Paint;
  /** Answers are JSON values, notices go out as JSON too. */
  readonly json: boolean;
  /** A person types: prefixes of commands count, commands may show progress. */
  readonly interactive: boolean;
  readonly origins: Map<SettingKey, SettingOrigin>;
  readonly aliases: Map<string, string>;
  /** Where lines that nobody asked for go. `answer` lines belong to the running command. */
  readonly print: (text: string, answer: boolean) => void;
  readonly historyLines: () => readonly string[];
}

/** An interrupted command has this long to give way. */
const GRACE_MS = 300;
const ALIAS_DEPTH_MAX = 8;

export interface Failure {
  readonly line: string;
  readonly error: CommandError;
  readonly at: number;
}

export class Shell {
  readonly world: World;
  readonly node: NodePort;
  readonly settings: Settings;
  readonly options: ShellOptions;
  readonly notices: Notices;
  readonly commands: readonly Command[] = COMMANDS;
  private readonly words = new Map<string, Command>();
  private running: AbortController | null = null;
  lastRows: unknown;
  failure: Failure | null = null;
  /** Set by `quit`; whoever runs the shell then stops the node. */
  quitting = false;
  /** How deep files that source files are nested. */
  sourceDepth = 0;

  constructor(options: ShellOptions) {
    this.options = options;
    this.world = options.world;
    this.node = options.node;
    this.settings = options.node.state.settings;
    for (const command of COMMANDS)
      for (const word of [command.name, ...command.aliases]) this.words.set(word, command);
    this.notices = new Notices(this);
  }

  get paint(): Paint {
    return this.options.paint;
  }

  print(text: string, answer = false): void {
    this.options.print(text, answer);
  }

  command(word: string): Command | null {
    return this.words.get(word) ?? null;
  }

  commandWords(): string[] {
    return [...this.words.keys(), ...this.options.aliases.keys()];
  }

  prompt(): string {
    return `${this.node.state.id.slice(0, 8)} ${this.node.views.ready()}> `;
  }

  interrupt(): void {
    this.running?.abort();
  }

  async run(input: string): Promise<RunResult> {
    if (this.running !== null) throw new Error('the shell is busy');
    const running = new AbortController();
    this.running = running;
    const work = this.answerLine(input, running.signal, 0);
    const aborted = new Promise<RunResult>((resolve) => {
      running.signal.addEventListener('abort', () =>
        setTimeout(() => resolve({ kind: 'aborted', text: '^C' }), GRACE_MS).unref(),
      );
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      this.running = null;
    }
  }

  /** A line of a file that a running command reads. */
  runNested(input: string, signal: AbortSignal): Promise<RunResult> {
    return this.answerLine(input, signal, 0);
  }

  private async answerLine(input: string, signal: AbortSignal, depth: number): Promise<RunResult> {
    try {
      const line = this.read(input);
      if (line.kind === 'empty') return { kind: 'ok', text: '', value: undefined };
      if (line.kind === 'javascript') return await this.evaluate(line.code, input);
      const alias = this.options.aliases.get(line.word);
      if (alias !== undefined) {
        if (depth >= ALIAS_DEPTH_MAX) throw new CommandError('usage', `the alias ${line.word} leads back to itself`);
        return await this.answerLine(`${alias} ${line.rest}`.trim(), signal, depth + 1);
      }
      const command = this.command(line.word);
      if (command === null) throw this.unknown(line.word);
      const help = this.command('help');
      const answer =
        line.help && help !== null
          ? await this.call(help, command.name, signal)
          : await this.call(command, line.rest, signal);
      return { kind: 'ok', text: this.options.json ? '' : await textOf(answer), value: answer.value };
    } catch (error) {
      return this.failed(input, error, signal);
    }
  }

  private failed(line: string, raw: unknown, signal: AbortSignal): RunResult {
    if (signal.aborted) return { kind: 'aborted', text: '^C' };
    const error =
      raw instanceof CommandError
        ? raw
        : new CommandError('internal', raw instanceof Error ? raw.message : String(raw));
    this.failure = { line, error, at: this.world.now() };
    const near =
      error.near.length > 0 && error.code === 'unknown-command' ? `; did you mean ${error.near.join(' or ')}?` : '';
    return {
      kind: 'error',
      code: error.code,
      message: error.message,
      near: error.near,
      text: this.paint.bad(`${error.message}${near}`),
      value: errorValue(error),
    };
  }

  private read(input: string): Line {
    return readLine(input, new Set(this.commandWords()), (prefix) => this.abbreviated(prefix));
  }

  /** The one command that a prefix of two letters or more stands for, on a terminal only. */
  private abbreviated(prefix: string): string | null {
    if (!this.options.interactive || prefix.length < 2) return null;
    if (Object.hasOwn(globalThis, prefix)) return null;
    const found = new Set<string>();
    for (const [word, command] of this.words)
      if (word.startsWith(prefix) && command.exact !== true) found.add(command.name);
    return found.size === 1 ? ([...found][0] as string) : null;
  }

  private async evaluate(code: string, input: string): Promise<RunResult> {
    const { evaluate } = await import('./javascript.ts');
    const result = await evaluate(this, code);
    if (result.kind === 'syntax') {
      const [word = ''] = /^[\w-]+/.exec(input.trim()) ?? [];
      const near = nearest(word, this.commandWords(), 2);
      if (near.length > 0 || /^[\w-]+(\s+[\w#:.[\]-]+)*$/.test(input.trim())) throw this.unknown(word);
      throw new CommandError('javascript', safe(result.message, 300));
    }
    if (result.kind === 'more') return { kind: 'more' };
    if (result.kind === 'threw') {
      const [word = ''] = /^[\w-]+$/.exec(input.trim()) ?? [];
      if (word !== '' && result.message.startsWith('ReferenceError')) throw this.unknown(word);
      throw new CommandError('javascript', safe(result.message, 300));
    }
    return { kind: 'ok', text: result.text, value: result.value };
  }

  private unknown(word: string): CommandError {
    const near = nearest(word, this.commandWords(), 2);
    return new CommandError(
      'unknown-command',
      `unknown command ${JSON.stringify(safe(word))}${near.length === 0 ? ': type help for the list' : ''}`,
      near,
    );
  }

  /** Runs a command on the text after its word; JavaScript calls come here too. */
  async call(command: Command, rest: string, signal: AbortSignal): Promise<Answer> {
    const words = command.raw === true ? [rest] : splitWords(rest);
    let options: Record<string, string | boolean | undefined> = {};
    let positionals = words;
    if (command.raw !== true) {
      try {
        const parsed = parseArgs({ args: words, options: command.options ?? {}, allowPositionals: true, strict: true });
        options = parsed.values as typeof options;
        positionals = parsed.positionals;
      } catch (error) {
        throw new UsageError(`${(error as Error).message.split('. ')[0]}; usage: ${command.usage}`);
      }
    }
    const say = (text: string) => {
      if (!this.options.json) this.print(text, true);
    };
    const answer = await command.run(this, { words: positionals, rest, options, signal, say });
    if (command.group !== 'shell') this.lastRows = answer.value;
    return answer;
  }
}

const textOf = async (answer: Answer) => (typeof answer.text === 'string' ? answer.text : await answer.text());
