/** The world of real sockets: starts and stops nodes of this process on TCP, hands their events and lines to whoever listens. */

import { v4 as uuid4 } from 'uuid';
import { loadEntries, savedEntries } from '../core/book.ts';
import type { NodeEvent } from '../core/events.ts';
import { createNode, giveOrder, startNode } from '../core/node.ts';
import { createViews } from '../core/views.ts';
import type { EventListener, HostPort, LineListener, NodeConfig, NodePort, UntilResult, World } from '../core/world.ts';
import type { Address } from '../wire/address.ts';
import { type BookFile, openBookFile } from './book-file.ts';
import { createDriver, type Driver, type WatchLine } from './driver.ts';

const MS = 1_000;
/** Rule 66: sockets get this long to close by themselves. */
const LINGER_MS = 1_000;

export function createTcpWorld(agent: string): World {
  const began = performance.now();
  const now = () => Math.floor((performance.now() - began) * MS);
  const nodes: NodePort[] = [];
  const eventListeners = new Set<EventListener>();
  const lineListeners = new Set<LineListener>();

  function tell(port: NodePort, event: NodeEvent): void {
    for (const listener of [...eventListeners]) listener(port, event);
  }

  async function spawn(config: NodeConfig): Promise<NodePort> {
    const node = createNode({
      id: uuid4(),
      agent: config.settings.agent || agent,
      settings: config.settings,
      bootstrap: config.bootstrap,
    });
    const driver: Driver = createDriver(node, Math.random, {
      now,
      onEvent: (event) => tell(port, event),
      onLine: () => (lineListeners.size === 0 ? null : passLine),
    });
    const passLine: WatchLine = (n, direction, line, message) => {
      for (const listener of lineListeners) listener(port, n, direction, line, message);
    };
    const views = createViews(node, now);
    const book = config.data === null ? null : openBookFile(config.data);
    let saving: NodeJS.Timeout | null = null;
    let stopped: Promise<void> | null = null;
    const port: NodePort = {
      name: config.name,
      state: node,
      views,
      order: (order) => driver.handle(() => giveOrder(node, driver.context, order)),
      listen: async (at) => (await driver.listen(at)).text,
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };

    async function stop(): Promise<void> {
      if (saving !== null) clearTimeout(saving);
      await driver.stop(Math.min(LINGER_MS, node.settings['stop.timeout'] / MS));
      if (book !== null) await save(book);
      nodes.splice(nodes.indexOf(port), 1);
      tell(port, { kind: 'stopped' });
    }

    let diskTrouble = false;
    async function save(file: BookFile): Promise<void> {
      const entries = savedEntries(node.book, now());
      try {
        await file.write(entries);
        diskTrouble = false;
        tell(port, { kind: 'saved', addresses: entries.length });
      } catch (error) {
        if (!diskTrouble)
          tell(port, {
            kind: 'error',
            message: `the address book could not be saved (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`,
          });
        diskTrouble = true;
      }
    }

    function saveLater(file: BookFile): void {
      saving = setTimeout(
        () => void save(file).then(() => stopped === null && saveLater(file)),
        node.settings['book.save'] / MS,
      );
      saving.unref();
    }

    const listening = await listenFirst(driver, config.listen);
    let trouble: string | null = null;
    if (book !== null) {
      const saved = await book.read();
      trouble = saved.trouble;
      loadEntries(node.book, node.settings, now() - saved.agedS * MS * MS, saved.entries);
    }
    nodes.push(port);
    driver.handle(() => startNode(node, driver.context, listening));
    driver.startListening();
    if (trouble !== null) tell(port, { kind: 'error', message: trouble });
    if (book !== null) saveLater(book);
    return port;
  }

  return {
    kind: 'tcp',
    now,
    nodes: () => nodes,
    spawn,
    until(test, { limitMs, signal }) {
      return new Promise<UntilResult>((resolve) => {
        const end = (result: UntilResult) => {
          clearTimeout(limit);
          eventListeners.delete(listener);
          signal?.removeEventListener('abort', onAbort);
          resolve(result);
        };
        const onAbort = () => end({ kind: 'aborted' });
        const listener: EventListener = (node, event) => {
          if (test(node, event)) end({ kind: 'event', node, event });
        };
        const limit = setTimeout(() => end({ kind: 'timeout' }), Math.min(limitMs, 2_147_483_647));
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort);
        eventListeners.add(listener);
      });
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onLine(listener) {
      lineListeners.add(listener);
      return () => lineListeners.delete(listener);
    },
    async close() {
      await Promise.all([...nodes].map((node) => node.stop()));
    },
  };
}

/** The first address of the list that is free; the last one's error when none is. */
async function listenFirst(driver: Driver, choices: readonly HostPort[]): Promise<Address[]> {
  for (const [index, choice] of choices.entries()) {
    try {
      return [await driver.listen(choice)];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || index === choices.length - 1)
        throw Object.assign(new Error(`cannot listen on ${choice.host}:${choice.port}`), { code, cause: error });
    }
  }
  return [];
}
