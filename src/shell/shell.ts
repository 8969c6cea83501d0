/**
 * One user's shell on one node: lines go in, results come out, in order, one at a time. It is the same for a terminal, a script and
 * JSON; printing is left to whoever runs it.
 */
import { resolve } from 'node:path';
import { TooManyBranches } from '../core/simulation.ts';
import type { NodePort, World } from '../core/world.ts';
import type { SettingKey, Settings } from '../settings.ts';
import type { FileRecording } from '../trace/file-recording.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Recording } from '../trace/recording.ts';
import type { LastLines, RingLine } from '../trace/ring.ts';
import type { SettingOrigin } from './apply-setting.ts';
import type { Paint } from './color.ts';
import type { Answer, Command, Invocation, Typed } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { CommandError, errorValue, UsageError } from './errors.ts';
import type { Draft } from './hand/edit-by-hand.ts';
import { heldText } from './hand/held-text.ts';
import { answerTogether } from './lab/answer-together.ts';
import { faultCommands, goesOnAsFault } from './lab/fault-words.ts';
import { type Lab, labOf } from './lab/lab.ts';
import { momentText } from './lab/moments.ts';
import { type NodeFirst, namesOf, readNodeFirst } from './lab/node-first.ts';
import type { Play } from './lab/play.ts';
import { withProgress } from './lab/progress.ts';
import { expectThere, type There, thereOf } from './lab/there.ts';
import type { LabWorlds } from './lab/worlds.ts';
import { type Line, readLine, splitWords } from './line.ts';
import { Notices } from './notices.ts';
import { readOptions } from './options.ts';
import type { RecordFile } from './record-file.ts';
import { harmless, quoted, safe, shortId } from './render.ts';
import type { RunResult } from './session.ts';
import { pathsFrom } from './shell-file.ts';
import { Vocabulary } from './vocabulary.ts';
import { Workshop } from './workshop.ts';

/** The user's own node and the world it lives in. */
export interface Live {
  readonly world: World;
  readonly node: NodePort;
}

export interface ShellOptions {
  /** null: there is no node but those of a lab. */
  readonly live: Live | null;
  readonly labs: LabWorlds | null;
  readonly ring: LastLines;
  /** Has seen all of the live node's world since its beginning. null: nobody asks of it. */
  readonly recorder: Recorder | null;
  readonly paint: Paint;
  /** Answers are JSON values, notices go out as JSON too. */
  readonly json: boolean;
  /** A person types: prefixes of commands count, commands may show progress. */
  readonly interactive: boolean;
  readonly origins: Map<SettingKey, SettingOrigin>;
  readonly aliases: Map<string, string>;
  /** What it has in common with other shells of the same node; without it nothing. */
  readonly workshop?: Workshop;
  /** Begins to record the live node when somebody asks and nothing is recorded yet. */
  readonly recordLate?: (() => Recorder) | null;
  /** Only what changes nothing is done. */
  readonly isReadOnly?: boolean;
  /** Nothing is told that was not asked for. */
  readonly isQuiet?: boolean;
  /** Where relative paths begin; where the node runs, unless told. */
  readonly folder?: string;
  /** Others hold the node: `quit` only leaves. */
  readonly isGuest?: boolean;
  /** Why there is no JavaScript here. */
  readonly noJavaScript?: string | null;
}

/** Where lines go. `answer` lines belong to the running command, nobody asked for the others. */
export type Print = (text: string, answer: boolean) => void;

interface Spoken extends Live {
  readonly isOfLab: boolean;
  readonly isNamed: boolean;
  /** In the middle of somebody's work in the lab. */
  readonly isNow: boolean;
}

type Failed = Extract<RunResult, { kind: 'error' | 'aborted' }>;

/** An interrupted command has this long to give way. */
const GRACE_MS = 300;
const ABORTED = '^C';
/** Words that are JavaScript's for sure, however near to a command's they are. */
const RESERVED = new Set(
  'await async class const delete do export for function if import let new return switch throw try typeof var void while'.split(
    ' ',
  ),
);
const NO_JAVASCRIPT = 'plain commands only, no JavaScript';
const ALIAS_DEPTH_MAX = 8;
/** Lines kept while nobody prints yet: what a node says while it starts. */
const UNPRINTED_MAX = 1_000;
/** Lines shown in a second where no node's setting says. */
const RATE = 20;
/** Lines of the wire that are kept with a failure. */
const FAILURE_LINES = 8;

