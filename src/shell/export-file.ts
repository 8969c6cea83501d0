/** A trace as a file: an exporter, events and a path go in, the answer of a command comes out, with how to look at the file. What cannot be drawn makes no file. */
import type { TraceEvent } from '../trace/event.ts';
import type { Exporter } from '../trace/exporters/exporter.ts';
import type { Recording } from '../trace/recording.ts';
import type { Answer } from './command.ts';
import { CommandError } from './errors.ts';
import { count, safe } from './render.ts';
import { writePieces } from './shell-file.ts';

export async function exportFile(
  exporter: Exporter,
  recording: Recording,
  events: readonly TraceEvent[],
  file: string,
  signal: AbortSignal,
): Promise<Answer> {
  const trace = { header: recording.header(), events };
  const refusal = exporter.refusal?.(trace) ?? null;
  if (refusal !== null) throw new CommandError('too-many', refusal);
  const bytes = await writePieces(file, exporter.pieces(trace), signal);
  const hint = exporter.hint?.(trace, file) ?? null;
  const told = `wrote ${safe(file)} (${count(events.length, 'event')}, ${count(bytes, 'byte')})`;
  return {
    value: { kind: exporter.name, file, events: events.length, bytes, hint },
    text: hint === null ? told : `${told}\nto look at it: ${safe(hint, 1_000)}`,
  };
}
