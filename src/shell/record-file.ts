/**
 * Recordings in files: events go out to a file and the ones after it as they happen, and a file comes back in, or one clear error with file
 * and line. A file is for its owner alone, none is ever overwritten, and all together stay below a size.
 */
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import type { TraceEvent } from '../trace/event.ts';
import { FileRecording } from '../trace/file-recording.ts';
import { eventLine, headerLine, readEvent, readHeader } from '../trace/record-lines.ts';
import type { Recorder } from '../trace/recorder.ts';
import { CommandError, UsageError } from './errors.ts';
import { safe } from './render.ts';

/** Of one file, and how many there are of one recording. */
const FILE_BYTES_MAX = 64 * 1_048_576;
const FILES_MAX = 8;
/** Lines wait until so many bytes are together, or for so long. */
const CHUNK_BYTES = 65_536;
const WAIT_MS = 200;
/** No larger file is read. */
const READ_BYTES_MAX = 256 * 1_048_576;

export interface RecordFileOptions {
  /** As it was typed. */
  readonly path: string;
  readonly recorder: Recorder;
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

  /** Throws a UsageError when the file is there already or cannot be written. */
  constructor(options: RecordFileOptions) {
    this.options = options;
    this.open(options.path);
    options.recorder.added = (index) => this.add(index);
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
    this.write(headerLine(this.options.recorder.header()));
  }

  /** It is called in the middle of what a node does, so it never throws. */
  private add(index: number): void {
    if (this.isOver || this.options.holds?.(index) === false) return;
    this.events += 1;
    try {
      this.write(eventLine(this.options.recorder.recorded(index)));
      if (this.bytes + this.text.length > (this.options.fileBytesMax ?? FILE_BYTES_MAX)) this.rotate();
    } catch (error) {
      this.giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  private write(line: string): void {
    this.text += `${line}\n`;
    if (this.text.length >= CHUNK_BYTES) return this.flush();
    this.timer ??= setTimeout(() => {
      this.timer = null;
      try {
        this.flush();
      } catch (error) {
        this.giveUp(error instanceof Error ? error.message : String(error));
      }
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
    this.flush();
    closeSync(this.file);
    this.file = -1;
    if (this.paths.length === FILES_MAX) return this.giveUp(`${FILES_MAX} files are full`);
    this.open(`${this.options.path}.${this.paths.length}`);
  }

  private giveUp(why: string): void {
    this.stop();
    this.options.ended(why);
  }

  /** What waits is written. */
  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.recorder.added = null;
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

export function readRecording(path: string): FileRecording {
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
  const broken = (at: number, message: string) =>
    new CommandError('broken-file', `${safe(path)} line ${at + 1}: ${safe(message, 300)}`);
  const header = readHeader(lines[0] ?? '');
  if (!header.ok) throw broken(0, header.message);
  const events: TraceEvent[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const event = readEvent(lines[at] ?? '', events.at(-1)?.i ?? 0);
    if (!event.ok) throw broken(at, event.message);
    events.push(event.value);
  }
  return new FileRecording(path, { header: header.value, events });
}