export interface Failure {
  readonly line: string;
  readonly error: CommandError;
  readonly at: number;
  /** What passed just before, oldest first, and how many lines had passed by then. */
  readonly wire: readonly RingLine[];
  readonly lines: number;
  /** Where those that came after are found. */
  readonly ring: LastLines;
}

export class Shell {
  readonly options: ShellOptions;
  readonly workshop: Workshop;
  /** The lab that what is typed goes to, as long as there is that one. */
  private entered: Lab | null = null;
  /** The lab script that runs. */
  play: Play | null = null;
  /** The node that the running command is about when it was named before the command, or when the command is done at a later time. */
  private spoken: Spoken | null = null;
  private readonly liveNotices: Notices;
  /** The file that `replay` opened: what is asked of a record is asked of it. */
  opened: FileRecording | null = null;
  readonly commands: readonly Command[] = COMMANDS;
  readonly vocabulary: Vocabulary;
  private running: AbortController | null = null;
  private printer: Print | null = null;
  private unprinted: Parameters<Print>[] = [];
  /** The module that runs JavaScript, once something was run. */
  private javascript: typeof import('./javascript.ts') | null = null;
  /** The raw rows of the last answer, `_` in JavaScript. */
  lastRows: unknown;
  /** Lines typed in this shell and in earlier ones, oldest first. */
  history: readonly string[] = [];
  /** Columns of the terminal; null where lines may be as long as they like. */
  columns: () => number | null = () => null;
  /** Gives the terminal away while some work goes on; null: there is none. */
  lendTerminal: ((work: () => Promise<void>) => Promise<void>) | null = null;
  /** Set while somebody else has it, and means himself by Ctrl-C. */
  isTerminalLent = false;
  /** What was typed of messages in hand and could not be taken, by their ids. */
  readonly drafts = new Map<string, Draft>();
  /** Shows lines in place while a command runs, '' takes them away. */
  showProgress: (text: string, isWatched?: boolean) => void = () => undefined;
  /** Ends what is watched. */
  finish: () => void = () => undefined;
  /** Says that the prompt is another one. */
  promptChanged: () => void = () => undefined;
  failure: Failure | null = null;
  /** Takes one of many answers of a line, where nobody watches them being drawn. */
  stream: ((value: unknown, text: string) => void) | null = null;
  /** Set by `quit`; whoever runs the shell then stops the node, unless the shell is a guest. */
  quitting = false;
  /** Set by `shutdown`, which is `quit` of the node for guests, too. */
  isShuttingDown = false;
  /** Nobody hears it any more. */
  hasLeft = false;
  /** How deep files that source files are nested. */
  sourceDepth = 0;
  /** Lines of .noderc run: no JavaScript. */
  plainOnly = false;

  constructor(options: ShellOptions) {
    this.options = options;
    this.workshop = options.workshop ?? new Workshop();
    // On a terminal only, and not where a variable has that name. A word of the lab that could do nothing here is no beginning of a command.
    this.vocabulary = new Vocabulary(
      COMMANDS,
      faultCommands(options.labs?.faultRows ?? []),
      options.aliases,
      (prefix) => options.interactive && !Object.hasOwn(globalThis, prefix) && !this.declaredNames().includes(prefix),
      (command) => command.needsLab !== true || this.lab !== null || this.play !== null,
    );
    this.liveNotices = new Notices(this, {
      world: options.live?.world ?? null,
      node: () => options.live?.node ?? null,
      tag: () => (this.isInLab ? 'live ' : ''),
    });
  }

  /** The lab beside the user's own node. */
  get lab(): Lab | null {
    return this.workshop.lab;
  }

  set lab(lab: Lab | null) {
    this.workshop.lab = lab;
  }

  /** What is typed goes to the lab and not to the user's own node. */
  get isInLab(): boolean {
    return this.lab !== null && this.entered === this.lab;
  }

