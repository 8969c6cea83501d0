/**
 * Perfetto and chrome://tracing: a trace goes in, the pieces of Chrome's JSON come out: a process for each node, a thread for each of its
 * connections, a slice where a line left and where it came with an arrow between, how long it was under way, and how many were.
 */
import { asciiOnly } from '../../util/ascii.ts';
import type { Trace, TraceEvent } from '../event.ts';
import { laneOf } from '../lanes.ts';
import { forEach } from '../pace.ts';
import { isOfLine, lineCome, lineSent, outcomeOf, type Passage, passagesOf, verdictText } from '../passages.ts';
import type { Exporter } from './exporter.ts';
import { shortened } from './names.ts';

/** Nothing here has a length, and a slice without one is not drawn. */
const SLICE_US = 1;

type Entry = Readonly<Record<string, unknown>>;

const written = (entry: Entry) => asciiOnly(JSON.stringify(entry));
/** Microseconds; the trace has milliseconds with them behind the point. */
const micros = ({ t }: TraceEvent) => Math.round(t * 1_000);

function* pieces(trace: Trace): Generator<string, void> {
  const passages = yield* passagesOf(trace);
  const { lanes } = passages;
  const threads = new Map<string, number>();
  const underWay = new Map<number, number>();
  let entries: Entry[] = [];

  /** Thread 0 of a node is for what happens on no connection. */
  const threadOf = (lane: number, connection: string | null): number => {
    if (connection === null) return 0;
    const key = `${lane} ${connection}`;
    const known = threads.get(key);
    if (known !== undefined) return known;
    const thread = threads.size + 1;
    threads.set(key, thread);
    entries.push({ ph: 'M', pid: lane + 1, tid: thread, name: 'thread_name', args: { name: shortened(connection) } });
    return thread;
  };
  const countFrom = (event: TraceEvent, { from }: Passage, change: number) => {
    const lines = Math.max(0, (underWay.get(from) ?? 0) + change);
    underWay.set(from, lines);
    entries.push({ ph: 'C', pid: from + 1, tid: 0, ts: micros(event), name: 'under way', args: { lines } });
  };
  const flight = (event: TraceEvent, passage: Passage, ph: 'b' | 'e') => {
    const name = shortened(`${passage.type} ${passage.id}`);
    entries.push({ ph, cat: 'under way', id: passage.number, pid: passage.from + 1, tid: 0, ts: micros(event), name });
    countFrom(event, passage, ph === 'b' ? 1 : -1);
  };

  function addLine(event: TraceEvent, passage: Passage): void {
    const lane = laneOf(lanes, event.n);
    const isOrigin = event === passage.origin;
    const isArrival = event === passage.arrival;
    const isPair = passage.origin !== null && passage.arrival !== null;
    const name = `${event.k} ${shortened(passage.type)}`;
    const line = isOrigin ? lineSent(passage) : isArrival ? lineCome(passage) : event.line;
    const said = verdictText(passage);
    entries.push({
      ph: 'X',
      pid: lane + 1,
      tid: threadOf(lane, event.c ?? passage.connection),
      ts: micros(event),
      dur: SLICE_US,
      name,
      cat: event.k,
      ...(isPair && (isOrigin || isArrival)
        ? { bind_id: passage.number, [isOrigin ? 'flow_out' : 'flow_in']: true }
        : {}),
      args: {
        message: passage.id,
        outcome: outcomeOf(passages, passage),
        ...(said === '' ? {} : { verdict: shortened(said) }),
        ...(line === null ? {} : { line: shortened(line) }),
      },
    });
    if (isPair && isOrigin) flight(event, passage, 'b');
    if (isPair && isArrival) flight(event, passage, 'e');
  }

  function addOther(event: TraceEvent): void {
    const lane = laneOf(lanes, event.n);
    const { k, c, text, by, peer } = event;
    const args = Object.fromEntries(
      Object.entries({ peer, text, by }).flatMap(([key, value]) => (value === null ? [] : [[key, shortened(value)]])),
    );
    const place = { pid: lane + 1, tid: threadOf(lane, c), ts: micros(event), dur: SLICE_US };
    entries.push({ ph: 'X', ...place, name: shortened(k), cat: 'node', args });
  }

  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  for (const [lane, { name }] of lanes.nodes.entries())
    entries.push({ ph: 'M', pid: lane + 1, tid: 0, name: 'process_name', args: { name: shortened(name) } });
  let isFirst = true;
  const flushed = (): string => {
    if (entries.length === 0) return '';
    const text = `${isFirst ? '' : ',\n'}${entries.map(written).join(',\n')}`;
    isFirst = false;
    entries = [];
    return text;
  };
  for (const rest of forEach(trace.events, (event) => {
    const passage = isOfLine(event) ? passages.byId.get(event.m) : undefined;
    if (passage === undefined) addOther(event);
    else addLine(event, passage);
  }))
    yield rest + flushed();
  yield flushed();
  yield '\n]}\n';
}

export const perfetto: Exporter = {
  name: 'perfetto',
  ending: 'json',
  meaning: 'timeline for ui.perfetto.dev',
  pieces,
};
