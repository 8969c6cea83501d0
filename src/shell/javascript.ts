/**
 * JavaScript at the prompt: code goes in; a value, a throw, or "more input is needed" comes out. It runs in this process on the live
 * objects, through the inspector, so that top-level await works and a loop without end is stopped.
 */
import { type Runtime, Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, types } from 'node:util';
import { copyNode } from '../core/copy.ts';
import type { NodeState } from '../core/state.ts';
import { CommandError } from './errors.ts';
import { EACH, HOLD, IMPORT, prepared, syntaxOf } from './javascript-syntax.ts';
import type { Lab } from './lab/lab.ts';
import { safeBlock } from './render.ts';
import type { Shell } from './shell.ts';
import { asTyped, PROMPT_SOURCE, typedBy } from './typed.ts';

export type Evaluation =
  | { readonly kind: 'value'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'threw'; readonly message: string }
  /** A command that was called threw, and nothing caught it. */
  | { readonly kind: 'command-failed'; readonly error: CommandError }
  | { readonly kind: 'syntax'; readonly message: string }
  | { readonly kind: 'more' };

/** Synchronous code that runs longer than this is stopped. */
const BLOCKED_MS_MAX = 5_000;
/** V8's watchdog counts whole milliseconds of a clock of its own, so it may be that much early by ours. */
const WATCHDOG_EARLY_MS = 2;
/** A name of our own in the global scope, seen by nobody; `prepared` has the others. */
const TAKE = '__peershTake';

let session: Session | null = null;
let taken: unknown;
/** A line that is evaluated. */
interface Typed {
  readonly shell: Shell;
  readonly signal: AbortSignal;
}

/** The one that was begun last. */
let newest: Typed | null = null;

/** The line that the code which runs now is of: several shells may have one under way. */
const current = (): Typed | null => (typedBy() as Typed | undefined) ?? newest;

function connect(shell: Shell): Session {
  if (session !== null) return session;
  session = new Session();
  session.connect();
  const scope = globalThis as Record<string, unknown>;
  const hide = (name: string, value: unknown) => Object.defineProperty(scope, name, { value, enumerable: false });
  hide(TAKE, (value: unknown) => {
    taken = value;
  });
  hide(IMPORT, importFromHere);
  hide(HOLD, hold);
  hide(EACH, each);
  // An assignment makes a plain variable of the name.
  const define = (name: string, get: () => unknown) =>
    Object.defineProperty(scope, name, {
      get,
      set: (value: unknown) => {
        Object.defineProperty(scope, name, { value, writable: true, configurable: true });
      },
      configurable: true,
      enumerable: false,
    });
  define('node', () => ask(nodeFor));
  define('nodes', () => nodesFor(current()?.shell.lab ?? null));
  define('world', () => ask(worldFor));
  define('_', () => current()?.shell.lastRows);
  define('require', () => requireFromHere());
  for (const command of shell.commands) {
    if (command.name in globalThis) continue;
    const call = async (...words: unknown[]) => {
      const line = words.map(command.raw === true ? asText : asWord).join(' ');
      const by = current() ?? { shell, signal: new AbortController().signal };
      return (await by.shell.call(command, line, by.signal)).value;
    };
    define(command.name, () => call);
  }
  return session;
}

function ask<Result>(look: (shell: Shell) => Result): Result | undefined {
  const by = current();
  return by === null ? undefined : look(by.shell);
}

/** A lab is looked at, never changed: only what is ordered is part of its history. */
const nodeFor = (shell: Shell): NodeState => (shell.labHere === null ? shell.node.state : copyNode(shell.node.state));

const worldFor = (shell: Shell): unknown => (shell.labHere === null ? shell.world : portrait(shell.labHere));

const portrait = ({ world, simulation }: Lab) =>
  Object.freeze({
    kind: world.kind,
    now: world.now(),
    ...simulation?.moment(),
    nodes: world.nodes().map(({ name }) => name),
  });

