/** `peersh attach`: a target goes in; a console stands on a session over the socket of that node until somebody leaves; an exit code comes out. */
import { createPaint, decideColor } from '../color.ts';
import { startConsole } from '../console/console.ts';
import { type History, openHistory } from '../console/history.ts';
import { openTerminal } from '../console/terminal-writer.ts';
import { EXIT } from '../errors.ts';
import { historyPath } from '../places.ts';
import { count } from '../render.ts';
import { catchSignals, type Ended } from '../signals.ts';
import { findNodes, findTarget, nodeText } from './find.ts';
import { HISTORY_LENGTH_MAX } from './limits.ts';
import { type Link, NoLink, openLink, type Who } from './link.ts';
import type { NodeFacts } from './protocol.ts';
import { openRemoteSession } from './remote-session.ts';

export interface AttachOptions {
  readonly target: string | null;
  readonly isReadOnly: boolean;
  readonly color: boolean | null;
}

/** The terminal is there: whoever calls has looked. Throws a CommandError when there is no node to attach to. */
export async function attach({ target, isReadOnly, color }: AttachOptions): Promise<Ended> {
  const history = openHistory(historyPath());
  const isColoured = decideColor(color, process.env, true);
  const who = (): Who => ({
    role: 'attach',
    columns: process.stdout.columns || null,
    color: isColoured,
    isReadOnly,
    wantsNews: true,
    folder: process.cwd(),
    history: newest(history),
  });
  const found = await findTarget(target);
  const link = await openLink(found.path, who());
  const session = openRemoteSession({ link, again: (node) => linkAgain(found.path, node, who()) });
  const onResize = () => session.resize(process.stdout.columns || null);
  process.stdout.on('resize', onResize);
  const terminal = openTerminal(process.stdout);
  const { done } = startConsole({
    session,
    input: process.stdin,
    output: terminal.output,
    history,
    banner: banner(link.node, isReadOnly, isColoured),
    rate: () => session.rate(),
  });
  let hasHungUp = false;
  void catchSignals(() => session.leave()).then((signal) => {
    hasHungUp = signal === 'SIGHUP';
  });
  const end = await done;
  session.leave();
  process.stdout.off('resize', onResize);
  await terminal.leave();
  const code = (await session.ended) === 'gone' ? EXIT.start : EXIT.ok;
  return { code, hasHungUp: hasHungUp || end.kind === 'terminal' };
}

/** The node behind the same socket, or one that was started anew in its place. */
async function linkAgain(path: string, before: NodeFacts, who: Who): Promise<Link | null> {
  const attempt = (one: string) =>
    openLink(one, who).catch((error: unknown) => {
      if (error instanceof NoLink) return null;
      throw error;
    });
  const same = await attempt(path);
  if (same !== null) return same;
  const { live } = await findNodes();
  const other = live.find(
    ({ node }) => node.id === before.id || (node.address !== null && node.address === before.address),
  );
  return other === undefined ? null : attempt(other.path);
}

function banner(node: NodeFacts, isReadOnly: boolean, isColoured: boolean): string {
  const paint = createPaint(isColoured);
  const only = isReadOnly ? ', to look only' : '';
  return [
    `attached to ${nodeText(node)}, ${count(node.peers, 'peer')}${only}`,
    `type ${paint.strong('help')}; ${paint.strong('quit')} leaves it running${isReadOnly ? '' : `, ${paint.strong('shutdown')} stops it`}`,
  ].join('\n');
}

/** As many lines as the node takes. */
function newest({ lines }: History): string[] {
  let length = 0;
  let from = lines.length;
  while (from > 0 && length + (lines[from - 1] ?? '').length <= HISTORY_LENGTH_MAX) {
    from -= 1;
    length += (lines[from] ?? '').length;
  }
  return lines.slice(from);
}
