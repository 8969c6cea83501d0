/**
 * The session port on a node in another process: a link goes in, what a console stands on comes out. When the node goes away, it is looked
 * for until it is there again or too long gone; what is typed meanwhile is answered by that.
 */
import type { Completion, RunResult, SessionEvent, ShellSession } from '../session.ts';
import { nodeText } from './find.ts';
import { INTERRUPT_MS, RETRY_MS, RETURN_MS } from './limits.ts';
import { type Link, tooLong } from './link.ts';
import type { NodeFacts, Reply } from './protocol.ts';

export interface RemoteOptions {
  readonly link: Link;
  /** Another link to the same node; null when it is not there. */
  readonly again: (node: NodeFacts) => Promise<Link | null>;
}

/** How a session ended: the client left, or the node did and came not back. */
export type RemoteEnd = 'left' | 'gone';

export interface RemoteSession extends ShellSession {
  readonly ended: Promise<RemoteEnd>;
  rate(): number;
  resize(columns: number | null): void;
  /** Leaves at once, whatever runs. */
  leave(): void;
}

const NO_COMPLETION: Completion = { candidates: [], replaces: '', usage: null };
/** What is another one after a link that broke, and what after a node that did. */
const SHELL_ANEW = 'traces and the node looked at are as at the start';
const NODE_ANEW = '! it was started anew: lab, held messages, rules and changed settings are gone';
const AWAY_PROMPT = 'not attached> ';
const RATE = 20;
/** What ends a shell, also one whose node is away. */
const LEAVES = new Set(['quit', 'exit']);

export function openRemoteSession({ link: first, again }: RemoteOptions): RemoteSession {
  const listeners = new Set<(event: SessionEvent) => void>();
  const runs = new Map<number, (result: RunResult) => void>();
  const completions = new Map<number, (completion: Completion) => void>();
  let link: Link | null = null;
  let asked = 0;
  let prompt = AWAY_PROMPT;
  let rate = RATE;
  let isEnded = false;
  let wasToldToStop = false;
  let settle: (end: RemoteEnd) => void = () => undefined;
  const ended = new Promise<RemoteEnd>((resolve) => {
    settle = resolve;
  });

  const tell = (event: SessionEvent) => {
    queueMicrotask(() => {
      for (const listener of [...listeners]) listener(event);
    });
  };
  const say = (text: string) => tell({ kind: 'line', text, answer: true });

  function end(why: RemoteEnd): void {
    if (isEnded) return;
    isEnded = true;
    link?.close();
    drop('');
    settle(why);
    tell({ kind: 'end' });
  }

  /** Nothing that was asked is answered any more. */
  function drop(text: string): void {
    link = null;
    for (const resolve of runs.values()) resolve({ kind: 'aborted', text });
    for (const resolve of completions.values()) resolve(NO_COMPLETION);
    runs.clear();
    completions.clear();
  }

  function attach(to: Link): void {
    link = to;
    to.listen((reply) => {
      if (link !== to || isEnded) return;
      if (reply === null) void lookFor(to.node);
      else take(reply);
    });
  }

  function take(reply: Reply): void {
    switch (reply.kind) {
      case 'result':
        runs.get(reply.id)?.(reply.result);
        runs.delete(reply.id);
        return;
      case 'completion':
        completions.get(reply.id)?.(reply.completion);
        completions.delete(reply.id);
        return;
      case 'line':
      case 'progress':
        return tell(reply);
      case 'prompt':
        prompt = reply.text;
        rate = reply.rate;
        return tell({ kind: 'prompt' });
      case 'lost':
        return say(`… ${reply.count} more, which this terminal was too slow for`);
      case 'refused':
        return say(`! the node let go of this shell: ${reply.message}`);
      case 'end':
        wasToldToStop = reply.why === 'stopped';
        if (reply.why === 'detached') end('left');
        return;
      case 'hello':
        return;
      default:
        reply satisfies never;
    }
  }

  async function lookFor(node: NodeFacts): Promise<void> {
    drop(runs.size === 0 ? '' : '! the node went away; whether the line was done is not known');
    const what = wasToldToStop ? 'has stopped' : 'is gone';
    wasToldToStop = false;
    prompt = AWAY_PROMPT;
    say(`! the node ${what}; looking for it for ${RETURN_MS / 1_000} s, quit leaves`);
    tell({ kind: 'prompt' });
    const until = performance.now() + RETURN_MS;
    while (!isEnded && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      const found = isEnded ? null : await again(node);
      if (found === null) continue;
      if (isEnded) return found.close();
      say(`+ attached again to ${nodeText(found.node)}`);
      // An id is of one life of a node.
      say(found.node.id === node.id ? SHELL_ANEW : NODE_ANEW);
      attach(found);
      return;
    }
    if (isEnded) return;
    say(`! it did not come back in ${RETURN_MS / 1_000} s`);
    end('gone');
  }

  attach(first);
  return {
    ended,
    rate: () => rate,
    leave: () => end('left'),
    resize: (columns) => link?.send({ kind: 'columns', columns }),
    run(input) {
      if (link === null) {
        if (!isEnded && LEAVES.has(input.trim())) queueMicrotask(() => end('left'));
        const message = 'not attached: the node is away';
        const isLeaving = isEnded || LEAVES.has(input.trim());
        return Promise.resolve(
          isLeaving
            ? { kind: 'ok', text: '', value: null }
            : { kind: 'error', code: 'not-attached', message, near: [], text: message, value: null },
        );
      }
      asked += 1;
      const id = asked;
      if (!link.send({ kind: 'run', id, input, json: false })) return Promise.resolve(tooLong(input));
      return new Promise((resolve) => void runs.set(id, resolve));
    },
    interrupt() {
      const [running] = runs.keys();
      if (running === undefined) return;
      link?.send({ kind: 'interrupt' });
      setTimeout(() => {
        runs.get(running)?.({ kind: 'aborted', text: '^C (the node does not answer)' });
        runs.delete(running);
      }, INTERRUPT_MS).unref();
    },
    finish: () => link?.send({ kind: 'finish' }),
    complete(line) {
      if (link === null) return Promise.resolve(NO_COMPLETION);
      asked += 1;
      const id = asked;
      if (!link.send({ kind: 'complete', id, line })) return Promise.resolve(NO_COMPLETION);
      return new Promise((resolve) => void completions.set(id, resolve));
    },
    prompt: () => prompt,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
