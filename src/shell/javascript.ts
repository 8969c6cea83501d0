/**
 * JavaScript at the prompt: code goes in; a value, a throw, or "more input is needed" comes out. It runs in this process on the live
 * objects, through the inspector, so that top-level await works and a loop without end is stopped.
 */
import { type Runtime, Session } from 'node:inspector';
import { inspect } from 'node:util';
import { Parser } from 'acorn';
import type { Shell } from './shell.ts';

export type Evaluation =
  | { readonly kind: 'value'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'threw'; readonly message: string }
  | { readonly kind: 'syntax'; readonly message: string }
  | { readonly kind: 'more' };

/** Synchronous code that runs longer than this is stopped. */
const BLOCKED_MS_MAX = 5_000;
const TAKE = '__peershTake';

let session: Session | null = null;
let taken: unknown;

function connect(shell: Shell): Session {
  if (session !== null) return session;
  session = new Session();
  session.connect();
  const scope = globalThis as Record<string, unknown>;
  Object.defineProperty(scope, TAKE, {
    value: (value: unknown) => {
      taken = value;
    },
    enumerable: false,
  });
  const define = (name: string, get: () => unknown) =>
    Object.defineProperty(scope, name, {
      get,
      set: (value: unknown) => {
        Object.defineProperty(scope, name, { value, writable: true, configurable: true });
      },
      configurable: true,
      enumerable: false,
    });
  define('node', () => shell.node.state);
  define('world', () => shell.world);
  define('_', () => shell.lastRows);
  for (const command of shell.commands) {
    if (command.name in globalThis) continue;
    const call = async (...words: unknown[]) =>
      (await shell.call(command, words.map(asWord).join(' '), new AbortController().signal)).value;
    define(command.name, () => call);
  }
  return session;
}

/** One argument of a call, as it would be typed. */
function asWord(argument: unknown): string {
  const text = typeof argument === 'string' ? argument : JSON.stringify(argument);
  return /^[\w#:.[\]*/=<>@,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`;
}

/** `whole`; `more` when the parser stumbled at the very end, so that further lines may follow; else what is wrong. */
function syntaxOf(code: string): string {
  try {
    Parser.parse(code, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: false,
    });
    return 'whole';
  } catch (error) {
    const { pos = 0, message } = error as Error & { pos?: number };
    const open = pos >= code.trimEnd().length || /^Unterminated (template|comment)/.test(message);
    return open ? 'more' : message;
  }
}

export async function evaluate(shell: Shell, code: string): Promise<Evaluation> {
  const expression = /^\s*\{.*\}\s*;?\s*$/s.test(code) && syntaxOf(`(${code})`) === 'whole' ? `(${code})` : code;
  const syntax = syntaxOf(expression);
  if (syntax === 'more' && shell.options.interactive) return { kind: 'more' };
  if (syntax !== 'whole')
    return { kind: 'syntax', message: syntax === 'more' ? 'the JavaScript is not finished' : syntax };
  const inspector = connect(shell);
  const answer = await new Promise<Runtime.EvaluateReturnType | Error>((resolve) => {
    inspector.post(
      'Runtime.evaluate',
      {
        expression,
        replMode: true,
        awaitPromise: true,
        timeout: BLOCKED_MS_MAX,
        userGesture: false,
        silent: true,
      } as Runtime.EvaluateParameterType,
      (error, result) => resolve(error ?? result),
    );
  });
  if (answer instanceof Error) {
    const isStopped = answer.message.includes('terminated');
    return {
      kind: 'threw',
      message: isStopped ? `stopped: it ran for more than ${BLOCKED_MS_MAX / 1_000} s` : answer.message,
    };
  }
  if (answer.exceptionDetails !== undefined) {
    const { exception, text } = answer.exceptionDetails;
    return {
      kind: 'threw',
      message: (exception?.description ?? String(exception?.value ?? text)).split('\n    at ')[0] ?? text,
    };
  }
  const value = take(inspector, answer.result);
  return {
    kind: 'value',
    value,
    text:
      value === undefined
        ? ''
        : inspect(value, {
            depth: 3,
            colors: shell.paint.on,
            maxArrayLength: 50,
            maxStringLength: 1_000,
            breakLength: 100,
          }),
  };
}

/** The live value behind a result of the inspector. */
function take(inspector: Session, result: Runtime.RemoteObject): unknown {
  if (result.objectId === undefined)
    return result.unserializableValue === undefined
      ? result.value
      : Number(result.unserializableValue.replace(/n$/, ''));
  taken = undefined;
  inspector.post('Runtime.callFunctionOn', {
    objectId: result.objectId,
    functionDeclaration: `function () { ${TAKE}(this); }`,
  });
  inspector.post('Runtime.releaseObject', { objectId: result.objectId });
  const value = taken;
  taken = undefined;
  return value;
}
