/**
 * What nodes report: an event of a node goes in, its row comes out, with what it came of; connections, dials and addresses that it tells of
 * are known from then on.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Causes } from './causes.ts';
import type { Columns } from './columns.ts';
import { Dials } from './dials.ts';
import type { End, Recorded } from './ends.ts';
import { addEvent } from './event-rows.ts';
import { kindCode } from './kinds.ts';
import type { RecordedNodes } from './recorded-nodes.ts';
import { weightOfEvent } from './weights.ts';

export class NodeReports {
  private readonly columns: Columns;
  private readonly nodes: RecordedNodes;
  private readonly causes: Causes;
  private readonly dials = new Dials();

  constructor(columns: Columns, nodes: RecordedNodes, causes: Causes) {
    this.columns = columns;
    this.nodes = nodes;
    this.causes = causes;
  }

  add(node: Recorded, at: number, event: NodeEvent): void {
    const end = this.endOf(node, event);
    const cause = this.causeOf(node, at, event, end);
    const index = addEvent(this.columns, node, at, kindCode(event.kind), end, cause, event, weightOfEvent(event));
    this.note(node, index, event, end);
    this.causes.reported(node, index);
  }

  /** The end that an event is about; `connected` opens it. */
  private endOf(node: Recorded, event: NodeEvent): End | null {
    if (event.kind === 'connected') {
      const { n, local, remote, address, dir } = event;
      return this.nodes.connected(node, n, { isDialled: dir === 'outbound', local, remote, address });
    }
    if (!('n' in event) || event.n === null) return null;
    const end = node.ends.get(event.n) ?? null;
    // Whoever claims our own id is not us: it stays whoever is at that address.
    if (end !== null && 'id' in event && event.id !== null && event.id !== node.id) {
      end.id = event.id;
      end.address = event.address;
    }
    return end;
  }

  private causeOf(node: Recorded, at: number, event: NodeEvent, end: End | null): number {
    switch (event.kind) {
      // What comes between facts is nobody's doing here.
      case 'saved':
      case 'stopped':
        return 0;
      case 'connected':
        return event.attempt === null ? this.dials.cameFrom(event.remote, node) : (node.dials.get(event.attempt) ?? 0);
      case 'dial-failed':
      case 'dial-merged':
      case 'dialing':
        return node.dials.get(event.attempt) ?? this.causes.of(node, at);
      case 'closed':
        if (end === null) return 0;
        return event.by === 'us' ? end.closedBy : (end.other?.closedBy ?? 0);
      default:
        return this.causes.of(node, at);
    }
  }

  /** What an event changes of what is known. */
  private note(node: Recorded, index: number, event: NodeEvent, end: End | null): void {
    switch (event.kind) {
      case 'listening':
        return this.nodes.listens(node, event.address);
      case 'resolving':
        node.dials.set(event.attempt, index);
        return;
      case 'dialing':
        return this.dials.began(node, event.attempt, event.address, index);
      case 'dial-failed':
        return this.dials.ended(node, event.attempt, event.address);
      case 'dial-merged':
        return this.dials.ended(node, event.attempt, null);
      case 'connected':
        if (event.attempt !== null) this.dials.ended(node, event.attempt, event.address);
        return;
      case 'closed':
        if (end !== null) this.nodes.closed(end);
        this.causes.heard.end = null;
        return;
      default:
        return;
    }
  }
}
