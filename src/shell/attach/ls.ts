/** `peersh ls`: every node of this user that runs, as a table, as JSON or by name; an exit code comes out. */
import { EXIT } from '../errors.ts';
import type { Output } from '../output.ts';
import { age, safe } from '../render.ts';
import { toJson } from '../script.ts';
import { table } from '../table.ts';
import { findNodes, nodeText, targetOf, whereText } from './find.ts';

export type ListForm = 'table' | 'json' | 'targets';

export async function ls(form: ListForm, columns: number | null, out: Output, err: Output): Promise<number> {
  const found = await findNodes();
  if (form === 'json') await out.answer(toJson(found.live.map(({ path, node }) => ({ ...node, socket: path }))));
  else if (form === 'targets') {
    // Completion reads it: what there is to say belongs to nobody then.
    for (const { node } of found.live) await out.answer(`${targetOf(node, found.live)}\t${nodeText(node)}`);
    return EXIT.ok;
  } else if (found.live.length > 0) {
    const rows = found.live.map(({ node }) => [
      safe(node.id.slice(0, 8)),
      safe(node.address ?? '-'),
      String(node.pid),
      String(node.peers),
      age(node.uptimeMs),
      String(node.shells),
    ]);
    const heads = [
      { head: 'id' },
      { head: 'address' },
      { head: 'pid', right: true },
      { head: 'peers', right: true },
      { head: 'up', right: true },
      { head: 'shells', right: true, dropOrder: 1 },
    ];
    await out.answer(await table(heads, rows, columns));
  }
  if (found.live.length === 0) err.notice(`no node runs${whereText(found)}`);
  else for (const trouble of found.troubles) err.notice(`! ${trouble}`);
  return EXIT.ok;
}
