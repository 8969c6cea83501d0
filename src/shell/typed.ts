/**
 * Whose mistake an error is that nobody caught: an error goes in, whether typed JavaScript is to blame comes out. Our own must never be
 * taken for the user's, since the node then goes on in a state that nobody knows (rule 10).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CommandError } from './errors.ts';

/** What V8 calls the code that was typed, in the stack of its errors. */
export const PROMPT_SOURCE = 'peersh-prompt';

/** Who typed the line that set something going: its timers, its sockets, what it awaits. */
const typed = new AsyncLocalStorage<object>();

/** From the first call on every promise of a Node before 24 costs more, which is nothing new only where there is a REPLServer. */
export const asTyped = <Result>(by: object, run: () => Result): Result => typed.run(by, run);

/** What was given for the line that this is of; undefined when it is of none. */
export const typedBy = (): object | undefined => typed.getStore();

/** Ask within the handler of the error, where it is still known what the error came from. */
export function isOfPrompt(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof CommandError) return true;
  if (error.stack?.includes(`${PROMPT_SOURCE}:`) === true) return true;
  return typed.getStore() !== undefined && isOfSystem(error);
}

/** A socket or file of nobody's code failed: no frame but Node's. A command that was called from typed code has frames of ours. */
function isOfSystem(error: Error): boolean {
  if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') return false;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return frames.every((frame) => frame.includes('node:'));
}
