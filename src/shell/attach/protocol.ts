/**
 * What a client and a node say to each other over a control socket, on one page, and the check of what a client says: an object goes in, a
 * request whose every field is what it should be comes out, or null.
 */
import { isAbsolute } from 'node:path';
import type { Completion, RunResult } from '../session.ts';
import { HISTORY_LENGTH_MAX, HISTORY_LINES_MAX } from './limits.ts';

/** Another number, another language: both sides say theirs first. */
export const PROTOCOL = 1;

/** A terminal has at most so many columns. */
const COLUMNS_MAX = 65_535;

export interface Hello {
  readonly kind: 'hello';
  readonly protocol: number;
  /** A person at a terminal; a script; or somebody who only asks which node this is. */
  readonly role: 'attach' | 'exec' | 'look';
  readonly columns: number | null;
  readonly color: boolean;
  readonly isReadOnly: boolean;
  /** Wants to hear what happens of its own accord. */
  readonly wantsNews: boolean;
  /** Where relative paths of files begin. */
  readonly folder: string;
  /** Lines typed in earlier shells, oldest first. */
  readonly history: readonly string[];
}

export type Request =
  | Hello
  /** One at a time. With `json` the answer and what comes meanwhile are JSON. */
  | { readonly kind: 'run'; readonly id: number; readonly input: string; readonly json: boolean }
  | { readonly kind: 'complete'; readonly id: number; readonly line: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'columns'; readonly columns: number | null };

export interface NodeFacts {
  readonly id: string;
  readonly address: string | null;
  readonly pid: number;
  readonly peers: number;
  readonly uptimeMs: number;
  readonly version: string;
  readonly isHeadless: boolean;
  /** Of clients; the node's own is not counted. */
  readonly shells: number;
}

export type Reply =
  | { readonly kind: 'hello'; readonly protocol: number; readonly node: NodeFacts }
  /** Nothing follows. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** `isTracing`: lines go on coming that the input asked for. */
  | { readonly kind: 'result'; readonly id: number; readonly result: RunResult; readonly isTracing: boolean }
  | { readonly kind: 'completion'; readonly id: number; readonly completion: Completion }
  | { readonly kind: 'line'; readonly text: string; readonly answer: boolean }
  | { readonly kind: 'progress'; readonly text: string; readonly isWatched: boolean }
  /** `rate`: lines of their own accord that are shown in a second. */
  | { readonly kind: 'prompt'; readonly text: string; readonly rate: number }
  /** So much was not told because it was not read. */
  | { readonly kind: 'lost'; readonly count: number }
  | { readonly kind: 'end'; readonly why: 'detached' | 'stopped' };

type Json = Readonly<Record<string, unknown>>;

export function readRequest(message: Json): Request | null {
  const { kind, id, input, json, line, columns } = message;
  switch (kind) {
    case 'hello':
      return readHello(message);
    case 'run':
      return isCount(id) && typeof input === 'string' && typeof json === 'boolean' ? { kind, id, input, json } : null;
    case 'complete':
      return isCount(id) && typeof line === 'string' ? { kind, id, line } : null;
    case 'interrupt':
    case 'finish':
      return { kind };
    case 'columns':
      return isColumns(columns) ? { kind, columns } : null;
    default:
      return null;
  }
}

/** Of another protocol only its number counts. */
function readHello(message: Json): Hello | null {
  const { protocol, role, columns, color, isReadOnly, wantsNews, folder, history } = message;
  if (!isCount(protocol)) return null;
  if (protocol !== PROTOCOL)
    return {
      ...{ kind: 'hello', protocol, role: 'look', columns: null, color: false, isReadOnly: true },
      ...{ wantsNews: false, folder: '/', history: [] },
    };
  if (role !== 'attach' && role !== 'exec' && role !== 'look') return null;
  if (!isColumns(columns) || !isHistory(history)) return null;
  if (typeof folder !== 'string' || !isAbsolute(folder)) return null;
  if (typeof color !== 'boolean' || typeof isReadOnly !== 'boolean' || typeof wantsNews !== 'boolean') return null;
  return { kind: 'hello', protocol, role, columns, color, isReadOnly, wantsNews, folder, history };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isColumns = (value: unknown): value is number | null =>
  value === null || (isCount(value) && value > 0 && value <= COLUMNS_MAX);

const isHistory = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length <= HISTORY_LINES_MAX &&
  value.every((line) => typeof line === 'string') &&
  value.reduce((sum: number, line: string) => sum + line.length, 0) <= HISTORY_LENGTH_MAX;
