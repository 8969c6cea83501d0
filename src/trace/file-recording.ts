/** A recording that was read from a file, asked like one that is being made: a header and its events go in, a Recording comes out. */
import { readExpression } from '../query/check.ts';
import type { Trace, TraceEvent, TraceHeader, TraceNode } from './event.ts';
import { RECORD_KINDS } from './kinds.ts';
import { matcherOf } from './matching.ts';
import type { Recording } from './recording.ts';

export class FileRecording implements Recording {
  /** As it was typed. */
  readonly path: string;
  private readonly trace: Trace;

  constructor(path: string, trace: Trace) {
    this.path = path;
    this.trace = { header: { ...trace.header, nodes: everybody(trace) }, events: trace.events };
  }

  header(): TraceHeader {
    return this.trace.header;
  }

  events(): readonly TraceEvent[] {
    return this.trace.events;
  }

  match(text: string): TraceEvent[] {
    const { nodes } = this.trace.header;
    const there = {
      names: nodes.map(({ name }) => name),
      idOf: (name: string) => nodes.find((node) => node.name === name)?.id ?? null,
      addressOf: (name: string) => nodes.find((node) => node.name === name)?.address ?? null,
    };
    const { asked, holds } = matcherOf(readExpression(text, { nodes: there.names, kinds: RECORD_KINDS }), there);
    return this.trace.events.filter((event) => {
      asked.read(event);
      return holds();
    });
  }

  get count(): number {
    return this.trace.events.length;
  }

  readonly forgotten = 0;

  get missing(): number {
    return (this.trace.events[0]?.i ?? 1) - 1;
  }
}

/** A header is written first, so peers that came later are known by their events only: by an id, or by an address. */
function everybody({ header, events }: Trace): TraceNode[] {
  const nodes = new Map(header.nodes.map((node) => [node.name, node]));
  for (const { n, k, peer, text } of events) {
    if (n !== '' && !nodes.has(n)) nodes.set(n, { name: n, id: null, address: null });
    if (peer === null || (nodes.has(peer) && k !== 'ready')) continue;
    const known = nodes.get(peer);
    const isAddress = peer.includes(':');
    // The word after the direction is where it listens.
    const address = known?.address ?? (k === 'ready' ? (text?.split(' ')[1] ?? null) : isAddress ? peer : null);
    nodes.set(peer, { name: peer, id: known?.id ?? (isAddress ? null : peer), address });
  }
  return [...nodes.values()];
}