  set isInLab(isIn: boolean) {
    this.entered = isIn ? this.lab : null;
  }

  get recordFile(): RecordFile | null {
    return this.workshop.recordFile;
  }

  set recordFile(file: RecordFile | null) {
    this.workshop.recordFile = file;
  }

  /** Where commands go: the lab or the user's own node. */
  private get place(): Live {
    if (this.spoken !== null) return this.spoken;
    if (this.lab !== null && this.isInLab) return { world: this.lab.world, node: this.lab.onlookers.focusOf(this) };
    if (this.options.live !== null && this.play === null) return this.options.live;
    throw this.noLab();
  }

  noLab(): CommandError {
    if (this.play !== null) return new CommandError('usage', 'there are no nodes yet; type spawn n1..n8 before');
    const what = this.options.live === null ? 'node' : 'lab';
    return new CommandError('no-lab', `no ${what} here; type lab 8`);
  }

  /** The running line says whom it is about. */
  get isNamed(): boolean {
    return this.spoken?.isNamed === true;
  }

  get world(): World {
    return this.place.world;
  }

  get node(): NodePort {
    return this.place.node;
  }

  get settings(): Settings {
    return this.node.state.settings;
  }

  /** The lab when the running command, or the next one, is about one of its nodes. */
  get labHere(): Lab | null {
    return (this.spoken?.isOfLab ?? this.isInLab) ? this.lab : null;
  }

  /** How a peer is called: by its name where it has one, else by the beginning of its id. */
  who(id: string | null): string {
    return this.lab?.nameOf(id) ?? shortId(id);
  }

  get origins(): Map<SettingKey, SettingOrigin> {
    return this.labHere?.origins ?? this.options.origins;
  }

  get ring(): LastLines {
    return this.labHere?.ringOf(this.node) ?? this.options.ring;
  }

  /** What was recorded: of the file that is open, else of the lab or the node that the running command is about. */
  async recording(signal: AbortSignal): Promise<Recording> {
    return this.opened ?? (await this.recorder(signal));
  }

  /** The same without a file that is open. A simulated lab that was not recorded runs its history once more, for which a run is paused. */
  async recorder(signal: AbortSignal): Promise<Recorder> {
    const { labHere } = this;
    if (labHere === null) {
      const { recorder, recordLate } = this.options;
      if (recorder !== null && this.play === null) return recorder;
      if (recordLate == null || this.play !== null) throw this.noLab();
      this.workshop.lateRecorder ??= recordLate();
      return this.workshop.lateRecorder;
    }
    if (this.options.isReadOnly === true && labHere.record.current === null)
      throw new CommandError('read-only', 'nothing of the lab is recorded yet, and this shell is read-only');
    if (labHere.record.current === null && labHere.simulation !== null) labHere.runner().pause();
    return withProgress(
      this,
      () => 'running the history once more, to record it …',
      () => labHere.record.open(signal),
    );
  }

  get notices(): Notices {
    return this.labHere?.onlookers.noticesOf(this) ?? this.liveNotices;
  }

  private spokenAt(node: NodePort): Spoken {
    const { live } = this.options;
    if (node === live?.node) return { ...live, isOfLab: false, isNamed: true, isNow: false };
    return { node, world: labOf(this).world, isOfLab: true, isNamed: true, isNow: false };
  }

  /** Looks at something as if the user were at that node. */
  lookingAt<Result>(node: NodePort, look: () => Result): Result {
    const before = this.spoken;
    this.spoken = this.spokenAt(node);
    try {
      return look();
    } finally {
      this.spoken = before;
    }
  }

  /** Does something as if the user were at that node. */
  private async at<Result>(node: NodePort, work: () => Promise<Result>): Promise<Result> {
    const before = this.spoken;
    const spoken = this.spokenAt(node);
    this.spoken = spoken;
    try {
      return await work();
    } finally {
      // What was interrupted and goes on unheard does not take the place of what was typed since.
      if (this.spoken === spoken) this.spoken = before;
    }
  }

  /** Lines of the nodes' own accord that are shown in a second. */
  rate(): number {
    return this.options.live?.node.state.settings['output.rate'] ?? RATE;
  }

