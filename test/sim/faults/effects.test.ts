/** What each fault does to a network, and what it must leave alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../../src/core/events.ts';
import { addFault, healFault, listFaults, pendingUntils } from '../../../src/sim/faults/faults.ts';
import { FAULTS_MAX } from '../../../src/sim/faults/state.ts';
import type { Message } from '../../../src/wire/messages.ts';
import { createFaulty, type Faulty, growFaulty, specsOf } from '../../helpers/faulty.ts';
import { component } from '../../helpers/grow.ts';
import { placeOf } from '../../helpers/meet.ts';

/** A line that arrived: who had it, when, from which connection, what. */
interface Arrival {
  readonly at: number;
  readonly from: string | undefined;
  readonly to: string;
  readonly n: number;
  readonly message: Message;
}

interface Seen {
  readonly arrived: Arrival[];
  readonly events: { readonly node: string; readonly at: number; readonly event: NodeEvent }[];
  of<Kind extends NodeEvent['kind']>(node: string, kind: Kind): (NodeEvent & { readonly kind: Kind })[];
}

/** From now on everything that happens is noted. */
function watch({ world, network }: Faulty): Seen {
  const arrived: Arrival[] = [];
  const events: Seen['events'] = [];
  world.onLine((port, n, direction, _line, message) => {
    if (direction === 'received' && message !== null)
      arrived.push({
        at: network.kernel.now,
        from: network.names.get(port.name)?.ends.get(n)?.other?.host.name,
        to: port.name,
        n,
        message,
      });
  });
  world.onEvent((port, event) => void events.push({ node: port.name, at: world.now(), event }));
  return {
    arrived,
    events,
    of: (node, kind) =>
      events.flatMap(({ node: name, event }) => (name === node && event.kind === kind ? [event as never] : [])),
  };
}

/** Two nodes that are connected; n2 dialled, and goes on dialling n1. */
function pair(seed = 3, options: Parameters<Faulty['spawn']>[1] = {}): Faulty {
  const faulty = createFaulty(seed);
  const first = faulty.spawn('n1', options);
  faulty.spawn('n2', { ...options, bootstrap: [placeOf(first)] });
  faulty.pass(5_000);
  assert.equal(first.views.ready(), 1);
  return faulty;
}

const only = <Item>(items: readonly Item[]): Item => {
  assert.equal(items.length, 1);
  return items[0] as Item;
};

/** How long the pong to a ping of the user takes, in microseconds. */
function roundTrip(faulty: Faulty, limitMs = 5_000): number | null {
  const seen = watch(faulty);
  const node = faulty.node('n1');
  const n = only([...node.state.peers.values()]).n;
  node.order({ kind: 'ping', n });
  faulty.pass(limitMs);
  return seen.of('n1', 'pong').find(({ user }) => user)?.rttUs ?? null;
}

test('latency: sets the one-way time both ways, and afterwards the distance counts again', () => {
  const faulty = pair();
  const before = roundTrip(faulty);
  assert.ok(before !== null && before < 82_000);
  const [id = ''] = faulty.fault('latency 300ms');
  assert.equal(roundTrip(faulty), 600_000);
  healFault(faulty.network, id);
  assert.equal(roundTrip(faulty), before);
});

test('latency: jitter stays within its bounds and keeps the order of each direction', () => {
  const faulty = growFaulty(5, 6);
  faulty.fault('latency 200ms±150ms');
  const sent = new Map<string, number[]>();
  const got = new Map<string, number[]>();
  const times: number[] = [];
  const sentAt: number[] = [];
  const { onLine } = faulty.network;
  assert.equal(onLine, null);
  let nonce = 0;
  faulty.network.onLine = (host, n, direction, message) => {
    if (message.type !== 'ping' || typeof message.nonce !== 'number' || message.nonce < 1_000_000) return;
    const book = direction === 'sent' ? sent : got;
    const end = direction === 'sent' ? host.ends.get(n) : host.ends.get(n)?.other;
    const key = String(end?.id);
    book.set(key, [...(book.get(key) ?? []), message.nonce]);
    if (direction === 'sent') sentAt[message.nonce] = faulty.network.kernel.now;
    else times.push(faulty.network.kernel.now - (sentAt[message.nonce] ?? 0));
  };
  for (let round = 0; round < 50; round += 1) {
    for (const [n] of faulty.host('n1').ends) {
      nonce += 1;
      faulty.host('n1').context.send(n, { type: 'ping', nonce: 1_000_000 + nonce });
    }
    faulty.pass(30);
  }
  faulty.pass(1_000);
  assert.ok(times.length > 200);
  assert.deepEqual(got, sent);
  assert.ok(Math.min(...times) >= 50_000 && Math.max(...times) <= 350_000);
  assert.ok(Math.max(...times) - Math.min(...times) > 100_000);
});

