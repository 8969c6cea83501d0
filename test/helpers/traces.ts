/** Traces made by hand: what happens to lines goes in, the events of a recorder come out; a small one with everything in it, an empty, a hostile and a long one. */
import type { Trace, TraceEvent, TraceNode } from '../../src/trace/event.ts';

const PING = '{"msgtype":"ping"}';
const PONG = '{"msgtype":"pong"}';

const nodeAt = (at: number): TraceNode => ({
  name: `n${at + 1}`,
  id: `00000000-0000-4000-8000-${String(at + 1).padStart(12, '0')}`,
  address: `10.0.${Math.floor(at / 250)}.${(at % 250) + 1}:5999`,
});

const header = (nodes: readonly TraceNode[]): Trace['header'] => ({
  version: 1,
  app: 'peersh/0.1.0',
  world: 'sim',
  seed: 7,
  epochMs: null,
  nodes,
});

export const EMPTY_TRACE: Trace = { header: header([]), events: [] };

type Given = Partial<TraceEvent> & Pick<TraceEvent, 't' | 'n' | 'k'>;

/** Events in the order they are given, numbered, all else null. */
export const traceWith = (nodes: readonly TraceNode[], given: readonly Given[]): Trace => ({
  header: header(nodes),
  events: given.map((one, at) => ({
    m: null,
    re: null,
    c: null,
    dir: null,
    ord: null,
    peer: null,
    type: null,
    line: null,
    len: one.line?.length ?? null,
    lc: at + 1,
    cause: null,
    by: null,
    text: null,
    ...one,
    i: at + 1,
  })),
});

/** What is the same at both ends of a line. */
interface OnWire {
  readonly m: string;
  readonly c: string;
  readonly type: string;
  readonly line: string;
  readonly re?: string;
}

const sent = (t: number, n: string, peer: string, wire: OnWire): Given => ({
  t,
  n,
  k: 'send',
  dir: 'out',
  peer,
  ...wire,
});
const came = (t: number, n: string, peer: string, wire: OnWire): Given => ({
  t,
  n,
  k: 'recv',
  dir: 'in',
  peer,
  ...wire,
});

const ping = (m: string, c: string): OnWire => ({ m, c, type: 'ping', line: PING });
const pong = (m: string, c: string, re: string): OnWire => ({ m, c, type: 'pong', line: PONG, re });
const getaddr = (m: string, c: string): OnWire => ({ m, c, type: 'getaddr', line: '{"msgtype":"getaddr"}' });

/** n2 dials n1, n3 dials n1; every kind of event is there once at least, and a peer that is none of the nodes. */
export const GOLDEN_TRACE: Trace = traceWith([0, 1, 2].map(nodeAt), [
  { t: 0, n: 'n1', k: 'join', by: 'spawn n1..n3' },
  { t: 0, n: 'n2', k: 'dialing', peer: 'n1', text: 'boot' },
  { t: 20, n: 'n1', k: 'connected', c: 'n2#1', dir: 'in', peer: 'n2' },
  { t: 20, n: 'n2', k: 'connected', c: 'n2#1', dir: 'out', peer: 'n1' },
  sent(20, 'n2', 'n1', { m: 'm1', c: 'n2#1', type: 'hello', line: '{"msgtype":"hello","nodeid":"b"}' }),
  sent(20, 'n1', 'n2', { m: 'm2', c: 'n2#1', type: 'hello', line: '{"msgtype":"hello","nodeid":"a"}' }),
  came(40, 'n1', 'n2', { m: 'm1', c: 'n2#1', type: 'hello', line: '{"msgtype":"hello","nodeid":"b"}' }),
  came(40, 'n2', 'n1', { m: 'm2', c: 'n2#1', type: 'hello', line: '{"msgtype":"hello","nodeid":"a"}' }),
  { t: 40, n: 'n2', k: 'ready', c: 'n2#1', dir: 'out', peer: 'n1' },
  { t: 50, n: 'n3', k: 'connected', c: 'n3#1', dir: 'out', peer: 'n1' },
  { t: 50, n: 'n1', k: 'connected', c: 'n3#1', dir: 'in', peer: 'n3' },
  sent(60, 'n1', 'n2', ping('m3', 'n2#1')),
  came(60, 'n2', 'n1', ping('m3', 'n2#1')),
  sent(60.5, 'n2', 'n1', pong('m4', 'n2#1', 'm3')),
  came(80.5, 'n1', 'n2', pong('m4', 'n2#1', 'm3')),
  { t: 90, n: 'n1', k: 'fault', by: 'f1', text: 'loss 50% on n1>n3' },
  sent(100, 'n1', 'n3', ping('m5', 'n3#1')),
  { ...sent(100, 'n1', 'n3', ping('m5', 'n3#1')), k: 'drop', by: 'f1' },
  sent(110, 'n1', 'n3', getaddr('m6', 'n3#1')),
  { ...sent(110, 'n1', 'n3', getaddr('m6', 'n3#1')), k: 'hold', by: 'b1' },
  sent(120, 'n3', 'n1', ping('m7', 'n3#1')),
  { ...sent(120, 'n3', 'n1', ping('m7', 'n3#1')), k: 'edit', by: 'b2', line: '{"msgtype":"ping","nonce":7}' },
  sent(130, 'n2', 'n1', ping('m8', 'n2#1')),
  { ...sent(130, 'n2', 'n1', ping('m8.2', 'n2#1')), k: 'dup', by: 'f2' },
  came(140, 'n1', 'n3', { ...ping('m7', 'n3#1'), line: '{"msgtype":"ping","nonce":7}' }),
  came(150, 'n1', 'n2', ping('m8', 'n2#1')),
  came(150, 'n1', 'n2', ping('m8.2', 'n2#1')),
  { ...sent(160, 'n1', 'n2', getaddr('m9', 'n2#1')), k: 'inject', by: 'user' },
  came(180, 'n2', 'n1', getaddr('m9', 'n2#1')),
  came(200, 'n3', 'n1', getaddr('m6', 'n3#1')),
  sent(210, 'n1', 'n2', pong('m10', 'n2#1', 'm8')),
  { ...sent(210, 'n1', 'n2', pong('m10', 'n2#1', 'm8')), k: 'delay', by: 'f3', text: '100ms' },
  sent(220, 'n1', 'n2', ping('m11', 'n2#1')),
  came(240, 'n2', 'n1', ping('m11', 'n2#1')),
  came(330, 'n2', 'n1', pong('m10', 'n2#1', 'm8')),
  { ...came(330, 'n2', 'n1', pong('m10', 'n2#1', 'm8')), k: 'late' },
  { t: 340, n: 'n3', k: 'late', text: 'woke 250ms late' },
  sent(350, 'n3', '192.0.2.9:6000', ping('m12', 'n3#2')),
  came(370, 'n3', '192.0.2.9:6000', pong('m13', 'n3#2', 'm12')),
  sent(380, 'n3', 'n1', ping('m14', 'n3#1')),
  { ...sent(385, 'n3', 'n1', ping('m14', 'n3#1')), k: 'hold', by: 'b1' },
  sent(390, 'n1', 'n3', ping('m15', 'n3#1')),
  { t: 400, n: 'n1', k: 'closed', c: 'n2#1', dir: 'in', peer: 'n2', text: 'user' },
  { t: 420, n: 'n2', k: 'closed', c: 'n2#1', dir: 'out', peer: 'n1', text: 'user' },
]);

