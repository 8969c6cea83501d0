/**
 * One user's shell on one node: lines go in, results come out, in order, one at a time. It is the same for a terminal, a script and
 * JSON; printing is left to whoever runs it.
 */
import { resolve } from 'node:path';
import type { NodePort, World } from '../core/world.ts';
import type { SettingKey, Settings } from '../settings.ts';
import type { FileRecording } from '../trace/file-recording.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Recording } from '../trace/recording.ts';
import type { LastLines } from '../trace/ring.ts';
import { answerLine } from './answer-line.ts';
import type { SettingOrigin } from './apply-setting.ts';
import { callCommand } from './call-command.ts';
import type { Paint } from './color.ts';
import type { Answer, Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { CommandError } from './errors.ts';
import { ABORTED, type Failure } from './failure.ts';
import type { Draft } from './hand/edit-by-hand.ts';
import { heldText } from './hand/held-text.ts';
import { JavaScriptLines } from './javascript-lines.ts';
import { faultCommands } from './lab/fault-words.ts';
import type { Lab } from './lab/lab.ts';
import type { Play } from './lab/play.ts';
import { Notices } from './notices.ts';
import type { RecordFile } from './record-file.ts';
import { recorderHere } from './recorder-here.ts';
import { shortId } from './render.ts';
import type { RunResult } from './session.ts';
import { pathsFrom } from './shell-file.ts';
import type { ShellOptions } from './shell-options.ts';
import { SpokenTo } from './spoken-to.ts';
import { Vocabulary } from './vocabulary.ts';
import { Workshop } from './workshop.ts';

/** Where lines go. `answer` lines belong to the running command, nobody asked for the others. */
export type Print = (text: string, answer: boolean) => void;

/** An interrupted command has this long to give way. */
const GRACE_MS = 300;
/** Lines kept while nobody prints yet: what a node says while it starts. */
const UNPRINTED_MAX = 1_000;
/** Lines shown in a second where no node's setting says. */
const RATE = 20;

export class Shell {
  readonly options: ShellOptions;
  readonly workshop: Workshop;
  /** The lab script that runs. */
  play: Play | null = null;
  /** Whom lines are about. */
  readonly spokenTo = new SpokenTo(this);
  private readonly liveNotices: Notices;
  /** The file that `replay` opened: what is asked of a record is asked of it. */
  opened: FileRecording | null = null;
  readonly commands: readonly Command[] = COMMANDS;
  readonly vocabulary: Vocabulary;
  private running: AbortController | null = null;
  private printer: Print | null = null;
  private unprinted: Parameters<Print>[] = [];
  /** Lines that are no commands. */
  readonly javascript = new JavaScriptLines(this);
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
      (prefix) =>
        options.interactive && !Object.hasOwn(globalThis, prefix) && !this.javascript.declaredNames().includes(prefix),
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
    return this.spokenTo.entered !== null;
  }

  set isInLab(isIn: boolean) {
    this.spokenTo.entered = isIn ? this.lab : null;
  }

  get recordFile(): RecordFile | null {
    return this.workshop.recordFile;
  }

  set recordFile(file: RecordFile | null) {
    this.workshop.recordFile = file;
  }

  noLab(): CommandError {
    if (this.play !== null) return new CommandError('usage', 'there are no nodes yet; type spawn n1..n8 before');
    const what = this.options.live === null ? 'node' : 'lab';
    return new CommandError('no-lab', `no ${what} here; type lab 8`);
  }

  /** The running line says whom it is about. */
  get isNamed(): boolean {
    return this.spokenTo.isNamed;
  }

  get world(): World {
    return this.spokenTo.place.world;
  }

  get node(): NodePort {
    return this.spokenTo.place.node;
  }

  get settings(): Settings {
    return this.node.state.settings;
  }

  /** The lab when the running command, or the next one, is about one of its nodes. */
  get labHere(): Lab | null {
    return this.spokenTo.lab;
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

  /** The same without a file that is open. */
  recorder(signal: AbortSignal): Promise<Recorder> {
    return recorderHere(this, signal);
  }

  get notices(): Notices {
    return this.labHere?.onlookers.noticesOf(this) ?? this.liveNotices;
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

  prompt(): string {
    const { entered } = this.spokenTo;
    if (entered !== null) return entered.prompt(this);
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
    this.spokenTo.forget();
    const work = answerLine(this, input, running.signal);
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
    return answerLine(this, input, signal);
  }

  /** The nodes that `n3`, `n1..n4`, `@A`, `all` or `live` stand for. */
  named(who: string): readonly NodePort[] {
    return this.spokenTo.named(who);
  }

  /** What is no command may be JavaScript. */
  get takesJavaScript(): boolean {
    return !this.plainOnly && this.options.noJavaScript == null;
  }

  /** Runs a command on the text after its word; JavaScript calls come here too. */
  call(command: Command, rest: string, signal: AbortSignal): Promise<Answer> {
    return callCommand(this, command, rest, signal);
  }
}
