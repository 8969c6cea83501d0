/** What peers tell each other of addresses: what is taken and why not, what is told to whom. Rules 17, 31-40 and Sharing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetAddress } from '../../src/core/book.ts';
import { bookSize, findText } from '../../src/core/book-columns.ts';
import {
  ADDR_TOKENS_MAX,
  ANSWERS_KEPT_MAX,
  DIALBACKS_MAX,
  GETADDR_BURST_LOOPBACK,
  MINUTE_US,
  SECOND_US,
} from '../../src/core/limits.ts';
import { addrEachUs } from '../../src/core/session.ts';
import type { Settings } from '../../src/settings.ts';
import { LINE_SENT_BYTES_MAX } from '../../src/wire/limits.ts';
import { encodeMessage } from '../../src/wire/messages.ts';
import { addrLine, at, BareNode, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';

/** Learns and never dials, so that transcripts are about gossip alone. */
function quiet(listen: string, settings: Partial<Settings> = {}): BareNode {
  return new BareNode({ listen, settings: { 'gossip.dial': false, 'dial.feeler': 3600 * SECOND_US, ...settings } });
}
const lan = (settings: Partial<Settings> = {}) => quiet('10.0.0.1:5999', settings);
const open = (settings: Partial<Settings> = {}) => quiet('8.8.8.8:5999', settings);

const lastAddr = (bare: BareNode) => {
  const event = bare.happened('addr').at(-1);
  assert.ok(event !== undefined);
  return event;
};

/** The k-th of many public addresses, each of another group. */
const far = (k: number) => `${20 + (k % 70)}.${Math.floor(k / 70)}.0.1:6100`;
const FAR = Array.from({ length: 2_000 }, (_, k) => far(k));

test('gossip: each entry that is not taken has its reason, and the others are taken all the same', () => {
  const bare = open();
  bare.hear(bare.dialled(bare.connect('7.7.7.7:7000')), helloLine('m'));
  const n = bare.inboundPeer('b', '9.9.9.9');
  const table: [entry: string, reason: string | null][] = [
    ['1.1.1.1:6100=c', null],
    ['1.1.1.2:6100', null],
    ['[2606:4700::1]:6100=d', null],
    ['1.1.1.3:6100=m', 'is-self'],
    ['8.8.8.8:5999=x', 'is-self'],
    ['7.7.7.7:7000=x', 'is-self'],
    ['127.0.0.1:6100=x', 'not-for-us'],
    ['[::ffff:127.0.0.1]:6100=x', 'not-for-us'],
    ['10.0.0.1:6100=x', 'not-for-us'],
    ['169.254.0.1:6100=x', 'not-for-us'],
    ['0.0.0.0:6100=x', 'not-for-us'],
    ['224.0.0.1:6100=x', 'not-for-us'],
    ['192.0.2.1:6100=x', 'not-for-us'],
    ['1.1.1.4:22=x', 'bad-port'],
    ['1.1.1.4:1023=x', 'bad-port'],
    ['1.1.1.4:6667=x', 'bad-port'],
    ['1.1.1.4:1024=x', null],
    ['localhost:6100=x', 'unread'],
    ['1.1.1.5:0=x', 'unread'],
    ['1.1.1.5:65536=x', 'unread'],
    ['01.1.1.5:6100=x', 'unread'],
    ['x:/var/run/docker.sock=x', 'unread'],
  ];
  bare.hear(n, addrLine(...table.map(([entry]) => entry)));
  const { fresh, refused, ignored, listed, own } = lastAddr(bare);
  const placeOf = (entry: string) => entry.replace(/=.*/, '').replace('[::ffff:127.0.0.1]', '127.0.0.1');
  assert.deepEqual(
    refused.map(({ address, reason }) => [address, reason]),
    table
      .filter(([, reason]) => reason !== null && reason !== 'unread')
      .map(([entry, reason]) => [placeOf(entry), reason]),
  );
  assert.deepEqual(
    fresh.map(({ address }) => address.text),
    table.filter(([, reason]) => reason === null).map(([entry]) => placeOf(entry)),
  );
  assert.deepEqual([listed, ignored, own], [table.length, table.length - fresh.length, false]);
  const unread = table.filter((row) => row[1] === 'unread').length;
  assert.equal(bare.views.traffic(null).reasons['bad-address'], unread, 'what cannot be read has a reason, too');
  for (const reason of ['is-self', 'not-for-us', 'bad-port'] as const)
    assert.equal(
      bare.views.traffic(null).reasons[reason],
      table.filter((row) => row[1] === reason).length,
      `${reason} is counted`,
    );
  assert.deepEqual(bare.happened('strike'), []);
});