/** Texts that try to break out of whatever they are written into. */
export const HOSTILE_TEXTS: readonly string[] = [
  '\u001b[31m\u0007',
  '"\'`\\',
  '</script><script>alert(1)</script>',
  '</title><image href="http://192.0.2.1/x"/>',
  'a;b#c',
  'first\nsecond\r\nthird',
  'u\u2028v\u2029w',
  '\ud800\u202e\uffff\u0000',
  '%%{init: {"x":1}}%%',
  '=== other === ',
  ']]>--><!--',
  'end',
  '__proto__',
  '\\N\\G',
  'x'.repeat(65_536),
];

/** Every text of a trace that a peer or a user may have written is hostile. */
export const HOSTILE_TRACE: Trace = traceWith(
  HOSTILE_TEXTS.slice(0, 4).map((name, at) => ({ ...nodeAt(at), name })),
  HOSTILE_TEXTS.flatMap((text, at): Given[] => {
    const [n = '', peer = ''] = [HOSTILE_TEXTS[at % 4], at % 2 === 0 ? HOSTILE_TEXTS[(at + 1) % 4] : text];
    const wire = { m: `m${at + 1}`, c: `${n}#1`, type: text, line: text };
    return [
      { t: at, n, k: 'connected', c: `${n}#1`, dir: 'out', peer, text, by: text },
      sent(at, n, peer, wire),
      { ...sent(at, n, peer, wire), k: at % 3 === 0 ? 'drop' : 'edit', by: text },
      ...(at % 3 === 0 ? [] : [came(at + 0.5, peer, n, wire)]),
    ];
  }),
);

/** Pings and pongs along a ring, 20 ms each way. */
export function longTrace(eventsMost: number, nodesCount = 50): Trace {
  const nodes = Array.from({ length: nodesCount }, (_, at) => nodeAt(at));
  const given: Given[] = [];
  for (let i = 0; given.length + 4 <= eventsMost; i += 1) {
    const [n, peer] = [nodes[i % nodesCount]?.name ?? '', nodes[(i + 1) % nodesCount]?.name ?? ''];
    const [out, back] = [ping(`m${2 * i + 1}`, `${n}#1`), pong(`m${2 * i + 2}`, `${n}#1`, `m${2 * i + 1}`)];
    const t = i * 50;
    given.push(
      sent(t, n, peer, out),
      came(t + 20, peer, n, out),
      sent(t + 20, peer, n, back),
      came(t + 40, n, peer, back),
    );
  }
  return traceWith(nodes, given);
}
