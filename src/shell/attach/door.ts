/**
 * Opens the control socket of a running node: the node goes in; shells of it are made for whoever comes through, each like the node's own. A
 * node that cannot have a socket goes on without and says why.
 */
import type { NodePort } from '../../core/world.ts';
import { VERSION } from '../../util/version.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { askToStop } from '../signals.ts';
import type { Startup } from '../startup.ts';
import { ownUid, socketFolders } from './places.ts';
import type { Hello, NodeFacts } from './protocol.ts';
import { type Control, openControl } from './server.ts';

export interface Door {
  readonly path: string;
  /** Everybody leaves. */
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly node: NodePort;
  readonly startup: Startup;
  /** The node's own shell; not asked for before somebody comes. */
  readonly shellOf: () => Promise<Shell>;
  readonly complain: (message: string) => void;
}

/** null: there is none. */
export async function openDoor({ node, startup, shellOf, complain }: DoorOptions): Promise<Door | null> {
  if (ownUid() < 0) return null;
  let control: Control | null = null;
  let isStopping = false;
  // A second signal would end the program at once.
  const stop = () => {
    if (!isStopping) askToStop();
    isStopping = true;
  };
  const facts = (): NodeFacts => {
    const { nodeId, listening, uptimeMs } = node.views.status();
    return {
      id: nodeId,
      address: listening[0] ?? null,
      pid: process.pid,
      peers: node.views.ready(),
      uptimeMs,
      version: VERSION,
      isHeadless: startup.headless,
      shells: control?.shells ?? 0,
    };
  };
  const openShell = async (hello: Hello, isJson: () => boolean) => {
    const { guestShell } = await import('./guest-shell.ts');
    return guestShell(await shellOf(), hello, isJson, startup.allowEval);
  };
  try {
    control = await openControl({ facts, openShell, stop }, socketFolders());
  } catch (error) {
    complain(`nobody can attach: ${safe(error instanceof Error ? error.message : String(error), 600)}`);
  }
  return control;
}
