/**
 * Opens the control socket of a running node: its own shell goes in; shells of the same node are made for whoever comes through. A node
 * that cannot have one goes on without and says why.
 */
import { VERSION } from '../../util/version.ts';
import { createPaint } from '../color.ts';
import { recordFromNow } from '../record-from-now.ts';
import { safe } from '../render.ts';
import { Shell, type ShellOptions } from '../shell.ts';
import { askToStop } from '../signals.ts';
import type { Startup } from '../startup.ts';
import { ownUid, socketFolders } from './places.ts';
import type { Hello, NodeFacts } from './protocol.ts';
import { type Control, openControl } from './server.ts';

const NO_JAVASCRIPT = 'plain commands only: JavaScript over a socket needs a node that was started with --allow-eval';

/** Where the socket is; null when there is none. */
export async function openDoor(shell: Shell, { allowEval, headless }: Startup): Promise<string | null> {
  const { live } = shell.options;
  const { workshop } = shell;
  if (live === null || ownUid() < 0 || workshop.isClosed) return null;
  let control: Control | null = null;
  let isStopping = false;
  // A second signal would end the program at once.
  const stop = () => {
    if (!isStopping) askToStop();
    isStopping = true;
  };
  const facts = (): NodeFacts => {
    const { nodeId, listening, uptimeMs } = live.node.views.status();
    return {
      id: nodeId,
      address: listening[0] ?? null,
      pid: process.pid,
      peers: live.node.views.ready(),
      uptimeMs,
      version: VERSION,
      isHeadless: headless,
      shells: control?.shells ?? 0,
    };
  };
  try {
    control = await openControl(
      { facts, openShell: (hello, isJson) => guestShell(shell, hello, isJson, allowEval), stop },
      socketFolders(),
    );
  } catch (error) {
    shell.notices.complain(`nobody can attach: ${safe(error instanceof Error ? error.message : String(error), 600)}`);
    return null;
  }
  if (workshop.isClosed) await control.close();
  else workshop.door = control;
  return control.path;
}

function guestShell(shell: Shell, hello: Hello, isJson: () => boolean, allowEval: boolean): Shell {
  const { live, recorder } = shell.options;
  const options: ShellOptions = {
    ...shell.options,
    workshop: shell.workshop,
    recordLate: recorder === null && live !== null ? () => recordFromNow(live.world) : null,
    paint: createPaint(hello.color),
    get json() {
      return isJson();
    },
    interactive: hello.role === 'attach',
    isReadOnly: hello.isReadOnly,
    folder: hello.folder,
    isQuiet: !hello.wantsNews,
    isGuest: true,
    noJavaScript: allowEval && !hello.isReadOnly ? null : NO_JAVASCRIPT,
  };
  const guest = new Shell(options);
  guest.notices.start();
  return guest;
}