/** Every node by its name; each is copied when it is looked at. */
function nodesFor(lab: Lab | null): object {
  if (lab === null) throw new ReferenceError('nodes is not defined');
  const nodes = {};
  for (const port of lab.world.nodes())
    Object.defineProperty(nodes, port.name, { get: () => copyNode(port.state), enumerable: true });
  return nodes;
}

const requireFromHere = () => createRequire(join(process.cwd(), PROMPT_SOURCE));

/** Evaluated code has no module that an `import()` could start from; this one starts from the working directory. */
function importFromHere(specifier: unknown): Promise<unknown> {
  const name = String(specifier);
  const target = /^\.{0,2}\//.test(name) ? pathToFileURL(resolve(name)).href : name;
  // Made from text, so that the bundler leaves it to Node. The text is ours, only its argument is typed.
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function('target', 'return import(target)')(resolved(target)) as Promise<unknown>;
}

/** A package of the working directory rather than one of ours; what only `import` knows is left as it is. */
function resolved(name: string): string {
  if (/^[a-z]+:/.test(name)) return name;
  try {
    const path = requireFromHere().resolve(name);
    return path.includes('/') || path.includes('\\') ? pathToFileURL(path).href : path;
  } catch {
    return name;
  }
}

const asText = (argument: unknown): string => (typeof argument === 'string' ? argument : JSON.stringify(argument));

