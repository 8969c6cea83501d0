/** What holds of a node whatever happens to it: a node goes in after each step, and everything it keeps must agree. */
import assert from 'node:assert/strict';
import { banOn } from '../../src/core/bans.ts';
import {
  ACCEPT_PACES_MAX,
  ANCHORS_MAX,
  ANSWERS_KEPT_MAX,
  BANS_MAX,
  BOOTSTRAP_MAX,
  DIALBACKS_MAX,
  DIALLED_IPS_MAX,
  GONE_MAX,
  HELD_MAX,
  PINGS_OUT_MAX,
  SELF_MAX,
  USER_PINGS_MAX,
} from '../../src/core/limits.ts';
import { leadsToPeer, whyNotDial } from '../../src/core/obstacles.ts';
import { mayUseTo } from '../../src/core/pace.ts';
import { sessionDeadline } from '../../src/core/session.ts';
import { mayDialMore } from '../../src/core/slots.ts';
import type { NodeState, Session } from '../../src/core/state.ts';
import { isLocal } from '../../src/wire/address.ts';
import type { BareNode } from '../helpers/bare-node.ts';
import { checkBook } from '../helpers/book-check.ts';

/** The same things, each once; `deepEqual` of sets of sessions compares their contents, which takes most of the time. */
function sameMembers<Item>(some: readonly Item[], others: readonly Item[], what: string): void {
  const all = new Set(some);
  assert.ok(all.size === some.length && some.length === others.length && others.every((one) => all.has(one)), what);
}

function checkTables({ node, now }: BareNode): void {
  const live = [...node.sessions.values()].filter(({ stage }) => stage !== 'closing');
  for (const [id, peer] of node.peers) {
    assert.equal(node.sessions.get(peer.n), peer, 'a peer is a connection that is there');
    assert.ok(peer.stage === 'ready' && peer.id === id);
    assert.notEqual(id, node.id, 'we are no peer of ours');
  }
  const ready = live.filter(({ stage }) => stage === 'ready');
  sameMembers(ready, [...node.peers.values()], 'one ready session for each id');
  for (const [text, n] of node.places) {
    const session = node.sessions.get(n);
    assert.ok(session !== undefined && session.stage !== 'closing', `who has the place ${text} lives`);
    assert.equal(session.listen?.text, text);
  }
  for (const { listen } of live)
    if (listen !== null) assert.ok(node.places.has(listen.text), `${listen.text} is a place`);
  for (const session of node.sessions.values()) checkSession(node, session, now);
}

function checkSession(node: NodeState, session: Session, now: number): void {
  const { stage, n } = session;
  if (stage === 'rival') {
    const olds = [...node.sessions.values()].filter((old) => old.rival === n && old.id === session.id);
    assert.equal(olds.length, 1, `rival #${n} waits for one old connection`);
    assert.ok(
      olds.every((old) => old.stage === 'closing' || old.probeUntil !== null),
      'and not for ever',
    );
  } else if (stage !== 'closing')
    assert.ok(sessionDeadline(node, session) < Infinity, `#${n} in ${stage} has a deadline`);
  if (stage === 'quiet') assert.ok(session.dir === 'outbound' && session.id === null);
  assert.ok(session.userPings >= 0 && session.userPings <= USER_PINGS_MAX);
  assert.ok(session.pings.length <= PINGS_OUT_MAX);
  for (const usedTo of [session.addrUsedTo, session.getaddrUsedTo])
    assert.ok(mayUseTo(usedTo, now), 'no more was taken than is allowed');
  assert.ok(session.strikeTimes.length <= node.settings['strike.max']);
  for (const time of [
    session.readyAt,
    session.lastPongAt,
    session.spokeAt,
    session.pings.at(-1)?.at ?? null,
    session.openedAt,
  ])
    assert.ok(time === null || time <= now, 'nothing has happened in the future');
  assert.ok(session.rttUs === null || session.rttUs >= 0);
  for (const count of session.counts) assert.ok(count >= 0);
}

function checkAgenda({ node, wakeAt, now, closing }: BareNode): void {
  const { agenda } = node;
  sameMembers(agenda.sessions, [...node.sessions.values()], 'every connection has a row');
  for (const [row, session] of agenda.sessions.entries()) {
    assert.equal(session.row, row);
    const dueAt = Math.max(now, sessionDeadline(node, session));
    assert.ok((agenda.dueAt[row] as number) <= dueAt, `#${session.n} is not looked at too late`);
  }
  assert.ok(agenda.earliest <= Math.min(...agenda.dueAt));
  if (node.stopping) return assert.equal(wakeAt, Infinity, 'a node that stops sleeps');
  const sessions = [...node.sessions.values()].map((session) => sessionDeadline(node, session));
  const dueAt = Math.min(
    ...sessions,
    node.nextAskAt,
    node.nextRotateAt,
    node.nextFeelerAt,
    closing.length === 0 ? dialDueAt(node, now) : Infinity,
  );
  assert.ok(
    wakeAt <= Math.max(now, dueAt),
    `the wake-up is not later than what is due: ${wakeAt - now} after ${dueAt - now}`,
  );
}

