/**
 * A client's end of a control socket: a path and who asks go in; a link comes out over which requests go and replies come, or one clear
 * error that says why there is none. It takes nothing from a socket that is somebody else's.
 */
import { lstatSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { CommandError, errorValue } from '../errors.ts';
import { safe } from '../render.ts';
import type { RunResult } from '../session.ts';
import { encodeWhole, FrameReader } from './frames.ts';
import { ANSWER_MS } from './limits.ts';
import { codeOf, ownUid, whyNotOurs, whyTooLong } from './places.ts';
import { type Hello, type NodeFacts, PROTOCOL, type Reply, type Request } from './protocol.ts';

/** `silent`: it is there and does not answer; `gone`: nobody is there any more. */
export type WhyNot = 'gone' | 'silent' | 'refused' | 'foreign' | 'long' | 'protocol';

export class NoLink extends CommandError {
  readonly why: WhyNot;

  constructor(why: WhyNot, message: string) {
    super(why, message);
    this.why = why;
  }
}

export interface Link {
  readonly node: NodeFacts;
  /** False: it is longer than a frame may be, and nothing was sent. */
  send(request: Request): boolean;
  /** What comes from now on; at the end null. */
  listen(listener: (reply: Reply | null) => void): void;
  close(): void;
}

export type Who = Omit<Hello, 'kind' | 'protocol'>;

const REFUSED: Readonly<Record<string, readonly [WhyNot, string]>> = {
  ECONNREFUSED: ['gone', 'the node is gone'],
  ENOENT: ['gone', 'there is no such socket'],
  ENOTSOCK: ['gone', 'it is no socket'],
  EACCES: ['foreign', 'it is not open to this user'],
};

export function openLink(path: string, who: Who): Promise<Link> {
  return new Promise((resolve, reject) => {
    const shown = safe(path, 300);
    const fail = (why: WhyNot, message: string) => {
      clearTimeout(limit);
      socket?.destroy();
      reject(new NoLink(why, `${shown}: ${message}`));
    };
    let socket: Socket | null = null;
    const limit = setTimeout(() => fail('silent', 'the node does not answer'), ANSWER_MS);
    const wrong = whyNotTrusted(path);
    if (wrong !== null) return fail(...wrong);
    socket = connect(path);
    const waiting: (Reply | null)[] = [];
    let listener: ((reply: Reply | null) => void) | null = null;
    const tell = (reply: Reply | null) => {
      if (listener === null) waiting.push(reply);
      else listener(reply);
    };
    const open = (own: Socket, node: NodeFacts): Link => ({
      node,
      send: (request) => say(own, request),
      listen(one) {
        listener = one;
        for (const reply of waiting.splice(0)) one(reply);
      },
      close: () => void own.destroy(),
    });
    let isOpen = false;
    const reader = new FrameReader((message) => {
      const reply = message as unknown as Reply;
      if (isOpen) return tell(reply);
      if (reply.kind === 'refused') fail(reply.code === 'protocol' ? 'protocol' : 'refused', safe(reply.message, 300));
      else if (reply.kind === 'hello' && socket !== null) {
        isOpen = true;
        clearTimeout(limit);
        resolve(open(socket, reply.node));
      }
    }, true);
    socket.on('data', (chunk) => {
      const fault = reader.push(chunk);
      if (fault === null) return;
      fail('refused', `what answers there is no node: ${fault}`);
    });
    socket.on('error', (error) => fail(...(REFUSED[codeOf(error)] ?? (['gone', codeOf(error)] as const))));
    socket.on('close', () => {
      fail('gone', 'the node closed the connection');
      if (isOpen) tell(null);
    });
    say(socket, { kind: 'hello', protocol: PROTOCOL, ...who });
  });
}

function say(socket: Socket, request: Request): boolean {
  const frame = encodeWhole(request);
  if (frame !== null) socket.write(frame);
  return frame !== null;
}

/** The answer to a line that cannot be sent. */
export function tooLong(input: string): Extract<RunResult, { kind: 'error' }> {
  const message = `the line has ${input.length} characters, too many for a socket; write it into a file, and source FILE runs it`;
  const error = new CommandError('too-large', message);
  return { kind: 'error', code: error.code, message, near: [], text: message, value: errorValue(error) };
}

/** Whoever made the socket of another user could read what is typed. */
function whyNotTrusted(path: string): readonly [WhyNot, string] | null {
  const tooLong = whyTooLong(path);
  if (tooLong !== null) return ['long', tooLong];
  try {
    const { uid } = lstatSync(path);
    if (uid !== ownUid()) return ['foreign', `it belongs to another user (uid ${uid})`];
  } catch (error) {
    return REFUSED[codeOf(error)] ?? ['gone', codeOf(error)];
  }
  const folder = whyNotOurs(dirname(path));
  return folder === null ? null : ['foreign', folder];
}
