/**
 * The control socket of a node: folders to choose from and the node go in; a listening socket comes out that only this user can connect to,
 * or one clear error. Every client is a guest of its own; closing takes the socket away.
 */
import { lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { safe } from '../render.ts';
import { isAnswered, removeStale, socketName } from './find.ts';
import { encode } from './frames.ts';
import type { Guest, Host } from './guest.ts';
import { CLIENTS_MAX, LAST_FRAMES_MS } from './limits.ts';
import { codeOf, ownUid, whyNotMade, whyTooLong } from './places.ts';

export interface Control {
  readonly path: string;
  /** How many clients have a shell. */
  readonly shells: number;
  /** Tells every client that the node stops. Settles soon, whether they read it or not. */
  close(): Promise<void>;
}

/** Names that are tried in a folder: another namespace of processes may have ours, too. */
const NAMES_MAX = 8;

export async function openControl(host: Host, folders: readonly string[]): Promise<Control> {
  const troubles: string[] = [];
  for (const folder of folders) {
    const why = whyNotMade(folder);
    if (why === null) return listenIn(folder, host);
    troubles.push(why);
  }
  throw new Error(troubles.join('; '));
}

async function listenIn(folder: string, host: Host): Promise<Control> {
  /** Connected, and not yet guests. */
  const coming = new Set<Socket>();
  const guests = new Set<Guest>();

  /** What a guest needs is loaded with the first. */
  async function takeIn(socket: Socket): Promise<void> {
    const { Guest } = await import('./guest.ts');
    if (!coming.delete(socket) || socket.destroyed) return;
    const guest = new Guest(socket, host);
    guests.add(guest);
    socket.on('close', () => guests.delete(guest));
    socket.resume();
  }

  const server = createServer({ pauseOnConnect: true }, (socket) => {
    // What went wrong with a socket is followed by its close.
    socket.on('error', () => undefined);
    if (coming.size + guests.size >= CLIENTS_MAX) {
      const message = `there are ${CLIENTS_MAX} shells on this node already`;
      socket.end(encode({ kind: 'refused', code: 'full', message }));
      setTimeout(() => socket.destroy(), LAST_FRAMES_MS);
      return;
    }
    coming.add(socket);
    socket.on('close', () => coming.delete(socket));
    void takeIn(socket);
  });
  const path = await listenOnOne(server, folder);
  // A client whose connection breaks while it is taken in is nobody's mistake.
  server.on('error', () => undefined);
  const remove = () => {
    try {
      unlinkSync(path);
    } catch {
      // It is gone already.
    }
  };
  process.on('exit', remove);
  return {
    path,
    get shells() {
      return [...guests].filter(({ isAttached }) => isAttached).length;
    },
    async close() {
      process.off('exit', remove);
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const guest of guests) guest.stop();
      for (const socket of coming) socket.destroy();
      await closed;
      remove();
    },
  };
}

async function listenOnOne(server: Server, folder: string): Promise<string> {
  for (let at = 0; ; at += 1) {
    const path = join(folder, socketName(process.pid, at));
    const tooLong = whyTooLong(path);
    if (tooLong !== null) throw new Error(tooLong);
    try {
      await listen(server, path);
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || at === NAMES_MAX) throw error;
      // Our own process made none yet: what has our name was left behind, or is another namespace's.
      if (!(await isAnswered(path)) && removeStale(path)) at -= 1;
    }
  }
}

/** Never reachable for others, not even for a moment: the system makes the socket within the call, with the mode that is left. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        const wrong = whyNotClosed(path);
        if (wrong === null) resolve();
        else server.close(() => reject(new Error(wrong)));
      });
    } finally {
      process.umask(before);
    }
  });
}

function whyNotClosed(path: string): string | null {
  const status = lstatSync(path);
  if (status.isSocket() && status.uid === ownUid() && (status.mode & 0o777) === 0o600) return null;
  return `${safe(path, 300)} is not closed to other users (mode ${(status.mode & 0o777).toString(8)}, uid ${status.uid})`;
}
