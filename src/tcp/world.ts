/**
 * The world of real sockets: starts and stops nodes of this process on TCP, hands their events and lines to whoever
 * listens.
 */
import { v4 as uuid4 } from 'uuid';
import { createAudience } from '../core/audience.ts';
import { loadBans, savedBans } from '../core/bans-saved.ts';
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import { CUT_OFF_US, FILES_KEPT, MILLISECOND_US, SECOND_US, STOP_US_MAX } from '../core/limits.ts';
import { createNode, giveOrder, loadBook, saveBook, startNode } from '../core/node.ts';
import type { NodeState } from '../core/state.ts';
import { createTranscripts } from '../core/transcript.ts';
import { createViews } from '../core/views.ts';
import { createWitnesses } from '../core/witness.ts';
import type {
  HostPort,
  NodeConfig,
  NodePort,
  Order,
  OrderAnswer,
  UntilOptions,
  UntilResult,
  World,
} from '../core/world.ts';
import type { SettingKey } from '../settings.ts';
import type { Address } from '../wire/address.ts';
import { type BookFile, openBookFile } from './book-file.ts';
import { createClock, TIMER_MS_MAX } from './clock.ts';
import { createDriver } from './driver.ts';
import type { Driver, WatchLine } from './driver-port.ts';
import { openFilesMax } from './file-limit.ts';
import { createSecretRandom } from './random.ts';
import { createTcpTap } from './tap.ts';