test('latency: a dial whose way is longer than its dialler waits times out', () => {
  const faulty = createFaulty(3);
  const first = faulty.spawn('n1');
  faulty.fault('latency 3s');
  const seen = watch(faulty);
  faulty.spawn('n2', { bootstrap: [placeOf(first)] });
  faulty.pass(5_500);
  assert.equal(seen.of('n2', 'dial-failed')[0]?.reason, 'timeout');
  assert.equal(seen.of('n2', 'connected').length, 0);
});

test('loss: loses no line and delays some by 200 ms, 600 ms, …', () => {
  // Nothing but the pings of the user, so that there is no other line they could wait behind.
  const hourUs = 3_600_000_000;
  const faulty = pair(3, {
    settings: { 'ping.interval': hourUs, 'ping.timeout': 2 * hourUs, 'getaddr.ask': hourUs, 'dial.rotate': hourUs },
  });
  const before = roundTrip(faulty) ?? 0;
  faulty.fault('loss 30%');
  const delays = Array.from({ length: 30 }, () => (roundTrip(faulty, 60_000) ?? assert.fail('a lost line')) - before);
  assert.ok(delays.some((delay) => delay === 0));
  assert.ok(delays.some((delay) => delay > 0));
  for (const delay of delays) assert.equal(delay % 200_000, 0);
});

test('loss: a dial whose SYN is lost tries again after a second', () => {
  const faulty = createFaulty(3);
  const first = faulty.spawn('n1');
  faulty.fault('loss 100%');
  const seen = watch(faulty);
  faulty.spawn('n2', { bootstrap: [placeOf(first)] });
  faulty.pass(5_100);
  assert.equal(seen.of('n2', 'dial-failed')[0]?.reason, 'timeout');
});

test('dup: a line arrives twice, a close once', () => {
  const faulty = pair();
  faulty.fault('dup 100%');
  const seen = watch(faulty);
  const n = only([...faulty.node('n1').state.peers.values()]).n;
  faulty.node('n1').order({ kind: 'ping', n });
  faulty.pass(1_000);
  const pings = seen.arrived.filter(({ to, message }) => to === 'n2' && message.type === 'ping');
  assert.equal(pings.length, 2);
  assert.equal(pings[0]?.at, pings[1]?.at);
  faulty.node('n1').order({ kind: 'drop', n });
  faulty.pass(1_000);
  assert.equal(seen.of('n2', 'closed').filter((one) => one.n === 1).length, 1);
});

test('reorder: lines overtake a late one, and none is missing', () => {
  const faulty = pair();
  faulty.fault('reorder 40%');
  const seen = watch(faulty);
  const [n = 0] = faulty.host('n1').ends.keys();
  for (let nonce = 1; nonce <= 40; nonce += 1) {
    faulty.host('n1').context.send(n, { type: 'pong', nonce });
    faulty.pass(5);
  }
  faulty.pass(1_000);
  const nonces = seen.arrived.flatMap(({ message }) => (message.type === 'pong' ? [message.nonce as number] : []));
  assert.notDeepEqual(
    nonces,
    Array.from({ length: 40 }, (_, k) => k + 1),
  );
  assert.deepEqual(
    nonces.sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, k) => k + 1),
  );
});

test('rate: lines of one direction follow each other at the rate; the other direction is free', () => {
  const faulty = pair();
  const { latencyUs } = only([...faulty.host('n1').ends.values()]);
  faulty.fault('rate 1000B/s on n1>n2');
  const seen = watch(faulty);
  const start = faulty.world.now();
  const message: Message = { type: 'unknown', msgtype: 'x'.repeat(36) };
  for (const name of ['n1', 'n2'])
    for (const [n] of faulty.host(name).ends) for (let i = 0; i < 3; i += 1) faulty.host(name).context.send(n, message);
  faulty.pass(2_000);
  const bytes = JSON.stringify({ msgtype: message.msgtype }).length + 1;
  const times = (to: string) => seen.arrived.filter((one) => one.to === to).map(({ at }) => at - start - latencyUs);
  assert.deepEqual(
    times('n2'),
    [1, 2, 3].map((k) => k * bytes * 1_000),
  );
  assert.deepEqual(times('n1'), [0, 0, 0]);
});