test('gossip: a class of address is taken from and told to peers of the classes of rule 32', () => {
  const places = { loopback: '127.0.0.1', private: '10.0.0.5', public: '9.9.9.9', v6: '[fd00::5]' };
  const table: [kind: keyof typeof places, address: string, passes: boolean][] = [
    ['loopback', '127.0.0.1:6001', true],
    ['loopback', '10.0.0.8:6001', true],
    ['loopback', '9.9.9.8:6001', true],
    ['private', '127.0.0.1:6001', false],
    ['private', '10.0.0.8:6001', true],
    ['private', '169.254.0.8:6001', true],
    ['private', '9.9.9.8:6001', true],
    ['public', '127.0.0.1:6001', false],
    ['public', '10.0.0.8:6001', false],
    ['public', '9.9.9.8:6001', true],
  ];
  for (const [kind, address, passes] of table) {
    const bare = lan();
    const n = bare.inboundPeer('b', places[kind]);
    bare.hear(n, addrLine(`${address}=x@5`));
    assert.equal(lastAddr(bare).fresh.length, passes ? 1 : 0, `${address} from a ${kind} peer`);

    const teller = lan();
    teller.hear(teller.dialled(teller.connect(address)), helloLine('x'), PONG);
    const asker = teller.inboundPeer('b', places[kind]);
    teller.take();
    teller.hear(asker, GETADDR);
    assert.deepEqual(
      teller.taken('>'),
      [`> #2 addr${passes ? ` ${address}=x@0` : ''}`],
      `${address} to a ${kind} peer`,
    );
  }
});

test('gossip: IPv6 is told only to peers that said they can read it', () => {
  for (const ext of [['v6'], []]) {
    const bare = open();
    bare.outboundPeer('c', '[2606:4700::1]:6100');
    const n = bare.accept('9.9.9.9');
    bare.hear(n, helloLine('b', { ext }));
    bare.take();
    bare.hear(n, GETADDR);
    assert.deepEqual(bare.taken('>'), [ext.length > 0 ? '> #2 addr [2606:4700::1]:6100=c@0' : '> #2 addr']);
  }
});

test('gossip: hearsay keeps the age it is told with, and without one counts as dialable and never as fresh', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine('10.0.0.2:6100=c@100', '10.0.0.3:6100=d', '10.0.0.4:6100=e@241', '10.0.0.5:6100=f@0'));
  bare.take();
  bare.hear(n, GETADDR);
  const answer = (text: string | undefined) => (text ?? '').split(' ').slice(3).sort();
  assert.deepEqual(answer(bare.taken('>')[0]), ['10.0.0.2:6100=c@100', '10.0.0.5:6100=f@0']);
  bare.advance(140 * SECOND_US);
  bare.hear(n, PONG);
  bare.take();
  bare.hear(n, GETADDR);
  assert.deepEqual(answer(bare.taken('>')[0]), ['10.0.0.2:6100=c@240', '10.0.0.5:6100=f@140']);
  bare.advance(SECOND_US);
  bare.take();
  bare.hear(n, GETADDR);
  assert.deepEqual(answer(bare.taken('>')[0]), ['10.0.0.5:6100=f@141']);
  assert.equal(bookSize(bare.node.book), 4, 'all of them are known');
});

test('gossip: an age is clamped, and what is no age counts as none', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  const seenAt = (age: string) => {
    const k = bookSize(bare.node.book);
    bare.hear(n, `{"msgtype":"addr","peers":[["10.0.1.${k}:6100","x"]],"ages":[${age}]}`);
    return bare.node.book.seenAt[k];
  };
  assert.equal(seenAt('1e300'), bare.now - 10 * 365 * 86_400 * SECOND_US);
  assert.equal(seenAt('3.9'), bare.now - 3 * SECOND_US);
  for (const none of ['-1', '"5"', 'null', '1e999', '[]']) assert.equal(seenAt(none), -Infinity, none);
});