/** `agent` is what hello says we are where the setting `agent` is empty; `filesMax` tells how many files may be open. */
export function createTcpWorld(agent: string, filesMax: () => number = openFilesMax): World {
  const clock = createClock();
  const { now } = clock;
  const audience = createAudience();
  const witnesses = createWitnesses();
  const nodes: NodePort[] = [];
  const names = new Set<string>();
  const starting = new Set<Promise<NodePort>>();
  const waits = new Set<() => void>();
  const contexts = new Map<string, Context>();
  const transcripts = createTranscripts(() => contexts);
  const hand = createTcpTap(clock, () => witnesses.current);
  let closed = false;

  function spawn(config: NodeConfig): Promise<NodePort> {
    if (closed) return Promise.reject(new Error('this world is closed'));
    if (names.has(config.name)) return Promise.reject(new Error(`there is a node ${config.name} already`));
    names.add(config.name);
    const start = startOne(config).catch((error: unknown) => {
      names.delete(config.name);
      throw error;
    });
    starting.add(start);
    const settled = () => starting.delete(start);
    start.then(settled, settled);
    return start;
  }

  async function startOne(config: NodeConfig): Promise<NodePort> {
    const { settings, bootstrap } = config;
    const node = createNode({ id: uuid4(), agent: settings.agent || agent, settings, bootstrap });
    const tooMany = tooManyPeers(node, filesMax());
    if (tooMany !== null) node.settings = { ...settings, 'peers.max': tooMany.most };
    const passLine: WatchLine = (n, direction, line, message) => audience.pass(port, n, direction, line, message);
    const tell = (event: NodeEvent) => {
      witnesses.current?.event(config.name, now(), event);
      audience.tell(port, event);
    };
    const driver: Driver = createDriver(node, createSecretRandom(), {
      clock,
      name: config.name,
      nextNumber: hand.nextNumber,
      gate: hand.gateOf(config.name),
      onEvent(event) {
        hand.note(config.name, event);
        tell(event);
      },
      witness: () => witnesses.current,
      onLine: () => (audience.watchesLines() ? passLine : null),
    });
    hand.join(config.name, node, driver);
    contexts.set(config.name, driver.context);
    transcripts.join(config.name, driver.context);
    const book = config.data === null ? null : openBookFile(config.data);
    let saving: NodeJS.Timeout | undefined;
    let stopped: Promise<void> | null = null;
    let diskTrouble = false;
    let areBansStale = false;
    let isSavingBans = false;
    const port: NodePort = {
      name: config.name,
      state: node,
      views: createViews(node, now),
      order,
      listen: async (at) => (await listenFirst(driver, [at]))[0]?.text ?? '',
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };

    function leave(): void {
      hand.leave(config.name);
      contexts.delete(config.name);
    }

    function order(one: Order): OrderAnswer {
      const answer = driver.handle({ kind: 'order', order: one }, () => giveOrder(node, driver.context, one));
      if (one.kind === 'set' && answer.ok) heed(one.key);
      if ((one.kind === 'ban' || one.kind === 'unban') && answer.ok && book !== null) saveBans(book);
      return answer;
    }

    function heed(key: SettingKey): void {
      driver.heedSettings();
      const lowered = key === 'peers.max' ? tooManyPeers(node, filesMax()) : null;
      if (lowered === null) return;
      order({ kind: 'set', key, value: lowered.most });
      tell({ kind: 'error', message: lowered.said });
    }

    async function stop(): Promise<void> {
      const limitMs = Math.min(STOP_US_MAX, node.settings['stop.timeout']) / MILLISECOND_US;
      const until = performance.now() + limitMs;
      clearTimeout(saving);
      await driver.stop(Math.min(CUT_OFF_US / MILLISECOND_US, limitMs));
      if (book !== null) await atMost(save(book), until - performance.now());
      nodes.splice(nodes.indexOf(port), 1);
      names.delete(config.name);
      leave();
      tell({ kind: 'stopped' });
    }

    async function save(file: BookFile): Promise<void> {
      const entries = saveBook(node, now());
      try {
        await file.write(entries, savedBans(node, now()));
        diskTrouble = false;
        tell({ kind: 'saved', addresses: entries.length });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const said = `the address book ${file.path} could not be saved (${code ?? message})`;
        if (!diskTrouble) tell({ kind: 'error', message: said });
        diskTrouble = true;
      }
    }

    /** Nothing but a user makes a ban, so that a killed node must not forget it. One write at a time, for all of one turn. */
    function saveBans(file: BookFile): void {
      areBansStale = true;
      if (isSavingBans) return;
      isSavingBans = true;
      setImmediate(() => void saveStaleBans(file));
    }

    async function saveStaleBans(file: BookFile): Promise<void> {
      while (areBansStale && stopped === null) {
        areBansStale = false;
        await save(file);
      }
      isSavingBans = false;
    }

    function saveLater(file: BookFile): void {
      const saveNow = async () => {
        await save(file);
        if (stopped === null) saveLater(file);
      };
      saving = setTimeout(() => void saveNow(), node.settings['book.save'] / MILLISECOND_US);
      saving.unref();
    }

    try {
      const listening = await listenFirst(driver, config.listen);
      const saved = await book?.read();
      if (saved !== undefined) {
        loadBook(node, driver.context, saved.entries, saved.agedS * SECOND_US);
        loadBans(node, now(), saved.bans, saved.agedS * SECOND_US);
      }
      nodes.push(port);
      driver.handle({ kind: 'join', id: node.id }, () => startNode(node, driver.context, listening));
      driver.startListening();
      if (tooMany !== null) tell({ kind: 'error', message: tooMany.said });
      if (saved?.trouble) tell({ kind: 'error', message: saved.trouble });
      if (book !== null) saveLater(book);
    } catch (error) {
      if (nodes.includes(port)) nodes.splice(nodes.indexOf(port), 1);
      await driver.stop(0);
      leave();
      throw error;
    }
    return port;
  }

  function until(test: Parameters<World['until']>[0], { limitMs, signal }: UntilOptions): Promise<UntilResult> {
    return new Promise<UntilResult>((resolve, reject) => {
      const leave = () => {
        clearTimeout(limit);
        unlisten();
        waits.delete(abort);
        signal?.removeEventListener('abort', abort);
      };
      const end = (result: UntilResult) => {
        leave();
        resolve(result);
      };
      const abort = () => end({ kind: 'aborted' });
      const unlisten = audience.onEvent((node, event) => {
        try {
          if (test(node, event)) end({ kind: 'event', node, event });
        } catch (error) {
          // The one who waits is told, not the node.
          leave();
          reject(error);
        }
      });
      const limit = setTimeout(() => end({ kind: 'timeout' }), Math.min(limitMs, TIMER_MS_MAX));
      waits.add(abort);
      signal?.addEventListener('abort', abort);
      if (closed || signal?.aborted) abort();
    });
  }

  return {
    kind: 'tcp',
    tap: hand.port,
    now,
    nodes: () => nodes,
    spawn,
    until,
    onEvent: audience.onEvent,
    onLine: audience.onLine,
    witness: (one) => witnesses.add(one),
    transcribe: (scribeOf) => transcripts.begin(scribeOf),
    async close() {
      closed = true;
      await Promise.allSettled(starting);
      await Promise.all(nodes.map((node) => node.stop()));
      for (const abort of [...waits]) abort();
      hand.stop();
    },
  };
}

/** Rule 49: no more peers than the process may open files for. Null where the setting asks for no more, else what it is to be and a line for a person. */
function tooManyPeers(node: NodeState, files: number): { readonly most: number; readonly said: string } | null {
  const most = Math.max(1, files - FILES_KEPT);
  const wanted = node.settings['peers.max'];
  if (wanted <= most) return null;
  return { most, said: `peers.max is ${most}, not ${wanted}: this process may open only ${files} files (ulimit -n)` };
}

/** The first address of the list that is free; the last one's error when none is. */
async function listenFirst(driver: Driver, choices: readonly HostPort[]): Promise<Address[]> {
  for (const [index, choice] of choices.entries()) {
    try {
      return [await driver.listen(choice)];
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const address = `${choice.host.includes(':') ? `[${choice.host}]` : choice.host}:${choice.port}`;
      if (code === 'EADDRINUSE' && index < choices.length - 1) continue;
      const said = `cannot listen on ${address} (${code ?? message})`;
      throw Object.assign(new Error(said, { cause: error }), { code, address });
    }
  }
  return [];
}

/** Waits for work that may be stuck, a dead disk for one, but no longer than this. */
function atMost(work: Promise<void>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, Math.max(0, limitMs));
    void work.finally(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}
