/**
 * A recording as JSON lines: a header and events go out as lines; lines of a file come back in, each checked, or one clear sentence says
 * what is wrong with one. Texts in it are as raw as peers sent them.
 */
import type { TraceEvent, TraceHeader, TraceNode } from './event.ts';

type Kind = 'text' | 'text?' | 'count' | 'count?' | 'time' | 'dir?';

const EVENT: Readonly<Record<keyof TraceEvent, Kind>> = {
  i: 'count',
  t: 'time',
  n: 'text',
  k: 'text',
  m: 'text?',
  re: 'text?',
  c: 'text?',
  dir: 'dir?',
  ord: 'count?',
  peer: 'text?',
  type: 'text?',
  line: 'text?',
  len: 'count?',
  lc: 'count',
  cause: 'count?',
  by: 'text?',
  text: 'text?',
};

export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

const wrong = (message: string) => ({ ok: false, message }) as const;

/** Version of what a recording holds beside its events, by which its nodes can be driven. */
export const DRIVE_VERSION = 1;

/** `drives`: a transcript follows, too. */
export const headerLine = (header: TraceHeader, drives = false): string =>
  JSON.stringify({ peersh: 'trace', ...header, ...(drives ? { drive: DRIVE_VERSION } : {}) });

const json = (value: string | null) => (value === null ? 'null' : JSON.stringify(value));
/** Of a text that has nothing to be escaped. */
const bare = (value: string | null) => (value === null ? 'null' : `"${value}"`);

/** As `JSON.stringify` would have it, in a third of the time: it is done for every line that passes. */
export function eventLine(event: TraceEvent): string {
  const { i, t, n, k, m, re, c, dir, ord, peer, type, line, lc, cause, by, text } = event;
  const len = line === null ? event.len : line.length;
  return (
    `{"i":${i},"t":${t},"n":${json(n)},"k":"${k}","m":${bare(m)},"re":${bare(re)},"c":${json(c)},"dir":${bare(dir)},` +
    `"ord":${ord},"peer":${json(peer)},"type":${json(type)},"line":${json(line)},"len":${len},"lc":${lc},"cause":${cause},` +
    `"by":${json(by)},"text":${json(text)}}`
  );
}

/** Whether a line is of the transcript, and so no event. */
export const isTranscript = (line: string): boolean => line.startsWith('{"d":');

/** Null: what a header says lets nodes be driven; else why not. */
export function whyNotDriven(header: string): string | null {
  const reading = readObject(header);
  const drive = reading.ok ? reading.value['drive'] : undefined;
  if (drive === undefined)
    return 'it holds events only: it was recorded with an expression, exported, or written by an earlier version';
  return drive === DRIVE_VERSION
    ? null
    : `what drives its nodes was written by another version of peersh; this one reads version ${DRIVE_VERSION}`;
}

function readObject(line: string): Reading<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ok: true, value: value as Record<string, unknown> };
    return wrong('not a JSON object');
  } catch {
    return wrong('not JSON');
  }
}

export function readHeader(line: string): Reading<TraceHeader> {
  if (line === '') return wrong('a recording begins with a header, and there is none');
  const reading = readObject(line);
  if (!reading.ok) return wrong(`${reading.message}: a recording begins with a header`);
  const { peersh, version, app, world, seed = null, epochMs = null, nodes } = reading.value;
  if (peersh !== 'trace') return wrong('no header of a recording');
  if (version !== 1) return wrong('written by another version of peersh; this one reads version 1');
  if (typeof app !== 'string') return wrong('app must be a text');
  if (world !== 'tcp' && world !== 'sim') return wrong('world must be tcp or sim');
  if (!isNumberOrNull(seed)) return wrong('seed must be a number or null');
  if (!isNumberOrNull(epochMs)) return wrong('epochMs must be a number or null');
  if (!Array.isArray(nodes) || !nodes.every(isNode)) return wrong('nodes must be a list of name, id and address');
  return { ok: true, value: { version, app, world, seed, epochMs, nodes } };
}

const isNumberOrNull = (value: unknown): value is number | null => value === null || typeof value === 'number';
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';

function isNode(value: unknown): value is TraceNode {
  if (typeof value !== 'object' || value === null) return false;
  const { name, id, address } = value as Record<string, unknown>;
  return typeof name === 'string' && isTextOrNull(id) && isTextOrNull(address);
}

/** `after` is the index of the event before: they rise by one, or by more in a recording of some events only. */
export function readEvent(line: string, after: number): Reading<TraceEvent> {
  const reading = readObject(line);
  if (!reading.ok) return reading;
  const { value } = reading;
  for (const [name, kind] of Object.entries(EVENT)) {
    const given = value[name];
    if (!fits(given, kind))
      return wrong(given === undefined ? `${name} is missing` : `${name} must be ${WANTED[kind]}`);
  }
  const event = value as unknown as TraceEvent;
  if (event.i <= after) return wrong(`i is ${event.i} after ${after}: it must rise`);
  if (event.cause !== null && event.cause >= event.i) return wrong('cause must be an earlier event');
  return { ok: true, value: event };
}

const WANTED: Readonly<Record<Kind, string>> = {
  text: 'a text',
  'text?': 'a text or null',
  count: 'a whole number from 0',
  'count?': 'a whole number from 0, or null',
  time: 'a number from 0',
  'dir?': 'in, out or null',
};

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'text?':
      return isTextOrNull(value);
    case 'count':
      return isCount(value);
    case 'count?':
      return value === null || isCount(value);
    case 'time':
      return typeof value === 'number' && value >= 0;
    case 'dir?':
      return value === null || value === 'in' || value === 'out';
    default:
      return kind satisfies never;
  }
}
