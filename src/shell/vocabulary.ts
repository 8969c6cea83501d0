/**
 * The words that a line may begin with: commands and aliases go in; the command that a word or its beginning stands for comes out, or the
 * error that names near ones. It runs nothing.
 */
import { nearest } from '../util/nearest.ts';
import type { Command } from './command.ts';
import { CommandError } from './errors.ts';
import { safe } from './render.ts';

/** Words that an error names. */
const NEAR_MAX = 3;

export class Vocabulary {
  private readonly commands = new Map<string, Command>();
  /** Of a lab: what is a command has its name, and nothing abbreviates one. */
  private readonly faults = new Map<string, Command>();
  private readonly aliases: ReadonlyMap<string, string>;
  private readonly mayAbbreviate: (prefix: string) => boolean;
  private readonly isUsable: (command: Command) => boolean;

  /** `mayAbbreviate` says whether a word that is none may be the beginning of one, `isUsable` of which one. */
  constructor(
    commands: readonly Command[],
    faults: readonly Command[],
    aliases: ReadonlyMap<string, string>,
    mayAbbreviate: (prefix: string) => boolean,
    isUsable: (command: Command) => boolean,
  ) {
    for (const command of commands)
      for (const word of [command.name, ...command.aliases]) this.commands.set(word, command);
    for (const fault of faults) if (!this.commands.has(fault.name)) this.faults.set(fault.name, fault);
    this.aliases = aliases;
    this.mayAbbreviate = mayAbbreviate;
    this.isUsable = isUsable;
  }

  command(word: string): Command | null {
    return this.commands.get(word) ?? this.fault(word);
  }

  /** The fault of that name where it can be put on. */
  fault(word: string): Command | null {
    const fault = this.faults.get(word);
    return fault !== undefined && this.isUsable(fault) ? fault : null;
  }

  /** The command that a word stands for where it is typed, be it the beginning of its name. */
  commandTyped(word: string): Command | null {
    return this.command(word) ?? this.command(this.abbreviated(word) ?? '');
  }

  /** Names of commands and their other names. */
  commandNames(): ReadonlySet<string> {
    return new Set(this.commands.keys());
  }

  /** The same, faults where they can be put on, and aliases. */
  words(): string[] {
    const faults = [...this.faults.keys()].filter((name) => this.fault(name) !== null);
    return [...this.commands.keys(), ...faults, ...this.aliases.keys()];
  }

  /** The one command that a prefix of two letters or more stands for. */
  abbreviated(prefix: string): string | null {
    if (prefix.length < 2 || !this.mayAbbreviate(prefix)) return null;
    const found = new Set<string>();
    for (const [word, command] of this.commands)
      if (word.startsWith(prefix) && command.exact !== true && this.isUsable(command)) found.add(command.name);
    return found.size === 1 ? ([...found][0] as string) : null;
  }

  /** A fault is near itself where no lab is: `unknown` says so. */
  near(word: string): string[] {
    if (this.faults.has(word)) return [word];
    const words = this.words();
    const begun = word.length < 2 ? [] : words.filter((one) => one.startsWith(word)).slice(0, NEAR_MAX);
    return begun.length > 0 ? begun : nearest(word, words);
  }

  unknown(word: string): CommandError {
    if (this.faults.has(word)) return new CommandError('no-lab', `${word} is a fault, and no lab here; type lab 8`);
    const near = this.near(word);
    const hint = near.length === 0 ? '; type help for the list' : '';
    return new CommandError('unknown-command', `unknown command ${JSON.stringify(safe(word))}${hint}`, near);
  }
}
