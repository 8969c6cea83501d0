/**
 * ShiViz: a trace goes in, the pieces of a log with vector clocks come out, in the form ShiViz reads without being told: its expression,
 * its delimiter, then the log. The clocks are those of the events that are given, so they are right after any filter.
 */
import type { Trace, TraceEvent } from '../event.ts';
import { createLanes, laneOf } from '../lanes.ts';
import { forEach } from '../pace.ts';
import { isOfLine, outcomeOf, type Passage, passagesOf, verdictWords } from '../passages.ts';
import type { Exporter } from './exporter.ts';
import { fileNames, shortened } from './names.ts';

/** ShiViz draws a column for each, and every line of the log may name them all. */
const HOSTS_MAX = 200;

const EXPRESSION = String.raw`(?<t>[\d.]+) (?<type>\S+) (?<event>.*)\n(?<host>\S+) (?<clock>\{.*\})`;
const DELIMITER = '=== (?<trace>.*) ===';

/** Three of them in a row would be read as the delimiter. */
const harmless = (text: string) => shortened(text).replaceAll('===', String.raw`=\u{3d}=`);
const word = (text: string) => harmless(text).replace(/\s/g, '_') || '-';

/** How far a host had come in each other's history when it sent something. */
type Clock = ReadonlyMap<number, number>;

function* pieces(trace: Trace): Generator<string, void> {
  const passages = yield* passagesOf(trace);
  const { lanes } = passages;
  const hosts = fileNames(
    lanes.nodes.map(({ name }) => word(name)),
    '_',
  );
  const keys = hosts.map((host) => JSON.stringify(host));
  const clocks = new Map<number, Map<number, number>>();
  const carried = new Map<string, Clock>();
  yield `${EXPRESSION}\n${DELIMITER}\n`;
  const { seed } = trace.header;
  if (trace.events.length > 0) yield `=== ${seed === null ? 'live' : `seed ${seed}`} ===\n`;
  let lines: string[] = [];
  for (const rest of forEach(trace.events, (event) => {
    const lane = laneOf(lanes, event.n);
    const clock = clocks.get(lane) ?? new Map<number, number>();
    clocks.set(lane, clock);
    const passage = isOfLine(event) ? (passages.byId.get(event.m) ?? null) : null;
    const arriving = passage !== null && event === passage.arrival ? carried.get(event.m ?? '') : undefined;
    // What is known already gets no arrow.
    const sender = passage?.from ?? lane;
    const isLate = arriving !== undefined && sender !== lane && (clock.get(sender) ?? 0) >= (arriving.get(sender) ?? 0);
    for (const [other, time] of arriving ?? []) if (time > (clock.get(other) ?? 0)) clock.set(other, time);
    clock.set(lane, (clock.get(lane) ?? 0) + 1);
    if (passage !== null && event === passage.origin && passage.from === lane && passage.arrival !== null)
      carried.set(passage.id, new Map(clock));
    if (arriving !== undefined) carried.delete(event.m ?? '');
    const marks = passage === null ? [] : marksOf(passage, outcomeOf(passages, passage), isLate);
    const written = [...clock].map(([other, time]) => `${keys[other]}:${time}`).join(',');
    lines.push(
      `${(event.t / 1_000).toFixed(6)} ${word(event.k)} ${textOf(event, marks)}\n${hosts[lane]} {${written}}\n`,
    );
  })) {
    yield rest + lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function marksOf(passage: Passage, outcome: string, isLate: boolean): string[] {
  const words = verdictWords(passage).filter((one) => one !== 'dropped' && one !== 'late');
  const isMarkedLate = isLate || passage.verdicts.some(({ k }) => k === 'late');
  return [...words, ...(outcome === 'dropped' ? ['lost'] : []), ...(isMarkedLate ? ['late'] : [])].map(
    (one) => `[${one}]`,
  );
}

function textOf({ type, m, peer, dir, by, text, k }: TraceEvent, marks: readonly string[]): string {
  const other = peer === null ? [] : [`${(dir ?? (k === 'recv' ? 'in' : 'out')) === 'in' ? 'from' : 'to'} ${peer}`];
  const told = [type, m, ...other, text, by === null ? null : `by ${by}`].filter((one) => one !== null);
  return [...told.map(harmless), ...marks].join(' ') || '-';
}

function refusal({ header, events }: Trace): string | null {
  const lanes = createLanes(header);
  const hosts = new Set(events.map(({ n }) => laneOf(lanes, n))).size;
  return hosts <= HOSTS_MAX
    ? null
    : `ShiViz shows at most ${HOSTS_MAX} nodes and ${hosts} have events here: name some in an expression, such as from=n1|to=n1`;
}

export const shiviz: Exporter = {
  name: 'shiviz',
  ending: 'log',
  meaning: 'space-time diagram for ShiViz',
  refusal,
  pieces,
};