/** One argument of a call, as it would be typed. */
function asWord(argument: unknown): string {
  const text = asText(argument);
  return /^[\w#:.[\]*/=<>@,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`;
}

/** Promises that lines await now. */
const held = new Set<Promise<unknown>>();

/**
 * What a line awaits is kept alive and ends with Ctrl-C: were it collected as garbage while the inspector waits for it, Node 22 would
 * die of a fatal error ("Promise was collected" is sent in the middle of the collection).
 */
function hold(awaited: unknown): Promise<unknown> {
  const signal = current()?.signal ?? new AbortController().signal;
  const promise = new Promise<unknown>((settle, reject) => {
    const interrupt = () => reject(new CommandError('interrupted', 'the line was interrupted'));
    signal.addEventListener('abort', interrupt, { once: true });
    if (signal.aborted) interrupt();
    Promise.resolve(awaited)
      .then(settle, reject)
      .finally(() => signal.removeEventListener('abort', interrupt));
  });
  held.add(promise);
  const release = () => held.delete(promise);
  promise.then(release, release);
  return promise;
}

/** The same for `for await`. */
async function* each(iterable: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
  const iterator = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  for (;;) {
    const step = (await hold(iterator.next())) as IteratorResult<unknown>;
    if (step.done === true) return;
    yield await step.value;
  }
}

export async function evaluate(
  shell: Shell,
  typed: string,
  signal: AbortSignal,
  blockedMsMax = BLOCKED_MS_MAX,
): Promise<Evaluation> {
  const isObject = /^\s*\{.*\}\s*;?\s*$/s.test(typed) && syntaxOf(`(${typed})`).kind === 'whole';
  const code = isObject ? `(${typed})` : typed;
  const syntax = syntaxOf(code);
  // A program that reads an answer for each line would wait for ever.
  if (syntax.kind === 'more')
    return shell.options.json
      ? { kind: 'syntax', message: 'the JavaScript is not finished: with --json it stands on one line' }
      : { kind: 'more' };
  if (syntax.kind === 'wrong') return { kind: 'syntax', message: syntax.message };
  const inspector = connect(shell);
  const line: Typed = { shell, signal };
  newest = line;
  const startedAt = performance.now();
  const parameters = {
    expression: `${prepared(code, syntax.tree)}\n//# sourceURL=${PROMPT_SOURCE}`,
    replMode: true,
    awaitPromise: true,
    timeout: blockedMsMax,
    silent: true,
  } as Runtime.EvaluateParameterType;
  const answer = await new Promise<Runtime.EvaluateReturnType | Error>((settle) => {
    const post = () => inspector.post('Runtime.evaluate', parameters, (error, result) => settle(error ?? result));
    if (shell.options.interactive || shell.options.isGuest === true) asTyped(line, post);
    else post();
  });
  if (answer instanceof Error) {
    // The inspector's words for it differ from Node to Node.
    const isStopped = performance.now() - startedAt >= blockedMsMax - WATCHDOG_EARLY_MS;
    return {
      kind: 'threw',
      message: isStopped ? `stopped: it ran for more than ${blockedMsMax / 1_000} s` : answer.message,
    };
  }
  if (answer.exceptionDetails !== undefined) return thrown(inspector, answer.exceptionDetails);
  const value = take(inspector, answer.result);
  // Whoever types `peers()` wants to know who they are, not that there is a promise.
  if (types.isPromise(value))
    try {
      return answered(shell, await hold(value));
    } catch (error) {
      return error instanceof CommandError
        ? { kind: 'command-failed', error }
        : { kind: 'threw', message: error instanceof Error ? String(error) : thrownText(error) };
    }
  return answered(shell, value);
}

const answered = (shell: Shell, value: unknown): Evaluation => ({
  kind: 'value',
  value,
  text: value === undefined ? '' : shown(shell, value),
});

const thrownText = (error: unknown) => `thrown: ${inspect(error, { depth: 1 })}`;

function thrown(inspector: Session, { exception, text }: Runtime.ExceptionDetails): Evaluation {
  const error = exception === undefined ? undefined : take(inspector, exception);
  if (error instanceof CommandError) return { kind: 'command-failed', error };
  const said = exception?.subtype === 'error' ? exception.description?.split('\n    at ')[0] : undefined;
  return {
    kind: 'threw',
    message: said ?? (exception === undefined ? text : thrownText(error)),
  };
}

/** Rows of an array are not shown less deep than this: they are what was asked for. */
const ROWS_DEPTH = 1;
/** A value that is shown in more lines is shown less deep. */
const SHOWN_LINES_MAX = 100;

function shown(shell: Shell, value: unknown): string {
  for (let depth = 3; ; depth -= 1) {
    const text = shownTo(shell, value, depth);
    if (depth === (Array.isArray(value) ? ROWS_DEPTH : 0) || text.split('\n').length <= SHOWN_LINES_MAX) return text;
  }
}

function shownTo(shell: Shell, value: unknown, depth: number): string {
  return safeBlock(
    inspect(value, {
      depth,
      colors: shell.paint.on,
      maxArrayLength: 50,
      maxStringLength: 1_000,
      breakLength: Math.min(100, shell.columns() ?? 100),
    }),
  );
}

/** The live value behind a result of the inspector. */
function take(inspector: Session, result: Runtime.RemoteObject): unknown {
  const { objectId, unserializableValue } = result;
  if (objectId === undefined) {
    if (unserializableValue === undefined) return result.value;
    return /n$/.test(unserializableValue) ? BigInt(unserializableValue.slice(0, -1)) : Number(unserializableValue);
  }
  taken = undefined;
  inspector.post('Runtime.callFunctionOn', { objectId, functionDeclaration: `function () { ${TAKE}(this); }` });
  inspector.post('Runtime.releaseObject', { objectId });
  const value = taken;
  taken = undefined;
  return value;
}

/** Names that lines declared with let, const or class, which are no properties of globalThis. */
export function declaredNames(): readonly string[] {
  let names: readonly string[] = [];
  session?.post('Runtime.globalLexicalScopeNames', {}, (error, result) => {
    if (error === null) names = result.names;
  });
  return names;
}

/** The value of a declared name; undefined when there is none. Runs no code. */
export function declaredValue(name: string): unknown {
  const inspector = session;
  if (inspector === null || !declaredNames().includes(name)) return undefined;
  let found: Runtime.RemoteObject | null = null as Runtime.RemoteObject | null;
  // Without replMode, which would answer later.
  const parameters = { expression: name, throwOnSideEffect: true, silent: true };
  inspector.post('Runtime.evaluate', parameters as Runtime.EvaluateParameterType, (error, answer) => {
    if (error === null && answer.exceptionDetails === undefined) found = answer.result;
  });
  return found === null ? undefined : take(inspector, found);
}
