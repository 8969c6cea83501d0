/** Buggy and malicious peers, by name: each is a script for a puppet that knows some victims' addresses. */
import { type Address, parseAddress } from '../../src/wire/address.ts';
import type { Hello, Message } from '../../src/wire/messages.ts';
import type { Hands, Script } from './puppet.ts';

const hello = (nodeid: string): Hello => ({
  type: 'hello',
  nodeid,
  listen: 5_999,
  agent: 'puppet',
  observed: null,
  ext: ['nonce'],
});
const SECOND_US = 1_000_000;
/** At most every second, so that the whole allowance is used up and more. */
const FLOOD_PINGS = 3_000;
const PING: Message = { type: 'ping', nonce: null };

const someOf = <Item>(hands: Hands, items: readonly Item[]): Item | undefined =>
  items[Math.floor(hands.random() * items.length)];

/** A random v4-shaped id. */
export function randomId(hands: Hands): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(hands.random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Dials a random victim now and then. */
const restless = (victims: readonly Address[]) => (hands: Hands) => {
  const victim = someOf(hands, victims);
  if (victim !== undefined) hands.dial(victim);
  hands.wake(Math.floor(SECOND_US * (1 + 9 * hands.random())));
};

function randomPublic(hands: Hands): Address {
  const part = () => Math.floor(hands.random() * 250);
  return parseAddress(`${90 + (part() % 9)}.${part()}.${part()}.${1 + part()}:5999`) as Address;
}

/** Does the handshake and answers pings, so that it stays; `more` sees every message after. */
const polite = (id: string, more: (hands: Hands, n: number, message: Message) => void): Script => ({
  opened: (hands, n, inbound) => {
    if (!inbound) hands.send(n, hello(id));
  },
  heard(hands, n, message) {
    if (message.type === 'hello') hands.send(n, hello(id));
    if (message.type === 'ping') hands.send(n, { type: 'pong', nonce: message.nonce });
    more(hands, n, message);
  },
});

export const SCRIPTS = {
  /** Tells of thousands of places where nobody is, as if all were alive a second ago. */
  liar: (victims: readonly Address[], id: string): Script => ({
    ...polite(id, (hands, n, message) => {
      if (message.type !== 'getaddr' && message.type !== 'ping') return;
      const peers = Array.from({ length: 200 }, () => ({
        address: randomPublic(hands),
        nodeid: randomId(hands),
        age: 1,
      }));
      hands.send(n, { type: 'addr', peers, skipped: 0, listed: peers.length });
    }),
    woken: restless(victims),
  }),
  /** Sends far more than it may to whoever it met last. */
  flooder: (victims: readonly Address[], id: string): Script => {
    let victim = 0;
    const dialNext = restless(victims);
    return {
      ...polite(id, (_, n, message) => {
        if (message.type === 'hello') victim = n;
      }),
      woken(hands) {
        for (let i = 0; i < FLOOD_PINGS && victim > 0; i += 1) hands.send(victim, PING);
        dialNext(hands);
      },
    };
  },
  /** Takes connections and says nothing, ever. */
  silent: (victims: readonly Address[]): Script => ({ woken: restless(victims) }),
  /** Another id on every connection, and a second hello with yet another. */
  changeling: (victims: readonly Address[]): Script => ({
    opened: (hands, n, inbound) => {
      if (!inbound) hands.send(n, hello(randomId(hands)));
    },
    heard(hands, n, message) {
      if (message.type === 'hello') hands.send(n, hello(randomId(hands)));
      if (message.type === 'getaddr') hands.send(n, hello(randomId(hands)));
    },
    woken: restless(victims),
  }),
  /** Says the ids of others. */
  thief: (victims: readonly Address[]): Script => {
    const stolen: string[] = ['00000000-0000-4000-8000-000000000000'];
    return {
      opened: (hands, n, inbound) => {
        if (!inbound) hands.send(n, hello(someOf(hands, stolen) ?? ''));
      },
      heard(hands, n, message) {
        if (message.type === 'hello') {
          stolen.push(message.nodeid);
          hands.send(n, hello(someOf(hands, stolen) ?? ''));
        }
        if (message.type === 'addr')
          for (const { nodeid } of message.peers) if (nodeid !== null && stolen.length < 64) stolen.push(nodeid);
      },
      woken: restless(victims),
    };
  },
  /** Does the handshake and then reads nothing more: no ping of ours is ever answered. */
  stuck: (victims: readonly Address[], id: string): Script => ({
    opened: (hands, n, inbound) => {
      if (!inbound) hands.send(n, hello(id));
    },
    heard(hands, n, message) {
      if (message.type === 'hello') hands.send(n, hello(id));
    },
    woken: restless(victims),
  }),
  /** Talks before it says hello, and drops connections whenever it likes. */
  rude: (victims: readonly Address[], id: string): Script => ({
    opened(hands, n) {
      hands.send(n, PING);
      hands.send(n, { type: 'getaddr' });
      if (hands.random() < 0.5) hands.send(n, hello(id));
      if (hands.random() < 0.3) hands.close(n);
    },
    heard(hands, n) {
      if (hands.random() < 0.05) hands.close(n);
    },
    woken: restless(victims),
  }),
} satisfies Record<string, (victims: readonly Address[], id: string) => Script>;
