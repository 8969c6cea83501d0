/**
 * One eclipse attack in the simulated world: a seed and a defence go in, how many of the victim's outbound connections the attacker holds
 * after a restart comes out. The model is that of Heilman et al., "Eclipse Attacks on Bitcoin's Peer-to-Peer Network" (2015): the
 * attacker fills the victim's tables over inbound connections, then the victim restarts from them.
 */
import { createNode, loadBook, type NodeState, saveBook, startNode } from '../../src/core/node.ts';
import { defaultSettings, type Settings } from '../../src/settings.ts';
import { NodeInhabitant } from '../../src/sim/inhabitant.ts';
import { nextTime } from '../../src/sim/kernel.ts';
import { addHost, closeEnd, createNetwork, type Host, type Network, removeHost } from '../../src/sim/network.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { step } from '../../src/sim/step.ts';
import { type Address, parseAddress } from '../../src/wire/address.ts';
import type { AddrEntry, Message } from '../../src/wire/messages.ts';
import { type Hands, Puppet, type Script } from '../seeds/puppet.ts';
import { randomId } from '../seeds/scripts.ts';

const SECOND_US = 1_000_000;
const HOUR_US = 3_600 * SECOND_US;
const PORT = 5_999;
/** The victim's book before: all of `tried`, and hearsay; this share of each is alive. */
const HONEST_TRIED = 256;
const HONEST_NEW = 512;
const ALIVE_TRIED = 0.4;
const ALIVE_NEW = 0.2;
/** Honest peers that dial the victim, as anybody's peers do. */
const HONEST_INBOUND = 24;
const ATTACK_GROUPS = ['80.10', '81.20', '82.30', '83.40'];
/** Places in each of the attacker's networks where somebody of his answers; together 100,000. */
const PLACES_PER_GROUP = 25_000;
/** Machines of each network that connect to the victim. */
const DIALLERS_PER_GROUP = 64;
const TOLD_AT_ONCE = 100;
/** How long one of them stays connected, and how long he is away. */
const STAY_US = 120 * SECOND_US;
const AWAY_US = 360 * SECOND_US;
const TELL_EVERY_US = 60 * SECOND_US;
const ATTACK_US = 2 * HOUR_US;
/** After the restart until the connections are counted. */
const SETTLE_US = 5 * 60 * SECOND_US;
const DOWN_US = 60 * SECOND_US;

export interface Defence {
  readonly name: string;
  readonly settings: Partial<Settings>;
}

export const DEFENCES: Readonly<Record<'on' | 'off', Defence>> = {
  on: { name: 'as it is', settings: {} },
  off: {
    name: 'without bucketing',
    settings: { 'book.source': 65_536, 'book.tried.groups': 1, 'peers.outbound.group': 65_536 },
  },
};

export interface Captured {
  readonly outbound: number;
  readonly attackers: number;
  /** Of the saved book. */
  readonly triedOfAttacker: number;
  readonly newOfAttacker: number;
  readonly newOfHonest: number;
}

const isAttackers = ({ group }: Address) => ATTACK_GROUPS.some((one) => group === `v4:${one}`);

function place(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return address;
}

/** Made once: they are the same in every run. */
const attackPlaces: readonly Address[] = ATTACK_GROUPS.flatMap((group) =>
  Array.from({ length: PLACES_PER_GROUP }, (_, i) =>
    place(`${group}.${1 + Math.floor(i / 250)}.${1 + (i % 250)}:${PORT}`),
  ),
);

const honestPlaces: readonly Address[] = Array.from({ length: HONEST_TRIED + HONEST_NEW }, (_, i) =>
  place(`${20 + (i % 50)}.${(i * 7) % 200}.${1 + (i % 3)}.${1 + Math.floor(i / 150)}:${PORT}`),
);

