/** The last lines of a node as its record has them: a recorder and a name go in, copies come out by connection. It keeps nothing itself. */
import { encodeMessage, type Message } from '../wire/messages.ts';
import { emptyRow } from './columns.ts';
import { RECV, SEND } from './kinds.ts';
import type { Recorder } from './recorder.ts';
import type { LastLines, RingLine } from './ring.ts';

export function recordedLines(recorder: Recorder, name: string): LastLines {
  const { columns } = recorder;
  const row = emptyRow();

  /** Null: it is no line of that node. */
  function lineAt(index: number): RingLine | null {
    columns.read(index, row);
    const { at, kind, end, payload } = row;
    if ((kind !== SEND && kind !== RECV) || recorder.nodes.all[row.node]?.name !== name) return null;
    const line = typeof payload === 'string' ? payload : payload === null ? '' : encodeMessage(payload as Message);
    return { at, n: end?.n ?? 0, direction: kind === SEND ? 'sent' : 'received', line };
  }

  function lastOf(most: number, n: number | null): RingLine[] {
    const found: RingLine[] = [];
    for (let index = columns.last; index >= columns.first && found.length < most; index -= 1) {
      const line = lineAt(index);
      if (line !== null && (n === null || line.n === n)) found.push(line);
    }
    return found.reverse();
  }

  return {
    of: (n, most) => lastOf(most, n),
    last: (most) => lastOf(most, null),
    mark: () => columns.last,
    after(mark, most) {
      const found: RingLine[] = [];
      for (let index = Math.max(mark + 1, columns.first); index <= columns.last && found.length < most; index += 1) {
        const line = lineAt(index);
        if (line !== null) found.push(line);
      }
      return found;
    },
  };
}