  /** Is gone, and the node goes on with its lab, what is in hand and what is recorded. */
  leave(): void {
    this.hasLeft = true;
    this.interrupt();
    this.liveNotices.stop();
    this.lab?.onlookers.leave(this);
  }

  /** Stops every node, of the lab too. */
  async close(): Promise<void> {
    await Promise.all([this.workshop.close(), this.lab?.close(), this.options.live?.world.close()]);
  }

  /** Messages or events are told because the user asked for it. */
  get isTracing(): boolean {
    return this.liveNotices.traces.length > 0 || this.lab?.onlookers.isTracing(this) === true;
  }

  /** Where a file is that a line names. */
  pathOf(path: string): string {
    const { folder } = this.options;
    return folder === undefined ? path : resolve(folder, path);
  }

  /** Paths that begin so. */
  pathsFrom(typed: string): string[] {
    return pathsFrom(typed, this.options.folder);
  }

  get paint(): Paint {
    return this.options.paint;
  }

  print(text: string, answer = false): void {
    if (this.printer !== null) this.printer(text, answer);
    else if (this.unprinted.length < UNPRINTED_MAX) this.unprinted.push([text, answer]);
  }

  /** From now on lines go there, first those that came before. */
  printTo(printer: Print): void {
    this.printer = printer;
    for (const [text, answer] of this.unprinted.splice(0)) printer(text, answer);
  }

  /** Names that JavaScript lines declared. */
  declaredNames(): readonly string[] {
    return this.javascript?.declaredNames() ?? [];
  }

  declaredValue(name: string): unknown {
    return this.javascript?.declaredValue(name);
  }

  prompt(): string {
    if (this.lab !== null && this.isInLab) return this.lab.prompt(this);
    if (this.options.live === null) return 'no node> ';
    return `${this.node.state.id.slice(0, 8)} ${this.node.views.ready()}${heldText(this.world)}> `;
  }

  /** Whether the line with this signal was typed and still runs: only such a one may ask for the terminal. */
  isTyped(signal: AbortSignal): boolean {
    return this.running?.signal === signal;
  }

  interrupt(): void {
    this.running?.abort();
  }