test('gossip: an address that is told again becomes younger, never older, and keeps its id', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine('10.0.0.2:6100@100'), addrLine('10.0.0.2:6100=c@50'), addrLine('10.0.0.2:6100=d@200'));
  const { seenAt, ids } = bare.node.book;
  assert.deepEqual([seenAt[0], ids[0]], [bare.now - 50 * SECOND_US, 'c']);
  assert.deepEqual(
    bare.happened('addr').map(({ fresh, known }) => [fresh.length, known.length]),
    [
      [1, 0],
      [0, 1],
      [0, 1],
    ],
  );
  assert.equal(bare.session(n).addresses, 1, 'it was learnt once');
});

/** Addresses that this connection may still teach. */
const allowance = (bare: BareNode, n: number) =>
  Math.min(ADDR_TOKENS_MAX, (bare.now - bare.session(n).addrUsedTo) / addrEachUs(bare.node));

test('gossip: a new connection may teach ten addresses, a question of ours a hundred more', () => {
  const bare = open({ 'getaddr.ask': 3600 * SECOND_US });
  const n = bare.dialled(bare.connect('9.9.9.9:6100'));
  assert.equal(allowance(bare, n), 10);
  bare.hear(n, helloLine('b'));
  assert.equal(allowance(bare, n), 110);
});

test('gossip: the allowance is a bucket that fills with time and with our questions', () => {
  const bare = open({ 'getaddr.ask': 3600 * SECOND_US });
  const n = bare.inboundPeer('b', '9.9.9.9');
  const { node } = bare;
  const session = bare.session(n);
  assert.equal(allowance(bare, n), 110, 'ten, and the question of the greeting');
  const tokensAfter = (us: number) => {
    bare.advance(us);
    bare.hear(n, addrLine());
    return allowance(bare, n);
  };
  assert.equal(tokensAfter(10 * SECOND_US), 111);
  bare.order({ kind: 'getaddr', n });
  assert.equal(tokensAfter(0), 211);
  session.addrUsedTo = bare.now;
  bare.hear(n, addrLine(far(0)));
  assert.deepEqual(lastAddr(bare).refused, [{ address: far(0), reason: 'over-limit' }]);
  assert.equal(bookSize(node.book), 0);
  assert.equal(tokensAfter(9 * SECOND_US) < 1, true);
  bare.advance(SECOND_US + 1);
  bare.hear(n, addrLine(far(0), far(1)));
  assert.deepEqual([lastAddr(bare).fresh.length, lastAddr(bare).refused.length], [1, 1]);
  for (let i = 0; i < 20; i += 1) bare.order({ kind: 'getaddr', n });
  assert.equal(tokensAfter(0), ADDR_TOKENS_MAX);
});

test('gossip: a known address, or one of our own, costs no allowance', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine('10.0.0.2:6100'));
  const before = allowance(bare, n);
  bare.hear(n, addrLine('10.0.0.2:6100', '10.0.0.1:5999', '10.0.0.3:22', '127.0.0.1:6100'));
  assert.equal(allowance(bare, n), before);
});

test('gossip: one source fills only its share of the book, local sources a larger one', () => {
  for (const [ip, share] of [
    ['9.9.9.9', 64],
    ['10.0.0.9', 256],
    ['127.0.0.1', 256],
  ] as const) {
    const bare = lan();
    const n = bare.inboundPeer('b', ip);
    for (let part = 0; part < 4; part += 1) {
      bare.order({ kind: 'getaddr', n });
      bare.hear(n, addrLine(...FAR.slice(100 * part, 100 * part + 100)));
    }
    assert.equal(bookSize(bare.node.book), share, ip);
    assert.equal(lastAddr(bare).refused[0]?.reason, 'source-full');
    const neighbour = bare.inboundPeer('c', ip.replace(/9$/, '8'));
    bare.hear(neighbour, addrLine('77.7.7.7:6100'));
    assert.equal(lastAddr(bare).refused[0]?.reason, 'source-full', 'a neighbour is the same source');
    const other = bare.inboundPeer('d', '77.1.1.1');
    bare.hear(other, addrLine('77.7.7.7:6100'));
    assert.equal(lastAddr(bare).fresh.length, 1, 'another source has a share of its own');
  }
});