test('slice: a line arrives whole with its last piece, 1 ms for each before', () => {
  const faulty = pair();
  const { latencyUs } = only([...faulty.host('n1').ends.values()]);
  faulty.fault('slice 5B on n1>n2');
  const seen = watch(faulty);
  const start = faulty.world.now();
  const [n = 0] = faulty.host('n1').ends.keys();
  faulty.host('n1').context.send(n, { type: 'ping', nonce: 'a"b' });
  faulty.pass(200);
  const { at, message } = only(seen.arrived.filter(({ to }) => to === 'n2'));
  assert.deepEqual(message, { type: 'ping', nonce: 'a"b' });
  const bytes = String.raw`{"msgtype":"ping","nonce":"a\"b"}`.length + 1;
  assert.equal(at - start - latencyUs, Math.floor((bytes - 1) / 5) * 1_000);
});

test('stall: nothing arrives until it is over, then everything in order; dials pass', () => {
  const faulty = pair();
  const seen = watch(faulty);
  const [n = 0] = faulty.host('n1').ends.keys();
  const { context } = faulty.host('n1');
  context.send(n, { type: 'pong', nonce: 1 });
  const start = faulty.world.now();
  faulty.fault('stall 10s');
  for (let nonce = 2; nonce <= 20; nonce += 1) {
    context.send(n, { type: 'pong', nonce });
    faulty.pass(100);
  }
  faulty.spawn('n3', { bootstrap: [placeOf(faulty.node('n1'))] });
  faulty.pass(5_000);
  assert.equal(seen.arrived.length, 0);
  assert.equal(seen.of('n3', 'connected').length, 1);
  faulty.pass(4_000);
  const nonces = seen.arrived
    .filter(({ from, to }) => from === 'n1' && to === 'n2')
    .flatMap(({ message, at }) => {
      assert.ok(at >= start + 10_000_000);
      return message.type === 'pong' ? [message.nonce] : [];
    });
  assert.deepEqual(
    nonces,
    Array.from({ length: 20 }, (_, k) => k + 1),
  );
  assert.deepEqual(listFaults(faulty.network), []);
  assert.equal(faulty.network.links, null);
});

test('stall: healed early, everything flows at once', () => {
  const faulty = pair();
  const [id = ''] = faulty.fault('stall 1m');
  const seen = watch(faulty);
  const [n = 0] = faulty.host('n1').ends.keys();
  faulty.host('n1').context.send(n, { type: 'pong', nonce: 1 });
  faulty.pass(3_000);
  assert.equal(seen.arrived.length, 0);
  healFault(faulty.network, id);
  faulty.pass(1);
  assert.equal(seen.arrived.length, 1);
  assert.equal(faulty.network.links, null);
});

test('limit: what is within it arrives, then both sides learn that the connection is gone', () => {
  const faulty = pair();
  faulty.fault('limit 100B on n1>n2');
  const seen = watch(faulty);
  const [n = 0] = faulty.host('n1').ends.keys();
  const ping: Message = { type: 'ping', nonce: null };
  for (let i = 0; i < 10; i += 1) faulty.host('n1').context.send(n, ping);
  faulty.pass(500);
  assert.equal(seen.arrived.filter(({ to }) => to === 'n2').length, Math.floor(100 / '{"msgtype":"ping"}\n'.length));
  for (const name of ['n1', 'n2']) assert.equal(seen.of(name, 'closed')[0]?.reason, 'reset');
});