  async run(input: string): Promise<RunResult> {
    if (this.running !== null) throw new Error('the shell is busy');
    const running = new AbortController();
    this.running = running;
    this.spoken = null;
    const work = this.answerLine(input, running.signal, 0);
    let grace: NodeJS.Timeout | undefined;
    const aborted = new Promise<RunResult>((resolve) => {
      running.signal.addEventListener('abort', () => {
        grace = setTimeout(resolve, GRACE_MS, { kind: 'aborted', text: ABORTED });
      });
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      clearTimeout(grace);
      this.running = null;
    }
  }

  /** A line of a file that a running command reads. */
  runNested(input: string, signal: AbortSignal): Promise<RunResult> {
    return this.answerLine(input, signal, 0);
  }

  /** Complains of a line that is no command, or of one that cannot be done in the middle of a run. */
  checkLine(input: string, isLater: boolean): void {
    const line = this.read(readNodeFirst(input)?.rest ?? input);
    if (line.kind === 'empty') return;
    const word = line.kind === 'command' ? line.word : (/^\s*(?:\S+:\s+)?([\w-]*)/.exec(input)?.[1] ?? '');
    const command = this.vocabulary.command(word);
    const isWord = /^[A-Za-z]/.test(word);
    if (isWord && command === null && !this.options.aliases.has(word)) throw this.vocabulary.unknown(word);
    if (line.kind === 'javascript') throw new UsageError(this.options.noJavaScript ?? NO_JAVASCRIPT);
    if (isLater && command?.takesTime === true)
      throw new UsageError(
        `${word} moves the time itself, or waits: at a later time only what is done at once can be done`,
      );
  }

  /** The same of one that is to be done at a later time, and of its words as far as they can be wrong already now. */
  async checkLater(input: string): Promise<void> {
    this.checkLine(input, true);
    const { labs } = this.options;
    const first = readNodeFirst(input);
    const line = this.read(first?.rest ?? input);
    const command = line.kind === 'command' ? this.vocabulary.command(line.word) : null;
    const there = thereOf(this);
    if (first !== null && first.who !== 'live') expectThere(first.who, there);
    if (line.kind !== 'command' || command === null || labs === null) return;
    const typed = typedFor(command, line.rest);
    const words = command.takesNodes === true ? typed.words.map((word) => placeholderOf(word, there)) : typed.words;
    await command.check?.({ ...typed, words }, there, labs);
  }

  /**
   * Does a line as far as it goes without waiting, while somebody else moves the time: what it would wait for never comes. `failed` hears
   * soon of what was wrong with it.
   */
  doNow(input: string, failed: (result: Extract<RunResult, { kind: 'error' }>) => void): void {
    const before = this.spoken;
    const { signal } = new AbortController();
    const lab = labOf(this);
    const hear = (result: RunResult) => {
      if (result.kind === 'error') failed(result);
    };
    try {
      const first = readNodeFirst(input);
      const world = Object.create(lab.world, { until: { value: () => new Promise(() => undefined) } }) as World;
      for (const node of first === null ? [lab.onlookers.focusOf(this)] : this.named(first.who)) {
        this.spoken = { node, world, isOfLab: true, isNamed: first !== null, isNow: true };
        void this.answerLine(first?.rest ?? input, signal, 0).then(hear);
      }
    } catch (error) {
      hear(this.failed(input, error, signal));
    } finally {
      this.spoken = before;
    }
  }

  private async answerLine(input: string, signal: AbortSignal, depth: number): Promise<RunResult> {
    try {
      const first = readNodeFirst(input);
      if (first !== null && this.isAbout(first)) return await this.answerAs(first, signal, depth);
      const line = this.read(input);
      if (line.kind === 'empty') return { kind: 'ok', text: '', value: undefined };
      if (line.kind === 'javascript') return await this.evaluate(line.code, input, signal);
      const alias = this.options.aliases.get(line.word);
      if (alias !== undefined && line.help)
        return { kind: 'ok', text: `${line.word} = ${alias}`, value: [{ name: line.word, line: alias }] };
      if (alias !== undefined) {
        if (depth >= ALIAS_DEPTH_MAX) throw new CommandError('usage', `the alias ${line.word} leads back to itself`);
        return await this.answerLine(`${alias} ${line.rest}`.trim(), signal, depth + 1);
      }
      const command = this.vocabulary.command(line.word);
      if (command === null) throw this.vocabulary.unknown(line.word);
      const help = this.vocabulary.command('help');
      const answer =
        line.help && help !== null
          ? await this.call(help, command.name, signal)
          : await this.call(command, argumentOf(line, command), signal);
      const text = this.options.json ? '' : await textOf(answer);
      if (signal.aborted) return { kind: 'aborted', text: text === '' ? ABORTED : `${ABORTED}\n${text}` };
      return { kind: 'ok', text, value: answer.value };
    } catch (error) {
      return this.failed(input, error, signal);
    }
  }

  /** Whether a line names its nodes first; without a lab `all: for (…)` is a label of JavaScript. */
  private isAbout({ rest }: NodeFirst): boolean {
    return this.lab !== null || this.read(rest).kind === 'command';
  }

  /** A line about the nodes that it names. */
  private async answerAs({ who, rest }: NodeFirst, signal: AbortSignal, depth: number): Promise<RunResult> {
    if (rest.trim() === '') throw new UsageError(`usage: ${who}: COMMAND, such as ${who}: peers`);
    const ask = (node: NodePort) => this.at(node, () => this.answerLine(rest, signal, depth));
    const names = who === 'live' ? [] : this.namesOf(who);
    const [only] = names.length > 1 ? [] : this.named(who);
    if (only !== undefined) return ask(only);
    if (names.length === 0) throw new CommandError('no-such-node', `${who} is nobody`);
    const lab = labOf(this);
    for (const name of names) lab.inhabitants.expect(name);
    const running = new Map(lab.world.nodes().map((node) => [node.name, node]));
    const askOrSay = async (name: string): Promise<RunResult> => {
      const node = running.get(name);
      return node === undefined ? this.failed(rest, lab.inhabitants.unknown(name), signal) : ask(node);
    };
    return answerTogether(this, names, askOrSay, signal);
  }

  private namesOf(who: string): readonly string[] {
    const lab = labOf(this);
    return namesOf(who, lab.groups, () => lab.names());
  }

  /** The nodes that `n3`, `n1..n4`, `@A`, `all` or `live` stand for. */
  named(who: string): readonly NodePort[] {
    const { live } = this.options;
    if (who === 'live' && live !== null && this.play === null) return [live.node];
    const lab = labOf(this);
    return this.namesOf(who).map((name) => lab.node(name));
  }

  /** The answer to JavaScript of which no more lines come. */
  unfinished(input: string): Failed {
    const error = new CommandError('javascript', `the JavaScript is not finished that begins with ${firstLine(input)}`);
    return this.failed(input, error, new AbortController().signal);
  }

  private failed(line: string, raw: unknown, signal: AbortSignal): Failed {
    if (signal.aborted) return { kind: 'aborted', text: ABORTED };
    const error = asCommandError(raw);
    const { ring } = this;
    const at = this.options.live === null && this.lab === null ? 0 : this.world.now();
    this.failure = { line, error, at, ring, wire: ring.last(FAILURE_LINES), lines: ring.mark() };
    const near =
      error.near.length > 0 && error.code === 'unknown-command' ? `; did you mean ${error.near.join(' or ')}?` : '';
    return {
      kind: 'error',
      code: error.code,
      message: error.message,
      near: error.near,
      text: this.paint.bad(harmless(`${error.message}${near}`)),
      value: errorValue(error),
    };
  }

  private read(input: string): Line {
    const words = new Set(this.vocabulary.words());
    // A word that could do nothing here is the variable's of that name.
    if (this.lab === null)
      for (const word of words)
        if (this.vocabulary.command(word)?.needsLab === true && this.isVariable(word)) words.delete(word);
    const [, first = '', rest = ''] = /^\s*([\w-]+)\s*(.*)$/s.exec(input) ?? [];
    if (this.vocabulary.fault(first) !== null && !goesOnAsFault(rest) && this.isVariable(first)) words.delete(first);
    return readLine(
      input,
      words,
      (prefix) => this.vocabulary.abbreviated(prefix),
      (word) => this.vocabulary.command(word)?.takesExpression === true,
    );
  }

  private isVariable(word: string): boolean {
    const own = Object.getOwnPropertyDescriptor(globalThis, word);
    return (own !== undefined && 'value' in own) || this.declaredNames().includes(word);
  }

  /** What is no command may be JavaScript. */
  get takesJavaScript(): boolean {
    return !this.plainOnly && this.options.noJavaScript == null;
  }

  private async evaluate(code: string, input: string, signal: AbortSignal): Promise<RunResult> {
    if (!this.takesJavaScript) {
      const [, word = ''] = /^\s*([A-Za-z][\w-]*)(?:\s|$)/.exec(input) ?? [];
      if (this.plainOnly || (word !== '' && !RESERVED.has(word))) this.checkLine(input, false);
      throw new UsageError(this.options.noJavaScript ?? NO_JAVASCRIPT);
    }
    this.javascript ??= await import('./javascript.ts');
    const result = await this.javascript.evaluate(this, code, signal);
    const typed = input.trim();
    const isOneLine = !typed.includes('\n');
    // What goes on over several lines was JavaScript when it began.
    const [word = ''] = isOneLine ? (/^[A-Za-z][\w-]*(?=\s|$)/.exec(typed) ?? []) : [];
    switch (result.kind) {
      case 'syntax':
        if (!isOneLine)
          throw new CommandError(
            'javascript',
            `the JavaScript that begins with ${firstLine(typed)} does not go on like this: ${safe(result.message, 300)}`,
          );
        if (word === '' || RESERVED.has(word)) throw new CommandError('javascript', safe(result.message, 300));
        if (this.vocabulary.near(word).length > 0 || /^[\w-]+(\s+[\w#:.[\]-]+)*$/.test(typed))
          throw this.vocabulary.unknown(word);
        throw new CommandError('javascript', safe(result.message, 300));
      case 'threw':
        if (word !== '' && result.message === `ReferenceError: ${word} is not defined`)
          throw this.vocabulary.unknown(word);
        throw new CommandError('javascript', safe(result.message, 300));
      case 'command-failed':
        throw result.error;
      case 'more':
        return { kind: 'more' };
      case 'value':
        if (result.value !== undefined && !signal.aborted) this.lastRows = result.value;
        return { kind: 'ok', text: result.text, value: result.value };
      default:
        return result satisfies never;
    }
  }

  private tellFork(): void {
    const branch = this.lab?.forked() ?? null;
    if (branch === null || branch.from === null) return;
    const at = momentText(branch.from);
    this.notices.say('forked', { branch: branch.name, from: at }, `forked ${branch.name} at ${at}`);
  }

  /** Whether it may not be done while another shell is at work in the lab. */
  private worksInLab({ name, group, takesTime }: Command): boolean {
    if (this.spoken?.isNow === true || name === 'use' || name === 'watch') return false;
    if (name === 'lab' || group === 'lab') return true;
    return this.labHere !== null && (group !== 'shell' || takesTime === true);
  }

  private async inTurn(signal: AbortSignal, run: () => Promise<Answer>): Promise<Answer> {
    const { workshop } = this;
    if (!workshop.isTakenFor(this)) return workshop.inTurn(this, signal, run);
    const started = new AbortController();
    const wait = () =>
      workshop.inTurn(this, signal, () => {
        started.abort();
        return run();
      });
    return withProgress(this, () => 'another shell is at work in the lab; Ctrl-C gives up', wait, started.signal);
  }

  /** Runs a command on the text after its word; JavaScript calls come here too. */
  async call(command: Command, rest: string, signal: AbortSignal): Promise<Answer> {
    const typed = typedFor(command, rest);
    const { options } = typed;
    const { labHere } = this;
    const words =
      command.takesNodes === true && labHere !== null
        ? typed.words.map((word) => labHere.addressOf(word) ?? word)
        : typed.words;
    if (this.options.isReadOnly === true && command.looks?.(words) !== true)
      throw new CommandError('read-only', `${command.name} may change something, and this shell only looks`);
    // A command that did not give way in time goes on unheard.
    const say = (text: string) => {
      if (!this.options.json && !signal.aborted) this.print(text, true);
    };
    const run = async () => command.run(this, { words, rest, options, signal, say });
    const isOfLab = this.worksInLab(command);
    const answer = await (isOfLab ? this.inTurn(signal, run) : run()).finally(() => this.tellFork());
    if (isOfLab) this.lab?.onlookers.moved();
    if (command.group !== 'shell' && !signal.aborted) this.lastRows = answer.value;
    return answer;
  }
}

/** Words and options of what was typed after a command's word. */
function typedFor(command: Command, rest: string): Typed {
  if (command.raw === true) return { words: [rest], rest, options: {} };
  const { values, positionals } = readOptions(splitWords(rest), command.options ?? {}, `usage: ${command.usage}`);
  if (command.usage === command.name && positionals.length > 0) throw new UsageError(`usage: ${command.usage}`);
  return { words: positionals, rest, options: values as Invocation['options'] };
}

/** A place that the name of a node may stand for later. */
const placeholderOf = (word: string, { names }: There) => (names.includes(word) ? '10.0.0.1:5999' : word);

function asCommandError(raw: unknown): CommandError {
  if (raw instanceof CommandError) return raw;
  if (raw instanceof TooManyBranches)
    return new CommandError('too-many', `${raw.message}; checkout BRANCH goes on at the end of one`);
  return new CommandError('internal', safe(raw instanceof Error ? raw.message : String(raw), 300));
}

const firstLine = (input: string) => quoted(input.split('\n')[0] ?? '', 60);

/** Where an ID must stand, `#x` is a mistyped `#3` and no comment. */
const argumentOf = ({ rest, comment }: Extract<Line, { kind: 'command' }>, { usage }: Command): string =>
  rest === '' && /^\S+ ID\b/.test(usage) && /^#\S/.test(comment) ? comment : rest;

const textOf = async (answer: Answer) => (typeof answer.text === 'string' ? answer.text : await answer.text());