test('gossip: of more than addr.take entries that many are looked at, chosen at random', () => {
  const seen = new Set<string>();
  for (const seed of [1, 2]) {
    const bare = new BareNode({ listen: '10.0.0.1:5999', seed, settings: { 'gossip.dial': false, 'addr.take': 5 } });
    const n = bare.inboundPeer('b', '10.0.0.9');
    bare.hear(n, addrLine(...FAR.slice(0, 50)));
    const { fresh, ignored, listed, refused } = lastAddr(bare);
    assert.deepEqual([fresh.length, ignored, listed, refused.length], [5, 45, 50, 0]);
    assert.deepEqual(bare.views.traffic(null).reasons, { 'over-limit': 45 });
    seen.add(fresh.map(({ address }) => address.text).join());
  }
  assert.equal(seen.size, 2);
});

test('gossip: 1,000 entries are no strike, 1,001 are one', () => {
  for (const [count, strikes] of [
    [1_000, 0],
    [1_001, 1],
  ] as const) {
    const bare = lan();
    const n = bare.inboundPeer('b', '10.0.0.9');
    bare.hear(n, addrLine(...FAR.slice(0, count)));
    assert.equal(bare.happened('strike').length, strikes);
    assert.equal(lastAddr(bare).fresh.length, 100, 'what may be taken is taken');
  }
});

test('gossip: an unsolicited addr is taken in and relayed to nobody', () => {
  const bare = lan();
  bare.inboundPeer('b', '10.0.0.8');
  const n = bare.inboundPeer('c', '10.0.0.9');
  bare.take();
  bare.hear(n, addrLine('10.0.0.2:6100=d@1'));
  assert.deepEqual(bare.taken('>', 'dial'), []);
});

test('gossip: our own address is told to whom rule 32 and its family allow, and to nobody as 0.0.0.0', () => {
  const table: [
    listen: string,
    advertise: string,
    ip: string,
    local: string | null,
    ext: string[],
    own: string | null,
  ][] = [
    ['127.0.0.1:5999', '', '127.0.0.1', null, [], '127.0.0.1:5999'],
    ['127.0.0.1:5999', '', '10.0.0.9', null, [], null],
    ['10.0.0.1:5999', '', '127.0.0.1', null, [], '10.0.0.1:5999'],
    ['10.0.0.1:5999', '', '9.9.9.9', null, [], null],
    ['8.8.8.8:5999', '', '9.9.9.9', null, [], '8.8.8.8:5999'],
    ['8.8.8.8:5999', '', '127.0.0.1', null, [], '8.8.8.8:5999'],
    ['0.0.0.0:5999', '', '10.0.0.9', '10.0.0.1:5999', [], '10.0.0.1:5999'],
    ['0.0.0.0:5999', '', '10.0.0.9', null, [], null],
    ['[::]:5999', '', '10.0.0.9', '10.0.0.1:5999', [], '10.0.0.1:5999'],
    ['[2606:4700::1]:5999', '', '[2606:4700::2]', null, ['v6'], '[2606:4700::1]:5999'],
    ['[2606:4700::1]:5999', '', '9.9.9.9', null, [], null],
    ['10.0.0.1:5999', '8.8.8.8:7000', '9.9.9.9', null, [], '8.8.8.8:7000'],
    ['10.0.0.1:5999', '8.8.8.8:7000', '10.0.0.9', null, [], '8.8.8.8:7000'],
    ['', '', '10.0.0.9', '10.0.0.1:5999', [], null],
  ];
  for (const [listen, advertise, ip, local, ext, own] of table) {
    const bare = quiet(listen, { advertise });
    const n = bare.accept(ip.replace(/[[\]]/g, ''), 41_000, local);
    bare.hear(n, helloLine('b', { ext }));
    const told = bare.take().filter((line) => line.startsWith('> #1 addr') || line.startsWith('> #1 hello'));
    const port = own === null ? '' : ` listen=${at(own).port}`;
    assert.deepEqual(
      told,
      [`> #1 hello nodeid=m${port}`, ...(own === null ? [] : [`> #1 addr ${own}=m`])],
      `${listen} ${advertise} to ${ip}`,
    );
    const detail = bare.views.peer(n);
    assert.equal(detail?.advertised, own);
    assert.equal(
      detail?.notAdvertised === null,
      own !== null || listen === '' || (listen.startsWith('0') && local === null),
    );
  }
});

