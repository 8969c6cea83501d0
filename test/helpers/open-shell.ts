// A shell on one node of a small network in the simulated world: lines go in, answers come out, virtual time moves only while
// a command waits. It reads no .noderc and draws nothing.
import assert from 'node:assert/strict';
import type { NodePort } from '../../src/core/world.ts';
import type { Settings } from '../../src/settings.ts';
import { completeLine } from '../../src/shell/complete.ts';
import type { Shell } from '../../src/shell/shell.ts';
import type { SimWorld } from '../../src/sim/world.ts';
import { createSim } from './grow.ts';
import { createTestLabs } from './labs.ts';
import { liveShell } from './live-shell.ts';
import { placeOf, reach, spawn } from './meet.ts';

export interface OpenShellOptions {
  /** Nodes that dial ours; 2 unless told. */
  readonly peers?: number;
  readonly interactive?: boolean;
  readonly json?: boolean;
  readonly settings?: Partial<Settings>;
}

interface Failed {
  readonly code: string;
  readonly message: string;
  readonly [name: string]: unknown;
}

export interface OpenShell {
  readonly world: SimWorld;
  readonly shell: Shell;
  readonly node: NodePort;
  /** The others, in the order in which they came. */
  readonly others: readonly NodePort[];
  /** Lines that came of their own accord or while a command ran. */
  readonly printed: string[];
  /** What a person reads; the line must not fail. */
  readonly text: (line: string) => Promise<string>;
  /** What --json gives; the line must not fail. */
  readonly value: <Value>(line: string) => Promise<Value>;
  /** The error; it must be one line. */
  readonly failure: (line: string) => Promise<Failed>;
  /** Candidates of Tab at the end of the line, and the usage when there are none. */
  readonly tab: (line: string) => { readonly candidates: readonly string[]; readonly usage: string | null };
  /** Moves the time. */
  readonly pass: (ms: number) => Promise<void>;
}

export async function openShell(options: OpenShellOptions = {}): Promise<OpenShell> {
  const world = createSim(5, 20);
  const node = await spawn(world, 'n1', options.settings === undefined ? {} : { settings: options.settings });
  const printed: string[] = [];
  const shell = liveShell(world, node, { ...options, labs: createTestLabs() });
  shell.notices.start();
  shell.printTo((text) => void printed.push(text));
  const others: NodePort[] = [];
  for (let i = 0; i < (options.peers ?? 2); i += 1) {
    others.push(await spawn(world, `n${i + 2}`, { bootstrap: [placeOf(node)] }));
    await reach(world, 'a handshake', () => node.views.ready() === i + 1);
  }
  await world.until(() => false, { limitMs: 1_000 });
  printed.length = 0;
  return {
    world,
    shell,
    node,
    others,
    printed,
    async text(line) {
      const result = await shell.run(line);
      if (result.kind !== 'ok') throw new Error(`${line}: ${JSON.stringify(result)}`);
      return result.text;
    },
    async value<Value>(line: string) {
      const result = await shell.run(line);
      if (result.kind !== 'ok') throw new Error(`${line}: ${JSON.stringify(result)}`);
      return result.value as Value;
    },
    async failure(line) {
      const result = await shell.run(line);
      if (result.kind !== 'error') throw new Error(`${line} did not fail: ${JSON.stringify(result)}`);
      assert.ok(!result.text.includes('\n'), `one line: ${result.text}`);
      const { error } = result.value as { error: Failed };
      assert.equal(error.code, result.code);
      assert.equal(error.message, result.message);
      assert.ok(Array.isArray(error['near']));
      return error;
    },
    tab(line) {
      const { candidates, usage } = completeLine(shell, line);
      return { candidates: candidates.filter((one) => one !== ''), usage };
    },
    async pass(ms) {
      await world.until(() => false, { limitMs: ms });
    },
  };
}

/** Every field is there; those that are not known are null, never absent. */
export function assertFields(value: unknown, fields: readonly string[]): void {
  assert.deepEqual(
    fields.filter((field) => !Object.hasOwn(value as object, field)),
    [],
    'fields that are missing',
  );
  assert.ok(!JSON.stringify(value).includes('undefined'));
  for (const [name, one] of Object.entries(value as object)) assert.notEqual(one, undefined, name);
}
