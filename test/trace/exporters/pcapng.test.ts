/** The capture: read back by a reader of our own, and by tshark where there is one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Trace } from '../../../src/trace/event.ts';
import { pcapng } from '../../../src/trace/exporters/pcapng.ts';
import { readExported, readPcapng, readSegment, type Segment } from '../../helpers/pcapng.ts';
import { EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TEXTS, HOSTILE_TRACE, longTrace, traceWith } from '../../helpers/traces.ts';
import { bytesOf } from './contract.ts';

const captureOf = (trace: Trace) => readPcapng(bytesOf(pcapng, trace));
const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16];

const segmentsOf = (trace: Trace): Segment[] =>
  captureOf(trace)
    .packets.filter((packet) => packet.interface === 0)
    .map(({ data }) => readSegment(data));

/** Each connection in turn: opened by three packets, no byte twice or left out, each acknowledged by what comes next. */
function checkOrder(segments: readonly Segment[]): void {
  const next = new Map<string, number>();
  for (const { from, to, flags, sequence, acknowledged, payload } of segments) {
    const [out, back] = [`${from} ${to}`, `${to} ${from}`];
    if ((flags & SYN) !== 0 && (flags & ACK) === 0) for (const way of [out, back]) next.delete(way);
    else assert.ok(next.has(back), 'nothing comes before the connection');
    assert.equal(sequence, next.get(out) ?? sequence);
    assert.equal(acknowledged, (flags & ACK) === 0 ? 0 : next.get(back));
    next.set(out, (sequence + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) % 2 ** 32);
  }
}

test('pcapng: has a wire of raw IP and a fault interface of exported PDUs, in nanoseconds, and the names of the nodes', () => {
  const { interfaces, names, application } = captureOf(GOLDEN_TRACE);
  assert.deepEqual(interfaces, [
    { linkType: 101, name: 'wire', resolution: 9 },
    { linkType: 252, name: 'fault', resolution: 9 },
  ]);
  assert.deepEqual([...names].slice(0, 3), [
    ['10.0.0.1', 'n1'],
    ['10.0.0.2', 'n2'],
    ['10.0.0.3', 'n3'],
  ]);
  assert.equal(application, 'peersh/0.1.0');
});

test('pcapng: checksums are valid and sequence numbers run', () => {
  for (const trace of [GOLDEN_TRACE, HOSTILE_TRACE, longTrace(2_000)]) {
    const segments = segmentsOf(trace);
    assert.ok(segments.length > 0);
    checkOrder(segments);
  }
});

test('pcapng: each line is on the wire once, when it came, as it came', () => {
  const lines = captureOf(GOLDEN_TRACE)
    .packets.filter((packet) => packet.interface === 0)
    .map(({ time, data }) => ({ time, ...readSegment(data) }))
    .filter(({ payload }) => payload.length > 0);
  const came = GOLDEN_TRACE.events.filter(({ k, m }) => k === 'recv' || m === 'm12');
  assert.deepEqual(
    lines.map(({ time, payload }) => [time, payload.toString()]),
    came.map(({ t, line }) => [BigInt(Math.round(t * 1_000)) * 1_000n, `${line}\n`]),
  );
  assert.ok(lines.every(({ flags }) => flags === (PSH | ACK)));
});

test('pcapng: the dialler has a port of its own and the listener the one it listens on', () => {
  const [syn, answer, last] = segmentsOf(GOLDEN_TRACE);
  assert.deepEqual([syn?.from, syn?.to], ['10.0.0.2:49152', '10.0.0.1:5999']);
  assert.deepEqual(
    [syn, answer, last].map((segment) => segment?.flags),
    [SYN, SYN | ACK, ACK],
  );
});

test('pcapng: a connection ends with FIN at the last end that closed, or with RST', () => {
  const ended = segmentsOf(GOLDEN_TRACE).slice(-3);
  assert.deepEqual(
    ended.map(({ flags }) => flags),
    [FIN | ACK, FIN | ACK, ACK],
  );
  const events = GOLDEN_TRACE.events.map((event) =>
    event.k === 'closed' ? { ...event, text: 'reset by them' } : event,
  );
  const reset = segmentsOf({ ...GOLDEN_TRACE, events });
  assert.equal(reset.at(-1)?.flags, RST | ACK);
  assert.ok(!reset.some(({ flags }) => (flags & FIN) !== 0));
  const said = GOLDEN_TRACE.events.map((event) =>
    event.k === 'closed' ? { ...event, text: 'bye by them, it said reset' } : event,
  );
  assert.ok(!segmentsOf({ ...GOLDEN_TRACE, events: said }).some(({ flags }) => (flags & RST) !== 0));
});