test('gossip: a peer without listen in its hello tells its port by the pair that names it', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine('10.0.0.9:6100=b'));
  assert.equal(lastAddr(bare).own, true);
  assert.deepEqual([bare.session(n).listen?.text, bare.session(n).confirmed], ['10.0.0.9:6100', true]);
  bare.hear(n, addrLine('10.0.0.9:7000=b'));
  assert.equal(bare.session(n).listen?.text, '10.0.0.9:6100', 'the first one stands');
  bare.hear(n, addrLine('10.0.0.9:6100=b', '10.0.0.3:6100=c'));
  assert.equal(lastAddr(bare).own, false);
});

test('gossip: a pair that names another id or another IP is not the sender', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine('10.0.0.9:6100=c'), addrLine('10.0.0.8:6100=b'), addrLine('10.0.0.9:6001'));
  assert.equal(bare.session(n).listen, null);
  assert.ok(bare.happened('addr').every(({ own }) => !own));
});

test('gossip: getaddr is answered both ways, with an empty list if need be', () => {
  const bare = lan();
  const inbound = bare.inboundPeer('b', '10.0.0.9');
  const outbound = bare.outboundPeer('c', '10.0.0.8:6100');
  bare.hangUp(inbound);
  bare.take();
  bare.hear(outbound, GETADDR);
  assert.deepEqual(bare.taken('>'), ['> #2 addr']);
  const again = bare.inboundPeer('b', '10.0.0.9');
  bare.take();
  bare.hear(again, GETADDR);
  assert.deepEqual(bare.taken('>'), ['> #3 addr 10.0.0.8:6100=c@0']);
});

test('gossip: the asker is never told of itself, by address or by id', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9', { listen: 6100 });
  bare.hear(n, addrLine('10.0.0.7:6100=b@1', '10.0.0.6:6100=c@1'));
  bare.take();
  bare.hear(n, GETADDR);
  assert.deepEqual(bare.taken('>'), ['> #1 addr 10.0.0.6:6100=c@1']);
});

test('gossip: a peer is told of while it was seen alive within addr.fresh, counted from its last pong', () => {
  const bare = lan({
    'ping.timeout': 1_000 * SECOND_US,
    'ping.interval': 900 * SECOND_US,
    'getaddr.ask': 3600 * SECOND_US,
  });
  bare.inboundPeer('b', '10.0.0.9', { listen: 6100 });
  bare.advance(30 * SECOND_US);
  const asker = bare.inboundPeer('c', '10.0.0.8');
  const told = () => {
    bare.take();
    bare.hear(asker, GETADDR);
    return bare.taken('>').join();
  };
  assert.equal(told(), '> #2 addr 10.0.0.9:6100=b@30');
  bare.advance(210 * SECOND_US);
  assert.equal(told(), '> #2 addr 10.0.0.9:6100=b@240');
  bare.advance(1);
  assert.equal(told(), '> #2 addr');
});

test('gossip: a public peer is told of only once its address is confirmed', () => {
  const bare = open();
  const n = bare.inboundPeer('b', '9.9.9.9', { listen: 6100 });
  const asker = bare.inboundPeer('c', '7.7.7.7');
  bare.take();
  bare.hear(asker, GETADDR);
  assert.deepEqual(bare.taken('>'), ['> #2 addr']);
  const visit = bare.dialled(1);
  bare.hear(visit, helloLine('b'));
  assert.equal(bare.session(n).confirmed, true);
  bare.take();
  bare.hear(asker, GETADDR);
  assert.deepEqual(bare.taken('>'), ['> #2 addr 9.9.9.9:6100=b@0']);
});