test('reset: ends the connections there are at once, and each on which something is sent, not those of others', () => {
  const faulty = growFaulty(5, 6);
  const seen = watch(faulty);
  const now = faulty.world.now();
  faulty.fault('reset on n3');
  faulty.pass(0);
  assert.equal(faulty.host('n3').ends.size, 0);
  for (const { at, node, event } of seen.events.filter(({ event: { kind } }) => kind === 'closed')) {
    assert.equal(at, now);
    assert.ok(event.kind === 'closed' && event.reason === 'reset');
    assert.ok(node === 'n3' || event.id === faulty.node('n3').state.id);
  }
  assert.equal(seen.of('n3', 'closed').length, 5);
  faulty.pass(20_000);
  assert.ok(seen.of('n3', 'connected').length > 0);
  assert.equal(faulty.node('n3').views.ready(), 0);
  assert.ok(faulty.node('n1').views.ready() >= 4);
});

test('slowclose: the other side learns of a close so much later, this side at once', () => {
  const faulty = pair();
  const { latencyUs } = only([...faulty.host('n1').ends.values()]);
  faulty.fault('slowclose 3s');
  const seen = watch(faulty);
  const start = faulty.world.now();
  faulty.node('n1').order({ kind: 'drop', n: only([...faulty.node('n1').state.peers.values()]).n });
  faulty.pass(10_000);
  const times = (name: string) =>
    seen.events.filter(({ node, event }) => node === name && event.kind === 'closed').map(({ at }) => at - start);
  assert.equal(times('n1')[0], 0);
  assert.ok((times('n2')[0] ?? 0) >= 3_000_000 + latencyUs);
});

test('refuse: dials are refused, connections stay', () => {
  const faulty = pair();
  faulty.fault('refuse on all>n1');
  const seen = watch(faulty);
  faulty.spawn('n3', { bootstrap: [placeOf(faulty.node('n1'))] });
  faulty.pass(10_000);
  assert.ok(seen.of('n3', 'dial-failed').length > 0);
  for (const { reason } of seen.of('n3', 'dial-failed')) assert.equal(reason, 'refused');
  assert.equal(faulty.node('n1').views.ready(), 1);
  assert.equal(seen.of('n1', 'closed').length, 0);
});

test('blackhole: nothing passes, dials time out, connections stay; lines arrive with the first try after it', () => {
  const faulty = pair();
  const { latencyUs } = only([...faulty.host('n1').ends.values()]);
  faulty.fault('blackhole for 5s');
  const seen = watch(faulty);
  const start = faulty.world.now();
  const [n = 0] = faulty.host('n1').ends.keys();
  for (const nonce of [1, 2, 3]) faulty.host('n1').context.send(n, { type: 'pong', nonce });
  faulty.spawn('n3', { bootstrap: [placeOf(faulty.node('n1'))], settings: { 'dial.timeout': 1_500_000 } });
  faulty.pass(4_999);
  assert.equal(seen.arrived.length, 0);
  assert.equal(seen.of('n1', 'closed').length, 0);
  assert.equal(seen.of('n3', 'dial-failed')[0]?.reason, 'timeout');
  faulty.pass(10_000);
  const pongs = seen.arrived.filter(({ to, n: at, message }) => to === 'n2' && at === 1 && message.type === 'pong');
  assert.deepEqual(
    pongs.slice(0, 3).map(({ message }) => message.type === 'pong' && message.nonce),
    [1, 2, 3],
  );
  // 200 ms, then twice as long each time: tried 0.2, 0.6, 1.4, 3 and 6.2 s after they first came.
  assert.equal((pongs[0]?.at ?? 0) - start, 6_200_000 + latencyUs);
  assert.equal(faulty.node('n3').views.ready() > 0, true);
  assert.equal(seen.of('n1', 'closed').length, 0);
});

test('blackhole: a dial that still waits when it ends arrives then', () => {
  const faulty = createFaulty(3);
  const first = faulty.spawn('n1');
  faulty.fault('blackhole for 2s');
  const seen = watch(faulty);
  faulty.spawn('n2', { bootstrap: [placeOf(first)] });
  faulty.pass(4_000);
  assert.equal(seen.of('n2', 'dial-failed').length, 0);
  assert.equal(seen.of('n2', 'connected').length, 1);
});

test('blackhole: what waits for a side that closed meanwhile is forgotten, and nothing of the fault is left', () => {
  const faulty = pair();
  faulty.fault('blackhole for 300ms');
  const [n = 0] = faulty.host('n1').ends.keys();
  faulty.host('n1').context.send(n, { type: 'pong', nonce: 1 });
  faulty.pass(320);
  assert.notEqual(faulty.network.links, null);
  faulty.node('n2').order({ kind: 'drop', n: 1 });
  faulty.pass(10_000);
  assert.equal(faulty.network.links, null);
});