export function runAttack(seed: number, defence: Defence): Captured {
  const network = createNetwork(seed, false);
  const random = createRandom(seed, 77);
  const chance = (share: number) => nextRandom(random) < share;
  const alive = honestPlaces.filter((_, i) => chance(i < HONEST_TRIED ? ALIVE_TRIED : ALIVE_NEW));
  const settings: Settings = { ...defaultSettings(), ...defence.settings };
  const victimAt = place(`70.1.1.1:${PORT}`);
  const known = entriesOf(alive, 'honest');
  alive.forEach((address, i) => {
    const knocks = i < HONEST_INBOUND ? victimAt : null;
    moveIn(network, 1_000 + i, address, honest(known, `honest-${i}`, knocks));
  });
  settleAttackers(network, victimAt);
  const before = honestPlaces.map((address, i) => ({
    address: address.text,
    id: `honest-${i}`,
    table: i < HONEST_TRIED ? 'tried' : 'new',
    seenAgeS: Math.floor(nextRandom(random) * 86_400),
    failures: 0,
  }));
  const victim = startVictim(network, victimAt, 1, settings, before);
  pass(network, ATTACK_US);
  const saved: unknown = JSON.parse(JSON.stringify(saveBook(victim.node, network.kernel.now)));
  crash(network, victim.host);
  pass(network, DOWN_US);
  const again = startVictim(network, victimAt, 2, settings, saved as unknown[]);
  pass(network, SETTLE_US);
  return { ...captured(again.node), ...tablesOf(saved as { address: string; table: string }[]) };
}

function pass(network: Network, us: number): void {
  const until = network.kernel.now + us;
  while (nextTime(network.kernel) <= until) step(network);
  network.kernel.now = until;
}

function captured({ sessions }: NodeState): Pick<Captured, 'outbound' | 'attackers'> {
  const outbound = [...sessions.values()].filter(
    ({ dir, stage, via }) => dir === 'outbound' && stage === 'ready' && via === 'gossip',
  );
  return { outbound: outbound.length, attackers: outbound.filter(({ remote }) => isAttackers(remote)).length };
}

function tablesOf(saved: readonly { address: string; table: string }[]) {
  const count = (table: string, ofAttacker: boolean) =>
    saved.filter((entry) => entry.table === table && isAttackers(place(entry.address)) === ofAttacker).length;
  return {
    triedOfAttacker: count('tried', true),
    newOfAttacker: count('new', true),
    newOfHonest: count('new', false),
  };
}

function startVictim(network: Network, at: Address, life: number, settings: Settings, book: readonly unknown[]) {
  const id = `7777777${life}-0000-4000-8000-000000000000`;
  const node = createNode({ id, agent: 'victim', settings, bootstrap: [] });
  const host = addHost(network, life, `victim-${life}`, at, (context) => new NodeInhabitant(node, context));
  loadBook(node, host.context, book, life === 1 ? 0 : DOWN_US);
  startNode(node, host.context, [at]);
  return { node, host };
}

/** The attacker's best case: no clean stop, so no peers are saved to be dialled first (rule 47). */
function crash(network: Network, host: Host): void {
  for (const end of [...host.ends.values()]) closeEnd(network, end);
  removeHost(network, host);
}

function moveIn(network: Network, index: number, address: Address, script: Script): Host {
  const host = addHost(network, index, `host-${index}`, address, (context) => new Puppet(context, script));
  host.context.wake(0);
  return host;
}

/** Somebody of the attacker answers at each of his places; some of them are machines that also connect to the victim. */
function settleAttackers(network: Network, victim: Address): void {
  ATTACK_GROUPS.forEach((_, group) => {
    const places = attackPlaces.slice(group * PLACES_PER_GROUP, (group + 1) * PLACES_PER_GROUP);
    const sink = moveIn(network, 3_000 + group, places[0] as Address, attacker(null));
    for (const address of places) network.hosts.set(address.text, sink);
    for (let i = 1; i <= DIALLERS_PER_GROUP; i += 1) {
      const at = places[i * 390] as Address;
      moveIn(network, 4_000 + group * DIALLERS_PER_GROUP + i, at, attacker(victim));
    }
  });
}