test('gossip: an answer has at most 32 entries, none twice, in lines of at most 1,400 bytes, a random choice', () => {
  const answers = new Set<string>();
  for (const seed of [1, 2, 3]) {
    const bare = new BareNode({ listen: '10.0.0.1:5999', seed, settings: { 'gossip.dial': false } });
    const n = bare.inboundPeer('b', '10.0.0.9');
    const id = (k: number) => `${k}`.padStart(64, 'x');
    bare.hear(n, addrLine(...FAR.slice(0, 90).map((place, k) => `${place}=${id(k)}@10`)));
    assert.equal(bookSize(bare.node.book), 90);
    const from = bare.sent.length;
    bare.hear(n, GETADDR);
    const messages = bare.sent.slice(from).map(({ message }) => message);
    const entries = messages.flatMap((message) => (message.type === 'addr' ? message.peers : []));
    assert.equal(entries.length, 32);
    assert.equal(new Set(entries.map(({ address }) => address.text)).size, 32);
    assert.ok(messages.length > 1);
    for (const message of messages) assert.ok(encodeMessage(message).length <= LINE_SENT_BYTES_MAX);
    answers.add(entries.map(({ address }) => address.text).join());
  }
  assert.equal(answers.size, 3);
});

test('gossip: getaddr is answered five times at once, then once in 10 s; loopback askers 60 times, then each second', () => {
  for (const [ip, burst, everyUs] of [
    ['10.0.0.9', 5, 10 * SECOND_US],
    ['9.9.9.9', 5, 10 * SECOND_US],
    ['127.0.0.1', GETADDR_BURST_LOOPBACK, SECOND_US],
  ] as const) {
    const bare = lan();
    const n = bare.inboundPeer('b', ip);
    bare.take();
    const answers = (count: number) => {
      for (let i = 0; i < count; i += 1) bare.hear(n, GETADDR);
      return bare.taken('>').length;
    };
    assert.equal(answers(burst + 20), burst, ip);
    bare.advance(everyUs - 1);
    assert.equal(answers(3), 0);
    bare.advance(2);
    assert.equal(answers(3), 1, 'what was asked in between has cost nothing');
    bare.advance(20 * SECOND_US);
    bare.hear(n, PONG);
    assert.deepEqual(bare.happened('strike'), [], 'the excess is silently ignored');
  }
});

/** A node that knows so many fresh public addresses. */
function knowing(count: number, settings: Partial<Settings> = {}): BareNode {
  const bare = open(settings);
  for (let k = 0; k < count; k += 50) {
    const n = bare.inboundPeer(`t${k}`, `99.${k}.0.1`);
    bare.hear(n, addrLine(...FAR.slice(k, Math.min(count, k + 50)).map((place) => `${place}=x${place.length}${k}@10`)));
    bare.hangUp(n);
  }
  bare.take();
  return bare;
}

function answerOf(bare: BareNode, n: number): string[] {
  bare.take();
  bare.hear(n, GETADDR);
  return bare
    .taken('>')
    .flatMap((line) => line.split(' ').slice(3))
    .sort();
}

test('gossip: public askers of one group are told the same for ten minutes, with ages that go on', () => {
  const bare = knowing(100);
  const one = bare.inboundPeer('b', '9.9.9.9');
  const first = answerOf(bare, one);
  assert.equal(first.length, 32);
  const neighbour = bare.inboundPeer('c', '9.9.1.1');
  assert.deepEqual(answerOf(bare, neighbour), first);
  assert.notDeepEqual(answerOf(bare, bare.inboundPeer('d', '7.7.7.7')), first, 'another group is told something else');
  bare.advance(60 * SECOND_US);
  assert.deepEqual(answerOf(bare, one), first.map((entry) => entry.replace(/@10$/, '@70')).sort());
  bare.advance(171 * SECOND_US);
  bare.hear(one, PONG);
  assert.deepEqual(answerOf(bare, one), [], 'what is no longer fresh is left out');
});

test('gossip: a kept answer ends after ten minutes', () => {
  const bare = knowing(100, { 'addr.fresh': 3_600 * SECOND_US });
  const first = answerOf(bare, bare.inboundPeer('b', '9.9.9.9'));
  bare.advance(10 * MINUTE_US - 1);
  const places = (entries: readonly string[]) => entries.map((entry) => entry.replace(/@.*/, '')).sort();
  assert.deepEqual(places(answerOf(bare, bare.inboundPeer('c', '9.9.9.8'))), places(first));
  bare.advance(1);
  assert.notDeepEqual(places(answerOf(bare, bare.inboundPeer('d', '9.9.9.7'))), places(first));
});