test('blackhole: an expression holds only the lines it selects, and those behind them', () => {
  const faulty = pair();
  faulty.fault('blackhole on ping');
  const seen = watch(faulty);
  const [n = 0] = faulty.host('n1').ends.keys();
  faulty.host('n1').context.send(n, { type: 'pong', nonce: 1 });
  faulty.host('n1').context.send(n, { type: 'ping', nonce: 2 });
  faulty.host('n1').context.send(n, { type: 'pong', nonce: 3 });
  faulty.pass(5_000);
  const nonces = () =>
    seen.arrived.flatMap(({ to, message }) => (to === 'n2' && 'nonce' in message ? [message.nonce] : []));
  assert.deepEqual(nonces(), [1]);
  healFault(faulty.network, 'all');
  faulty.pass(10_000);
  assert.deepEqual(nonces().slice(0, 3), [1, 2, 3]);
});

test('partition: nothing crosses, each side stays whole, and they find each other afterwards', () => {
  const faulty = growFaulty(5, 6);
  faulty.fault('partition A|B');
  const seen = watch(faulty);
  const side = (name: string) => (['n1', 'n2', 'n3'].includes(name) ? 'A' : 'B');
  faulty.pass(200_000, () => {
    const { kind, host, number } = faulty.network.last;
    const far = kind === 'message' ? host?.ends.get(number)?.other?.host : undefined;
    if (host !== null && far !== undefined) assert.equal(side(host.name), side(far.name));
  });
  for (const node of faulty.world.nodes()) assert.equal(node.views.ready(), 2);
  assert.ok(seen.events.some(({ event }) => event.kind === 'closed' && event.reason === 'ping-timeout'));
  healFault(faulty.network, 'all');
  faulty.pass(60_000);
  assert.equal(component(faulty.world.nodes()), 6);
});

test('partition: oneway lets the other direction pass, and no dial', () => {
  const faulty = pair();
  faulty.fault('partition n1|n2 oneway');
  const seen = watch(faulty);
  for (const name of ['n1', 'n2'])
    for (const [n] of faulty.host(name).ends) faulty.host(name).context.send(n, { type: 'pong', nonce: 1 });
  faulty.pass(5_000);
  assert.deepEqual(
    seen.arrived.map(({ to }) => to),
    ['n1'],
  );
  faulty.node('n2').order({ kind: 'drop', n: 1 });
  faulty.node('n2').order({ kind: 'connect', ...placeOf(faulty.node('n1')), keep: false });
  faulty.pass(6_000);
  assert.equal(seen.of('n2', 'dial-failed')[0]?.reason, 'timeout');
});

test('isolate: a node hears nothing, the others go on', () => {
  const faulty = growFaulty(5, 4);
  faulty.fault('isolate n2');
  const seen = watch(faulty);
  faulty.pass(100_000);
  assert.ok(seen.arrived.length > 0);
  assert.equal(seen.arrived.filter(({ to }) => to === 'n2').length, 0);
  const n2 = faulty.node('n2').state.id;
  for (const { event } of seen.events) if (event.kind === 'pong') assert.notEqual(event.id, n2);
});

test('crash: the node is gone at once, its peers learn after the latency, its address refuses, and it restarts with a new id', () => {
  const faulty = pair();
  const { latencyUs } = only([...faulty.host('n1').ends.values()]);
  const seen = watch(faulty);
  const start = faulty.world.now();
  const { id } = faulty.node('n1').state;
  faulty.fault('crash n1 for 8s');
  assert.deepEqual(
    faulty.world.nodes().map(({ name }) => name),
    ['n2'],
  );
  faulty.pass(7_000);
  const closed = only(seen.events.filter(({ event }) => event.kind === 'closed'));
  assert.equal(closed.node, 'n2');
  assert.equal(closed.at, start + latencyUs);
  assert.ok(closed.event.kind === 'closed' && closed.event.reason === 'reset' && closed.event.said === null);
  assert.ok(seen.of('n2', 'dial-failed').every(({ reason }) => reason === 'refused'));
  assert.ok(seen.of('n2', 'dial-failed').length > 0);
  assert.equal(seen.events.filter(({ node }) => node === 'n1').length, 0);
  faulty.pass(10_000);
  assert.notEqual(faulty.node('n1').state.id, id);
  assert.equal(faulty.node('n1').views.ready(), 1);
});