/** When the first of all that is to be dialled is due; public hearsay also waits for tokens and slots and is left out. */
function dialDueAt(node: NodeState, now: number): number {
  if (!mayDialMore(node)) return Infinity;
  let dueAt = Infinity;
  for (const target of node.targets) {
    if (target.self || target.resolving) continue;
    const open = target.resolved.filter((address) => whyNotDial(node, now, address, target.via) === null);
    const isConnected = target.resolved.some((one) => node.places.has(one.text) || leadsToPeer(node, one));
    if (!isConnected && (open.length > 0 || target.resolved.length === 0) && target.nextAt > now)
      dueAt = Math.min(dueAt, target.nextAt);
  }
  if (!node.settings['gossip.dial']) return dueAt;
  for (const [slot, address] of node.book.addresses.entries()) {
    const id = node.book.ids[slot] ?? null;
    if (!isLocal(address) || id === node.id) continue;
    const why = whyNotDial(node, now, address, 'gossip');
    assert.notEqual(why, null, `${address.text} could be dialled and is not`);
    const outcome = node.book.outcomes[slot];
    const waits =
      why === 'banned' || why === 'discouraged' || why === 'backoff' || why === 'just-dialled' || why === 'held';
    if (!waits || node.peers.has(id ?? '')) continue;
    const tried = outcome?.triedAt == null ? 0 : outcome.triedAt + node.settings['dial.history'];
    const held = Math.max(node.held.get(address.text) ?? 0, node.held.get(id ?? '') ?? 0);
    const banned = banOn(node, now, address, id)?.until ?? 0;
    dueAt = Math.min(dueAt, Math.max(outcome?.nextDialAt ?? 0, tried, held, banned));
  }
  return dueAt;
}

const pendingCount = (node: NodeState) =>
  [...node.sessions.values()].filter(({ dir, stage }) => dir === 'inbound' && stage === 'hello').length;

function checkBounds(bare: BareNode): void {
  const { node } = bare;
  checkBook(node.book, node.settings, bare.now);
  for (const [what, size, most] of [
    ['gone', node.gone.length, GONE_MAX],
    ['bans', node.bans.size, BANS_MAX],
    ['paces', node.accepts.size, ACCEPT_PACES_MAX],
    ['pending', pendingCount(node), node.settings['pending.max']],
    ['selves', node.selves.size, SELF_MAX],
    ['held', node.held.size, HELD_MAX],
    ['kept answers', node.keptAnswers.size, ANSWERS_KEPT_MAX],
    ['dialled IPs', node.dialledIps.size, DIALLED_IPS_MAX],
    ['dialbacks', node.dialbacks.length, DIALBACKS_MAX],
    ['targets', node.targets.length, BOOTSTRAP_MAX],
    ['anchors', node.anchors.length, ANCHORS_MAX],
    ['peers', [...node.peers.values()].filter(({ dir }) => dir === 'inbound').length, node.settings['peers.max']],
  ] as const)
    assert.ok(size <= most, `${what}: ${size} of at most ${most}`);
  sameMembers([...node.dials.keys()], [...bare.dials.keys()], 'every dial is one that the driver makes');
  const texts = [...node.dials.values()].map(({ address }) => address.text);
  assert.equal(new Set(texts).size, texts.length, 'no address is dialled twice at once');
  assert.ok(mayUseTo(node.publicDialsUsedTo, bare.now));
}

/** At the end, and again when all its connections are gone. */
export function checkEvents(bare: BareNode): void {
  const connected = bare.happened('connected').map(({ n }) => n);
  const closed = bare.happened('closed').map(({ n }) => n);
  assert.equal(new Set(closed).size, closed.length, 'a connection closes once');
  assert.deepEqual(
    new Set(connected.filter((n) => !closed.includes(n))),
    new Set(bare.node.sessions.keys()),
    'what has not closed is there, and nothing else',
  );
  const ready = bare.happened('ready').map(({ n }) => n);
  assert.equal(new Set(ready).size, ready.length, 'a connection becomes ready once');
  for (const { n, wasReady } of bare.happened('closed'))
    assert.equal(wasReady, ready.includes(n), 'and only what did is told as gone');
  const ended = new Set([...bare.happened('dial-failed', 'connected', 'dial-merged')].map(({ attempt }) => attempt));
  for (const attempt of bare.dials.keys()) assert.ok(!ended.has(attempt));
}

export function checkNode(bare: BareNode): void {
  checkTables(bare);
  checkAgenda(bare);
  checkBounds(bare);
}