const hello = (nodeid: string): Message => ({
  type: 'hello',
  nodeid,
  listen: PORT,
  agent: null,
  observed: null,
  ext: ['nonce'],
});

const some = <Item>(hands: Hands, items: readonly Item[]): Item =>
  items[Math.floor(hands.random() * items.length)] as Item;

/** All that somebody has to tell, each as if it had been alive a second ago. */
const entriesOf = (places: readonly Address[], name: string): readonly AddrEntry[] =>
  places.map((address, i) => ({ address, nodeid: `${name}-${i}`, age: 1 }));

const attackEntries = entriesOf(attackPlaces, 'attacker');

function tell(hands: Hands, n: number, entries: readonly AddrEntry[], count: number): void {
  const peers = Array.from({ length: count }, () => some(hands, entries));
  hands.send(n, { type: 'addr', peers, skipped: 0, listed: count });
}

/** Keeps the rules. */
function honest(known: readonly AddrEntry[], id: string, victim: Address | null): Script {
  let connected = 0;
  return {
    opened(hands, n, inbound) {
      if (inbound) return;
      connected = n;
      hands.send(n, hello(id));
    },
    heard(hands, n, message) {
      if (message.type === 'hello' && n !== connected) hands.send(n, hello(id));
      if (message.type === 'ping') hands.send(n, { type: 'pong', nonce: message.nonce });
      if (message.type === 'getaddr') tell(hands, n, known, 16);
    },
    closed(_, n) {
      if (n === connected) connected = 0;
    },
    woken(hands) {
      if (victim === null) return;
      if (connected === 0) hands.dial(victim);
      hands.wake(Math.floor(60 * SECOND_US * (1 + hands.random())));
    },
  };
}

/** Keeps every limit of the victim, says another name each time and tells only of his own places. */
function attacker(victim: Address | null): Script {
  let connected = 0;
  let until = 0;
  return {
    opened(hands, n, inbound) {
      if (inbound) return;
      connected = n;
      until = hands.now + STAY_US;
      hands.send(n, hello(randomId(hands)));
    },
    heard(hands, n, message) {
      if (message.type === 'hello' && n !== connected) hands.send(n, hello(randomId(hands)));
      if (message.type === 'ping') hands.send(n, { type: 'pong', nonce: message.nonce });
      if (message.type === 'getaddr') tell(hands, n, attackEntries, TOLD_AT_ONCE);
    },
    closed(_, n) {
      if (n === connected) connected = 0;
    },
    woken(hands) {
      if (victim === null) return;
      if (connected === 0) {
        hands.dial(victim);
        return hands.wake(TELL_EVERY_US);
      }
      if (hands.now < until) {
        tell(hands, connected, attackEntries, TOLD_AT_ONCE);
        return hands.wake(TELL_EVERY_US);
      }
      hands.close(connected);
      connected = 0;
      hands.wake(Math.floor(AWAY_US * (0.5 + hands.random())));
    },
  };
}

export interface Summary {
  readonly seeds: number;
  /** Share of all outbound connections over all seeds. */
  readonly share: number;
  /** Seeds in which no outbound connection was honest. */
  readonly eclipsed: number;
  readonly tried: number;
  readonly hearsay: number;
  readonly outbound: number;
}

/** No outbound connection is honest. */
export const isEclipsed = ({ outbound, attackers }: Captured) => outbound === attackers;

export function summarise(results: readonly Captured[]): Summary {
  const sum = (of: (one: Captured) => number) => results.reduce((total, one) => total + of(one), 0);
  const outbound = sum((one) => one.outbound);
  return {
    seeds: results.length,
    share: sum((one) => one.attackers) / Math.max(1, outbound),
    eclipsed: results.filter(isEclipsed).length,
    tried: sum((one) => one.triedOfAttacker) / results.length,
    hearsay:
      sum((one) => one.newOfAttacker) /
      Math.max(
        1,
        sum((one) => one.newOfAttacker + one.newOfHonest),
      ),
    outbound: outbound / results.length,
  };
}