test('gossip: an answer that tells all we know is not kept', () => {
  const bare = knowing(20);
  const n = bare.inboundPeer('b', '9.9.9.9');
  assert.equal(answerOf(bare, n).length, 20);
  assert.equal(bare.node.keptAnswers.size, 0);
  const teller = bare.inboundPeer('t', '99.0.0.1');
  bare.hear(teller, addrLine('123.1.1.1:6100=new@1'));
  assert.ok(answerOf(bare, n).includes('123.1.1.1:6100=new@1'));
});

test('gossip: local askers get a new choice each time', () => {
  const bare = knowing(100);
  const n = bare.inboundPeer('b', '10.0.0.9');
  assert.notDeepEqual(answerOf(bare, n), answerOf(bare, n));
  assert.equal(bare.node.keptAnswers.size, 0);
});

test('gossip: a kept answer leaves out the asker it is told to', () => {
  const bare = knowing(100);
  const first = answerOf(bare, bare.inboundPeer('b', '9.9.9.9'));
  const [place = '', id = ''] = first[0]?.split('@')[0]?.split('=') ?? [];
  const told = answerOf(bare, bare.inboundPeer(id, '9.9.8.8'));
  assert.ok(first.length > 0 && !told.some((entry) => entry.startsWith(`${place}=`)));
});

test('gossip: a kept answer leaves out what was forgotten since', () => {
  const bare = knowing(100);
  const first = answerOf(bare, bare.inboundPeer('b', '9.9.9.9'));
  const [place = ''] = first[0]?.split('=') ?? [];
  forgetAddress(bare.node.book, findText(bare.node.book, place));
  const told = answerOf(bare, bare.inboundPeer('c', '9.9.8.8'));
  assert.deepEqual(told, first.slice(1));
});

test('gossip: kept answers are bounded', () => {
  const bare = knowing(100);
  for (let k = 0; k < ANSWERS_KEPT_MAX + 5; k += 1) {
    const n = bare.inboundPeer(`a${k}`, `${150 + (k % 50)}.${Math.floor(k / 50)}.0.1`);
    bare.hear(n, GETADDR);
    bare.hangUp(n);
  }
  assert.equal(bare.node.keptAnswers.size, ANSWERS_KEPT_MAX);
});

test('gossip: claimed addresses that wait for a dial-back are bounded', () => {
  const bare = open({ 'dial.parallel': 1, 'peers.max': 10_000, 'peers.inbound': 10_000 });
  for (let k = 0; k < DIALBACKS_MAX + 20; k += 1) bare.inboundPeer(`p${k}`, at(far(k)).ip, { listen: 6100 });
  assert.equal(bare.node.dialbacks.length, DIALBACKS_MAX);
  assert.equal(bare.dials.size, 1);
});

test('gossip: below target one random peer is asked for more every minute, at target nobody', () => {
  const bare = open();
  const peers = ['b', 'c'].map((id) => bare.inboundPeer(id, `9.9.9.${id.charCodeAt(0)}`));
  bare.take();
  for (let minute = 0; minute < 4; minute += 1) {
    bare.advance(60 * SECOND_US);
    for (const n of peers) bare.hear(n, PONG);
    assert.equal(bare.take().filter((line) => line.endsWith('getaddr')).length, 1);
  }
  const content = open({ 'peers.outbound': 1 });
  content.outboundPeer('b', '9.9.9.9:6100');
  content.take();
  content.advance(100 * SECOND_US);
  assert.deepEqual(
    content.take().filter((line) => line.endsWith('getaddr')),
    [],
  );
});

test('gossip: an inbound peer is worth knowing, as fresh only where its address is confirmed', () => {
  const bare = open();
  bare.inboundPeer('b', '9.9.9.9', { listen: 6100 });
  bare.inboundPeer('c', '10.0.0.9', { listen: 6100 });
  bare.inboundPeer('d', '10.0.0.8');
  const { addresses, ids, seenAt } = bare.node.book;
  assert.deepEqual(
    addresses.map(({ text }, slot) => [text, ids[slot], seenAt[slot]]),
    [
      ['9.9.9.9:6100', 'b', -Infinity],
      ['10.0.0.9:6100', 'c', bare.now],
    ],
  );
});

test('gossip: a strike for an addr does not stop its peer from being answered', () => {
  const bare = lan();
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine(...FAR.slice(0, 1_001)));
  bare.take();
  bare.hear(n, PING);
  assert.deepEqual(bare.taken('>'), ['> #1 pong']);
});