test('pcapng: what was done to a line that came is a comment', () => {
  const comments = captureOf(GOLDEN_TRACE).packets.flatMap(({ interface: at, comment }) =>
    at === 0 && comment !== '' ? [comment] : [],
  );
  assert.deepEqual(comments, [
    'm7 edited by b2',
    'm8.2 copy by f2',
    'm9 injected by user',
    'm6 held by b1',
    'm10 delayed by f3, late',
  ]);
});

test('pcapng: dropped, held and lines before an edit are on the fault interface, with who would have had them', () => {
  const faults = captureOf(GOLDEN_TRACE).packets.filter((packet) => packet.interface === 1);
  assert.deepEqual(
    faults.map(({ data, comment }) => [comment, readExported(data).line]),
    [
      ['m5 dropped by f1', '{"msgtype":"ping"}'],
      ['m6 held by b1', '{"msgtype":"getaddr"}'],
      ['m7 before the edit by b2', '{"msgtype":"ping"}'],
      ['m14 held by b1', '{"msgtype":"ping"}'],
    ],
  );
  const { tags } = readExported(faults[0]?.data ?? Buffer.alloc(0));
  const hex = Object.fromEntries([...tags].map(([tag, value]) => [tag, value.toString('hex')]));
  assert.deepEqual(hex, {
    12: Buffer.from('json').toString('hex'),
    20: '0a000001',
    21: '0a000003',
    24: '00000002',
    25: '0000176f',
    26: '0000176f',
    33: '50325000',
  });
});

test('pcapng: a line longer than a packet is split and comes back whole', () => {
  const long = HOSTILE_TEXTS.find(({ length }) => length === 65_536) ?? '';
  const wire = { m: 'm1', c: 'a#1', type: 'ping', line: long };
  const trace = traceWith(
    [],
    [
      { t: 0, n: 'a', k: 'send', dir: 'out', peer: 'b', ...wire },
      { t: 1, n: 'b', k: 'recv', dir: 'in', peer: 'a', ...wire },
    ],
  );
  const segments = segmentsOf(trace);
  checkOrder(segments);
  assert.equal(Buffer.concat(segments.map(({ payload }) => payload)).toString(), `${long}\n`);
});

test('pcapng: nodes that share an IP, and those of IPv6, have one each and keep their ports', () => {
  const nodes = ['127.0.0.1:5999', '127.0.0.1:5998', '[::1]:5997', '999.1.1.1:5996', null].map((address, at) => ({
    name: `n${at + 1}`,
    id: null,
    address,
  }));
  const { names } = captureOf(traceWith(nodes, []));
  assert.equal(names.size, 5);
  assert.equal(names.get('127.0.0.1'), 'n1');
  assert.match(
    pcapng.hint?.(traceWith(nodes, []), 'a.pcapng') ?? '',
    /^wireshark -r a\.pcapng -d tcp\.port==5999,json -d /,
  );
});

test('pcapng: times count from 1970 where the clock was a real one', () => {
  const epochMs = 1_750_000_000_000.25;
  const [first] = captureOf({ ...GOLDEN_TRACE, header: { ...GOLDEN_TRACE.header, epochMs } }).packets;
  assert.equal(first?.time, 1_750_000_000_020_250_000n);
});

test('pcapng: tshark reads it: no bad checksum, nothing lost or twice, JSON on both interfaces', (context) => {
  if (spawnSync('tshark', ['-v']).error !== undefined) return context.skip('there is no tshark on this machine');
  const folder = mkdtempSync(join(tmpdir(), 'peersh-pcapng-'));
  try {
    for (const trace of [EMPTY_TRACE, GOLDEN_TRACE, HOSTILE_TRACE, longTrace(2_000)]) {
      const file = join(folder, 'trace.pcapng');
      writeFileSync(file, bytesOf(pcapng, trace));
      const fields = [
        'frame.interface_id',
        'frame.protocols',
        '_ws.expert.message',
        'frame.comment',
        'json.value.string',
      ];
      const { status, stdout, stderr } = spawnSync(
        'tshark',
        [
          ...['-r', file, '-d', 'tcp.port==5999,json', '-T', 'fields'],
          ...['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'],
          ...fields.flatMap((field) => ['-e', field]),
        ],
        { encoding: 'utf8', maxBuffer: 64 * 1_048_576 },
      );
      assert.equal(status, 0, stderr);
      const rows = stdout.split('\n').filter((row) => row !== '');
      assert.equal(rows.length, captureOf(trace).packets.length);
      assert.doesNotMatch(stdout, /[Cc]hecksum|retransmission|out-of-order|previous segment|unseen|Malformed/i);
      if (trace !== GOLDEN_TRACE) continue;
      assert.equal(rows.filter((row) => row.startsWith('1\t')).length, 4);
      assert.ok(
        rows.some((row) => /^0\traw:ip:tcp:json\t.*m7 edited by b2/.test(row)),
        stdout,
      );
      assert.ok(
        rows.some((row) => /^1\texported_pdu:json\t.*m5 dropped by f1.*ping/.test(row)),
        stdout,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