test('restart: ends a crash; a running node starts anew, once', () => {
  const faulty = pair();
  const { id } = faulty.node('n2').state;
  faulty.fault('restart n2');
  const second = faulty.node('n2').state.id;
  assert.notEqual(second, id);
  faulty.fault('crash n2');
  faulty.pass(1_000);
  faulty.fault('restart n2');
  assert.deepEqual(listFaults(faulty.network), []);
  assert.notEqual(faulty.node('n2').state.id, second);
  faulty.pass(6_000);
  assert.equal(faulty.node('n2').views.ready(), 1);
  assert.equal(faulty.world.nodes().length, 2);
});

test('pause: no line is read and no timer fires; after resume the node sees that it slept and loses no peer', () => {
  const faulty = pair();
  faulty.fault('pause n1');
  const seen = watch(faulty);
  faulty.pass(125_000);
  assert.equal(seen.arrived.filter(({ to }) => to === 'n1').length, 0);
  assert.equal(seen.events.filter(({ node }) => node === 'n1').length, 0);
  assert.ok(seen.of('n2', 'suspect').length > 0);
  faulty.fault('resume n1');
  assert.deepEqual(listFaults(faulty.network), []);
  faulty.pass(5_000);
  assert.equal(seen.of('n1', 'late').length, 1);
  assert.ok(seen.arrived.some(({ to }) => to === 'n1'));
  assert.equal(seen.events.filter(({ event }) => event.kind === 'closed').length, 0);
});

test('pause: a dial to a stopped node times out, and one that still waits is answered after resume', () => {
  const faulty = createFaulty(3);
  const first = faulty.spawn('n1');
  faulty.fault('pause n1 for 7s');
  const seen = watch(faulty);
  faulty.spawn('n2', { bootstrap: [placeOf(first)] });
  faulty.pass(6_900);
  assert.equal(seen.of('n2', 'dial-failed')[0]?.reason, 'timeout');
  assert.equal(seen.of('n2', 'connected').length, 0);
  faulty.pass(5_000);
  assert.equal(faulty.node('n2').views.ready(), 1);
});

test('skew: the clock jumps, the node sees that it is late, and jumps back', () => {
  const faulty = pair();
  const seen = watch(faulty);
  faulty.fault('skew n1 +10m');
  assert.equal(faulty.host('n1').context.now, faulty.world.now() + 600_000_000);
  faulty.pass(3_000);
  assert.equal(seen.of('n1', 'late').length, 1);
  assert.equal(seen.of('n2', 'late').length, 0);
  assert.equal(seen.events.filter(({ event }) => event.kind === 'closed').length, 0);
  healFault(faulty.network, 'all');
  assert.equal(faulty.host('n1').context.now, faulty.world.now());
  faulty.pass(100_000);
  assert.equal(faulty.node('n1').views.ready(), 1);
});

test('nat: full can be dialled only while something it dialled is up; it can always dial', () => {
  const faulty = pair();
  faulty.fault('nat n2 full');
  const seen = watch(faulty);
  faulty.spawn('n3', { bootstrap: [placeOf(faulty.node('n2'))] });
  faulty.pass(2_000);
  assert.ok(seen.of('n3', 'connected').length > 0);
  faulty.fault('crash n1');
  faulty.fault('crash n3');
  faulty.pass(1_000);
  assert.equal(faulty.host('n2').ends.size, 0);
  faulty.spawn('n4', { bootstrap: [placeOf(faulty.node('n2'))] });
  faulty.pass(5_500);
  assert.equal(seen.of('n4', 'dial-failed')[0]?.reason, 'timeout');
  assert.equal(seen.of('n4', 'connected').length, 0);
});

