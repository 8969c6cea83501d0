/**
 * Recordings in files: events go out to a file and the ones after it as they happen, and a file comes back in, or one clear error with file
 * and line. A file is for its owner alone, none is ever overwritten, and all together stay below a size.
 */
import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import type { World } from '../core/world.ts';
import type { TraceEvent } from '../trace/event.ts';
import { FileRecording } from '../trace/file-recording.ts';
import { eventLine, headerLine, isTranscript, readEvent, readHeader } from '../trace/record-lines.ts';
import type { Recorder } from '../trace/recorder.ts';
import { TranscriptLines } from '../trace/transcript-lines.ts';
import { CommandError, UsageError } from './errors.ts';
import { safe } from './render.ts';

/** Of one file, and how many there are of one recording. */
const FILE_BYTES_MAX = 64 * 1_048_576;
export const FILES_MAX = 8;
/** Lines wait until so many bytes are together, or for so long. */
const CHUNK_BYTES = 65_536;
const WAIT_MS = 200;
/** No larger file is read. */
const READ_BYTES_MAX = 256 * 1_048_576;
/** By this a file that goes on is told from somebody else's. */
const HEADER_START = '{"peersh":"trace"';

export interface RecordFileOptions {
  /** As it was typed. */
  readonly path: string;
  readonly recorder: Recorder;
  /** Whose nodes can then be driven by the file, when it holds all events; null: none. */
  readonly world?: World | null;
  /** Which events; null: all. */
  readonly holds: ((index: number) => boolean) | null;
  /** It has ended by itself, and why. */
  readonly ended: (why: string) => void;
  readonly fileBytesMax?: number;
}

export class RecordFile {
  private readonly options: RecordFileOptions;
  /** Files written so far, the current one last. */
  readonly paths: string[] = [];
  private file = -1;
  private text = '';
  private bytes = 0;
  private timer: NodeJS.Timeout | null = null;
  /** Events written so far. */
  events = 0;
  private isOver = false;
  /** Null: events only. */
  private readonly transcript: TranscriptLines | null = null;
  private endTranscript: () => void = () => undefined;
  private latest: TraceEvent | null = null;

  /** Throws a UsageError when the file is there already or cannot be written. */
  constructor(options: RecordFileOptions) {
    this.options = options;
    const { path, recorder, world = null, holds } = options;
    if (world !== null && holds === null)
      this.transcript = new TranscriptLines({
        write: (line) => this.attempt(() => this.write(line)),
        now: () => world.now(),
        latest: () => this.latest,
        beforeFact: () => {
          if (this.isFull) this.attempt(() => this.rotate());
        },
      });
    const { transcript } = this;
    this.open(path);
    recorder.columns.added = (index) => this.add(index);
    if (world !== null && transcript !== null)
      this.endTranscript = world.transcribe((name) => transcript.scribeOf(name));
  }

  private open(path: string): void {
    try {
      this.file = openSync(path, 'wx', 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'EEXIST'
        ? new UsageError(`${safe(path)} is there already; record overwrites no file`)
        : new UsageError(`cannot write ${safe(path)} (${code})`);
    }
    this.paths.push(path);
    this.bytes = 0;
    this.write(headerLine(this.options.recorder.header(), this.transcript !== null));
    this.transcript?.renew();
  }

  private add(index: number): void {
    if (this.isOver || this.options.holds?.(index) === false) return;
    this.events += 1;
    this.attempt(() => {
      this.latest = this.options.recorder.recorded(index);
      this.write(eventLine(this.latest));
      // With a transcript a file ends before a fact, so that each can be driven alone.
      if (this.isFull && this.transcript === null) this.rotate();
    });
  }

  private get isFull(): boolean {
    return this.bytes + this.text.length > (this.options.fileBytesMax ?? FILE_BYTES_MAX);
  }

  /** It is called in the middle of what a node does, so it never throws. */
  private attempt(work: () => void): void {
    if (this.isOver) return;
    try {
      work();
    } catch (error) {
      this.giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  private write(line: string): void {
    this.text += `${line}\n`;
    if (this.text.length >= CHUNK_BYTES) return this.flush();
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.attempt(() => this.flush());
    }, WAIT_MS).unref();
  }

  private flush(): void {
    const { text } = this;
    this.text = '';
    const chunk = Buffer.from(text);
    for (let done = 0; done < chunk.length; ) done += writeSync(this.file, chunk, done);
    this.bytes += chunk.length;
  }

  private rotate(): void {
    if (this.paths.length === FILES_MAX) return this.giveUp(`${FILES_MAX} files are full`);
    this.transcript?.end(true);
    this.flush();
    closeSync(this.file);
    this.file = -1;
    this.open(`${this.options.path}.${this.paths.length}`);
  }

  private giveUp(why: string): void {
    try {
      this.stop();
    } catch {
      // What could not be written before cannot be now; why is told.
    }
    this.options.ended(why);
  }

  /** What waits is written. */
  stop(): void {
    if (this.isOver) return;
    this.transcript?.end(false);
    this.isOver = true;
    this.options.recorder.columns.added = null;
    this.endTranscript();
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.file < 0) return;
    try {
      this.flush();
    } finally {
      closeSync(this.file);
      this.file = -1;
    }
  }
}

/** Lines of a recording, the header first. Throws a UsageError when it cannot be read. */
export function recordedLines(path: string): string[] {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > READ_BYTES_MAX) throw new UsageError(`${safe(path)} is larger than ${READ_BYTES_MAX / 1_048_576} MiB`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${safe(path)} (${(error as NodeJS.ErrnoException).code})`);
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The file in which a recording goes on; null: there is none. */
export function nextFile(path: string): string | null {
  const [, base = path, number = '0'] = /^(.*)\.([1-9])$/.exec(path) ?? [];
  const next = `${base}.${Number(number) + 1}`;
  const start = Buffer.alloc(HEADER_START.length);
  try {
    const file = openSync(next, 'r');
    try {
      readSync(file, start, 0, start.length, 0);
      return start.toString() === HEADER_START ? next : null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/** `line` is counted from 1. */
export const brokenFile = (path: string, line: number, message: string) =>
  new CommandError('broken-file', `${safe(path)} line ${line}: ${safe(message, 300)}`);

export function readRecording(path: string): FileRecording {
  const lines = recordedLines(path);
  const header = readHeader(lines[0] ?? '');
  if (!header.ok) throw brokenFile(path, 1, header.message);
  const events: TraceEvent[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (isTranscript(line)) continue;
    const event = readEvent(line, events.at(-1)?.i ?? 0);
    if (!event.ok) throw brokenFile(path, at + 1, event.message);
    events.push(event.value);
  }
  return new FileRecording(path, { header: header.value, events });
}
