/**
 * Changes of a JSON line: `body.nodeid=5f0c body.peers[0][1]=""`, or a whole line. The old line and what was typed go in, the new line or
 * one sentence about what is wrong comes out. It does not know what messages there are.
 */
import { asciiOnly } from '../util/ascii.ts';
import { LINE_LENGTH_MAX } from './limits.ts';

export type Patched = { readonly ok: true; readonly line: string } | { readonly ok: false; readonly message: string };

type Container = Record<string, unknown>;

const failed = (message: string): Patched => ({ ok: false, message });

export function patchLine(line: string, text: string): Patched {
  const typed = text.trim();
  if (typed.startsWith('{')) return readLine(typed);
  let body: unknown;
  try {
    body = JSON.parse(line);
  } catch {
    return failed('the line is not JSON: give the whole of the new one');
  }
  const wrong = whyNoPatch(typed);
  if (wrong !== null) return failed(wrong);
  for (const part of splitParts(typed)) {
    const trouble = applyPart(body, part);
    if (trouble !== null) return failed(trouble);
  }
  return checked(asciiOnly(JSON.stringify(body)));
}

/** What is wrong with a patch whatever the line that it is for; null: nothing. */
export function whyNoPatch(text: string): string | null {
  const typed = text.trim();
  if (typed.startsWith('{')) {
    const read = readLine(typed);
    return read.ok ? null : read.message;
  }
  const parts = splitParts(typed);
  if (parts.length === 0) return 'a patch is body.nodeid=5f0c2a9e, -body.agent, or a whole line of JSON';
  const wrong = parts.find((part) => {
    const [, minus, , value] = PART.exec(part) ?? [];
    return minus === undefined || (value === undefined) !== (minus === '-');
  });
  return wrong === undefined
    ? null
    : `${JSON.stringify(wrong)} is no patch such as body.nodeid=5f0c2a9e or -body.agent`;
}

/** A whole line as a user types it. */
export function readLine(text: string): Patched {
  try {
    JSON.parse(text);
  } catch {
    return failed('what was typed is not JSON');
  }
  return checked(text);
}

function checked(line: string): Patched {
  const isLine = line.length <= LINE_LENGTH_MAX && !/[\r\n]/.test(line);
  return isLine ? { ok: true, line } : failed(`a message is one line of at most ${LINE_LENGTH_MAX} characters`);
}

/** Parts are separated by blanks outside of quotes and brackets. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text[i] as string;
    if (!isQuoted && depth === 0 && /\s/.test(unit)) {
      if (part !== '') parts.push(part);
      part = '';
      continue;
    }
    part += unit;
    if (isQuoted && unit === '\\') {
      part += text[i + 1] ?? '';
      i += 1;
    } else if (unit === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (unit === '{' || unit === '[')) depth += 1;
    else if (!isQuoted && (unit === '}' || unit === ']')) depth -= 1;
  }
  if (part !== '') parts.push(part);
  return parts;
}

const PART = /^(-?)body((?:\.[A-Za-z_][\w-]*|\[[0-9]{1,6}\])+)(?:=(.*))?$/s;

/** `part` is one of a patch with which nothing is wrong. */
function applyPart(body: unknown, part: string): string | null {
  const [, minus, path = '', value] = PART.exec(part) ?? [];
  const isRemoval = minus === '-';
  const steps = (path.match(/[\w-]+/g) ?? []) as string[];
  if (steps.includes('__proto__')) return '__proto__ is no field';
  const last = steps.pop() as string;
  let at = body;
  for (const step of steps) at = isContainer(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  if (!isContainer(at) || (Array.isArray(at) && !(Number(last) <= at.length)))
    return `there is no place for body${path} in this message`;
  if (!isRemoval) at[last] = readValue(value as string);
  else if (!Object.hasOwn(at, last)) return `there is no body${path} in this message`;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return null;
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** JSON where it is, else the text itself, so that ids need no quotes. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What differs between two lines, a field in each line of the answer; the lines themselves where one is not JSON. */
export function differences(before: string, after: string): string[] {
  if (before === after) return [];
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  if (old === null || fresh === null) return [`- ${before}`, `+ ${after}`];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])];
  return paths
    .filter((path) => old.get(path) !== fresh.get(path))
    .flatMap((path) => [
      ...(old.has(path) ? [`- ${path}=${old.get(path)}`] : []),
      ...(fresh.has(path) ? [`+ ${path}=${fresh.get(path)}`] : []),
    ]);
}

function fieldsOf(line: string): Map<string, string> | null {
  let body: unknown;
  try {
    body = JSON.parse(line);
  } catch {
    return null;
  }
  const fields = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    const entries = isContainer(value) ? Object.entries(value) : [];
    if (entries.length === 0) fields.set(path, JSON.stringify(value));
    for (const [name, inner] of entries) walk(inner, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
  };
  walk(body, 'body');
  return fields;
}