test('nat: restricted can be dialled from where it dialled within 2 minutes, symmetric from nowhere', () => {
  for (const [kind, reaches] of [
    ['restricted', true],
    ['symmetric', false],
  ] as const) {
    const faulty = createFaulty(3);
    const first = faulty.spawn('n1');
    faulty.fault(`nat n2 ${kind}`);
    const seen = watch(faulty);
    faulty.spawn('n2', { bootstrap: [placeOf(first)], settings: { 'gossip.dial': false } });
    faulty.spawn('n3', { settings: { 'gossip.dial': false } });
    faulty.pass(2_000);
    assert.equal(faulty.node('n2').views.ready(), 1);
    for (const name of ['n1', 'n3']) faulty.node(name).order({ kind: 'drop', n: 1 });
    faulty.pass(500);
    for (const name of ['n1', 'n3'])
      faulty.node(name).order({ kind: 'connect', ...placeOf(faulty.node('n2')), keep: false });
    faulty.pass(6_000);
    const dialled = (name: string) => seen.of(name, 'connected').filter(({ dir }) => dir === 'outbound').length;
    assert.equal(dialled('n1') > 0, reaches, kind);
    assert.equal(dialled('n3'), 0, kind);
    assert.equal(seen.of('n3', 'dial-failed')[0]?.reason, 'timeout');
  }
});

test('nat: restricted forgets a dial after 2 minutes', () => {
  const faulty = createFaulty(3);
  const first = faulty.spawn('n1');
  faulty.fault('nat n2 restricted');
  faulty.spawn('n2', { bootstrap: [placeOf(first)] });
  faulty.pass(2_000);
  const place = placeOf(first);
  faulty.node('n2').order({ kind: 'bootstrap-remove', ...place });
  faulty.node('n2').order({ kind: 'drop', n: 1 });
  faulty.pass(121_000);
  const seen = watch(faulty);
  faulty.node('n1').order({ kind: 'connect', ...placeOf(faulty.node('n2')), keep: false });
  faulty.pass(6_000);
  assert.equal(seen.of('n1', 'dial-failed')[0]?.reason, 'timeout');
});

test('byzantine: lie-addr names nobody, or the victim, in each addr and alters nothing else', () => {
  for (const victim of ['', ' n3']) {
    const faulty = createFaulty(3);
    const first = faulty.spawn('n1');
    const third = faulty.spawn('n3');
    const seen = watch(faulty);
    faulty.fault(`byzantine n2 lie-addr${victim}`);
    faulty.spawn('n2', { bootstrap: [placeOf(first)] });
    faulty.pass(3_000);
    const fromLiar = seen.arrived.filter(({ from, to }) => from === 'n2' && to === 'n1');
    const told = fromLiar.flatMap(({ message }) => (message.type === 'addr' ? message.peers : []));
    assert.ok(told.length > 0);
    for (const { address } of told)
      assert.equal(faulty.network.hosts.get(address.text)?.name, victim === '' ? undefined : 'n3');
    const hello = only(fromLiar.filter(({ message }) => message.type === 'hello').slice(0, 1));
    assert.ok(hello.message.type === 'hello' && hello.message.nodeid === faulty.node('n2').state.id);
    assert.ok(third.state.listening.length > 0);
  }
});

test('byzantine: wrong-id claims the id of the victim until it ends, then its connections are made anew', () => {
  const faulty = growFaulty(5, 3);
  const victim = faulty.node('n3').state.id;
  const seen = watch(faulty);
  faulty.fault('byzantine n4 wrong-id n3');
  faulty.spawn('n4', { bootstrap: [placeOf(faulty.node('n1'))] });
  faulty.pass(3_000);
  const hellos = seen.arrived.flatMap(({ to, message }) =>
    to === 'n1' && message.type === 'hello' ? [message.nodeid] : [],
  );
  assert.ok(hellos.length > 0 && hellos.every((id) => id === victim));
  assert.notEqual(faulty.node('n4').state.id, victim);
  healFault(faulty.network, 'all');
  faulty.pass(20_000);
  assert.ok(faulty.node('n1').state.peers.has(faulty.node('n4').state.id));
});

test('byzantine: silent lets no line out, and hears all', () => {
  const faulty = pair();
  faulty.fault('byzantine n2 silent');
  const seen = watch(faulty);
  assert.equal(roundTrip(faulty), null);
  assert.equal(seen.arrived.filter(({ to }) => to === 'n1').length, 0);
  assert.ok(seen.arrived.some(({ to }) => to === 'n2'));
});

test('byzantine: flood sends 200 pings a second to each peer', () => {
  const faulty = growFaulty(5, 3);
  faulty.fault('byzantine n2 flood');
  const seen = watch(faulty);
  faulty.pass(2_100);
  for (const name of ['n1', 'n3']) {
    const pings = seen.arrived.filter(({ to, message }) => to === name && message.type === 'ping').length;
    assert.ok(pings >= 380 && pings <= 430, `${pings}`);
  }
});

test('faults: each is told when it begins, strikes first and ends, to the run and to who listens', () => {
  const faulty = pair();
  const told: string[] = [];
  faulty.network.onFault = (id, change, text) => told.push(`${id} ${change} ${text}`);
  const happened: number[] = [];
  const { hash } = faulty.network;
  faulty.fault('latency 50ms on n1>n2 for 10s');
  assert.notEqual(faulty.network.hash, hash);
  faulty.fault('loss 0% for 20s');
  faulty.fault('restart n2');
  faulty.pass(30_000, () => {
    if (faulty.network.last.kind === 'fault') happened.push(faulty.network.last.number);
  });
  assert.deepEqual(told, [
    'f1 on latency 50ms on n1>n2 for 10s',
    'f2 on loss 0% for 20s',
    'f3 on restart n2',
    'f3 off restart n2',
    'f1 off latency 50ms on n1>n2 for 10s',
    'f2 off loss 0% for 20s',
  ]);
  assert.equal(happened.filter((number) => number === 4 + 2).length, 1, 'f1 strikes first once');
  assert.equal(happened.filter((number) => number === 8 + 2).length, 0, 'f2 strikes never');
});

test('faults: the list says what each did and when it ends; until is left to who runs the network', () => {
  const faulty = pair();
  faulty.fault('latency 50ms for 10s');
  faulty.fault('loss 5% until pong');
  const [first, second] = listFaults(faulty.network);
  assert.deepEqual(
    [first?.id, first?.text, first?.endsAtUs],
    ['f1', 'latency 50ms for 10s', (first?.sinceUs ?? 0) + 10_000_000],
  );
  assert.deepEqual([second?.id, second?.endsAtUs, second?.until], ['f2', null, 'pong']);
  assert.deepEqual(pendingUntils(faulty.network), [{ id: 'f2', until: 'pong' }]);
  faulty.pass(70_000);
  assert.deepEqual(
    listFaults(faulty.network).map(({ id }) => id),
    ['f2'],
  );
  assert.equal(healFault(faulty.network, 'f1'), false);
  assert.equal(healFault(faulty.network, 'f2'), true);
  assert.equal(faulty.network.links, null);
});

test('faults: more than may be on at once are refused and change nothing', () => {
  const faulty = pair();
  const [spec] = specsOf('loss 1%');
  assert.ok(spec !== undefined);
  for (let i = 0; i < FAULTS_MAX; i += 1) assert.notEqual(addFault(faulty.network, spec), null);
  const { hash } = faulty.network;
  assert.equal(addFault(faulty.network, spec), null);
  assert.equal(faulty.network.hash, hash);
  assert.equal(listFaults(faulty.network).length, FAULTS_MAX);
});

test('skew: when the clock goes back, nothing is done later than it would have been', () => {
  for (const heal of [true, false]) {
    const faulty = pair();
    faulty.fault(heal ? 'skew n1 +10m' : 'skew n2 +1s');
    faulty.pass(3_000);
    if (heal) healFault(faulty.network, 'all');
    else faulty.fault('skew n1 -10m');
    const host = faulty.host('n1');
    const { now } = host.context;
    const { state } = faulty.node('n1');
    const { settings } = state;
    const inUs = (at: number) => at - now;
    for (const session of state.sessions.values()) {
      assert.ok(inUs(session.nextPingAt) <= 1.5 * settings['ping.interval'], `ping in ${inUs(session.nextPingAt)}`);
      assert.ok((session.lastPongAt ?? 0) <= now && (session.readyAt ?? 0) <= now);
    }
    assert.ok(inUs(state.nextAskAt) <= settings['getaddr.ask']);
    assert.ok(inUs(state.nextRotateAt) <= settings['dial.rotate']);
    assert.ok(inUs(state.wakeAt) <= 1.5 * settings['ping.interval']);
    const seen = watch(faulty);
    faulty.pass((2 * settings['ping.interval']) / 1_000);
    assert.ok(seen.of('n1', 'pong').length > 0, 'it pings as before');
    assert.equal(seen.events.filter(({ event }) => event.kind === 'closed').length, 0);
  }
});
