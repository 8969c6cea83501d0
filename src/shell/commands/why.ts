/** `why` and `explain`: what led to a message, to what is known of an address, to a peer that is connected or not; and its story. */
import type { TraceEvent, TraceNode } from '../../trace/event.ts';
import type { Recording } from '../../trace/recording.ts';
import { atText, type Show, sentenceOf, sessionStory } from '../../trace/story.ts';
import { Chronicle, chainOfAddress, eventsOfPeer, type Learnt } from '../../trace/why.ts';
import { parseAddress } from '../../wire/address.ts';
import { peerWords } from '../candidates.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { eventValue, nameOf } from '../event-row.ts';
import { folded, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { olderText, rowOf, rowsOf } from './log.ts';

/** An answer whose text is made when it is wanted. */
interface Told {
  readonly value: unknown;
  readonly text: () => string;
}

/** Peers that are named instead of one that is not there, those that came last. */
const NEAR_MAX = 10;
const EFFECTS_MAX = 30;
const EVENTS_SHOWN = 30;
/** Deeper steps stand no farther to the right. */
const DEPTH_SHOWN = 8;

const show: Show = (name) => safe(nameOf(name), 200);

export const why: Command = {
  name: 'why',
  looks: alwaysLooks,
  aliases: [],
  group: 'watch',
  usage: 'why ADDR|ID|m17',
  summary: 'what led to it',
  details: [
    'why 10.0.0.9:5999: how the node came to know an address, over addr messages back to a bootstrap list or command.',
    'why ID: how a peer came to be connected or not: dials, refusals and ends with their reasons.',
    'why m17: what led to a message, and what came of it. log shows such numbers; in a lab every node is looked at.',
  ],
  candidates: (shell, before, word) =>
    before.length === 0 ? [...(shell.lab?.names() ?? []), '', ...peerWords(shell, word)] : [],
  async run(shell, { words, signal }) {
    const [word] = words;
    if (word === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const recording = await shell.recording(signal);
    const chronicle = new Chronicle(recording.events());
    const place = parseAddress(word.replace(/^localhost:/, '127.0.0.1:'));
    const answer = /^m[0-9]+(?:\.[0-9]+)?$/.test(word)
      ? whyMessage(shell, recording, chronicle, word)
      : place === null
        ? whyPeer(shell, recording, chronicle, word)
        : whyAddress(shell, chronicle, place.text);
    const older = olderText(recording);
    return older === null ? answer : { value: answer.value, text: () => `${answer.text()}\n${older}` };
  },
};

/** Whose story is told: the node that one is at, in a file the first one when it has none of that name. */
function nodeHere(shell: Shell): string {
  if (shell.opened === null) return shell.node.name;
  const nodes = shell.opened.header().nodes.map(({ name }) => name);
  const here = shell.lab?.onlookers.focusOf(shell).name ?? shell.options.live?.node.name ?? '';
  return nodes.includes(here) ? here : (nodes[0] ?? '');
}

const indentOf = (depth: number) => 2 * Math.min(depth, DEPTH_SHOWN);

function whyMessage(shell: Shell, recording: Recording, chronicle: Chronicle, word: string): Told {
  const first = chronicle.events.find(({ m }) => m === word);
  if (first === undefined)
    throw new CommandError(
      'no-such-message',
      `no message ${word} is recorded${olderToo(recording)}; log type=ping shows some`,
    );
  const causes = chronicle.causes(first);
  const effects = chronicle.effects(first, EFFECTS_MAX);
  return {
    value: { message: word, causes: causes.map(eventValue), effects: effects.map(({ event }) => eventValue(event)) },
    text() {
      const after = effects.map(({ event, depth }) => rowOf(shell, event, indentOf(depth)));
      const isWhole = effects.length < EFFECTS_MAX;
      return [
        ...causes.map((event, depth) => rowOf(shell, event, indentOf(depth))),
        effects.length === 0
          ? 'nothing came of it'
          : `and what came of it${isWhole ? '' : `, the first ${EFFECTS_MAX}`}:`,
        ...after,
      ].join('\n');
    },
  };
}

function whyAddress(shell: Shell, chronicle: Chronicle, address: string): Told {
  const node = nodeHere(shell);
  const chain = chainOfAddress(chronicle, node, address);
  const isKnown = chain[0]?.how !== 'unseen' || chain[0].event !== null;
  return {
    value: {
      node,
      address,
      chain: chain.map(({ event, ...learnt }) => ({ ...learnt, event: event === null ? null : eventValue(event) })),
    },
    text() {
      if (!isKnown) return `nothing that is recorded tells that ${show(node)} knows ${address}`;
      const events = chain.map(({ event }) => event).filter((event) => event !== null);
      const head = `${show(node)} knows ${address} ${chain.map((one) => `<- ${learntText(one)}`).join(' ')}`;
      return [folded(head, shell.columns(), 2), ...rowsOf(shell, events)].join('\n');
    },
  };
}

function learntText({ how, from, event, node }: Learnt): string {
  const by = event?.by == null ? '' : ` by ${show(event.by)}`;
  switch (how) {
    case 'own':
      return `it is the own address of ${show(node)}`;
    case 'bootstrap':
      return `bootstrap list of ${show(node)}`;
    case 'command':
      return `a command at ${show(node)}`;
    case 'told':
      return `addr ${event?.m ?? ''} from ${show(from ?? '?')}`;
    case 'edited':
      return `addr ${event?.m ?? ''} from ${show(from ?? '?')}, edited${by}`;
    case 'injected':
      return `addr ${event?.m ?? ''} as if from ${show(from ?? '?')}, injected${by}`;
    case 'met':
      return `${show(from ?? '?')} said so on a connection with ${show(node)}`;
    case 'unseen':
      return `${show(node)} knew it before what is recorded`;
    default:
      return how satisfies never;
  }
}

interface Story {
  readonly node: string;
  readonly peer: string;
  readonly events: readonly TraceEvent[];
}

function storyOf(shell: Shell, recording: Recording, chronicle: Chronicle, word: string): Story {
  const node = nodeHere(shell);
  if (shell.opened === null && /^n[0-9]+$/.test(word)) shell.labHere?.inhabitants.expect(word);
  const isPeer = peerTest(recording, node, word);
  const events = eventsOfPeer(chronicle, node, isPeer);
  const names = new Set(events.map(({ peer }) => peer).filter((name) => name !== null && isPeer(name)));
  if (events.length === 0) throw nothingOf(recording, node, word, isPeer);
  if (names.size > 1 && !word.includes(':') && !word.startsWith('#'))
    throw new CommandError(
      'ambiguous',
      `${JSON.stringify(safe(word))} could be ${[...names]
        .slice(0, 10)
        .map((name) => show(name ?? ''))
        .join(', ')}: type more of the id`,
      [...names].filter((name) => name !== null).slice(0, 10),
    );
  return { node, peer: show([...names].at(-1) ?? word), events };
}

/** Why there is no story, and what there is instead. */
function nothingOf(recording: Recording, node: string, word: string, isPeer: (name: string) => boolean): CommandError {
  const here = recording.events().filter(({ n, peer }) => n === node && peer !== null);
  const spoke = here.find(({ peer }) => isPeer(peer ?? ''))?.peer;
  if (spoke != null)
    return new CommandError(
      'no-such-peer',
      `of ${show(spoke)} only messages are recorded at ${show(node)}, no dial and no hello${olderToo(recording)}; log from=${show(spoke)} shows them`,
    );
  const peers = [...new Set(here.map(({ peer }) => show(peer ?? '')))].slice(-NEAR_MAX);
  return new CommandError(
    'no-such-peer',
    `nothing is recorded of ${JSON.stringify(safe(word))} at ${show(node)}${olderToo(recording)}; ${peers.length === 0 ? 'no peer is recorded there yet' : `there ${peers.length === 1 ? 'is' : 'are'} ${peers.join(', ')}`}`,
    peers,
  );
}

const olderToo = (recording: Recording) => {
  const older = olderText(recording);
  return older === null ? '' : `; ${older}`;
};

/** `#3`, a name, an address, an id or its beginning: what the record calls a peer is a name where it has one, else an id or an address. */
function peerTest(recording: Recording, node: string, word: string): (name: string) => boolean {
  const { nodes } = recording.header();
  const wanted = word.toLowerCase();
  const place = word.replace(/^localhost:/, '127.0.0.1:');
  const isMeant = ({ name, id, address }: TraceNode) =>
    name === word || address === place || (wanted.length > 1 && id?.toLowerCase().startsWith(wanted) === true);
  const known = new Set(nodes.filter((one) => isMeant(one)).map(({ name }) => name));
  const connection = /^#([0-9]{1,9})$/.exec(word)?.[1];
  if (connection !== undefined)
    for (const { n, peer } of recording.match(`conn=${connection}`)) if (n === node && peer !== null) known.add(peer);
  return (one) => known.has(one) || one === place;
}

function whyPeer(shell: Shell, recording: Recording, chronicle: Chronicle, word: string): Told {
  const { node, peer, events } = storyOf(shell, recording, chronicle, word);
  const ready = new Set<string | null>();
  for (const { k, c } of events)
    if (k === 'ready') ready.add(c);
    else if (k === 'closed') ready.delete(c);
  const isConnected = ready.size > 0;
  const shown = events.slice(-EVENTS_SHOWN);
  return {
    value: { node, peer, connected: isConnected, events: events.map(eventValue) },
    text: () =>
      [
        `${peer} is ${isConnected ? '' : 'not '}a peer of ${show(node)}${shown.length < events.length ? `; the last ${EVENTS_SHOWN} events of ${events.length}` : ''}:`,
        ...shown.map((event) =>
          folded(`  ${atText(event.t)} ${sentenceOf(chronicle, event, peer, show)}`, shell.columns(), 4),
        ),
      ].join('\n'),
  };
}

export const explain: Command = {
  name: 'explain',
  looks: alwaysLooks,
  aliases: [],
  group: 'record',
  usage: 'explain ID',
  summary: 'a connection as a story',
  details: [
    'The last connection with a peer in plain sentences, from the dial to its end; why ID has those before it.',
  ],
  candidates: (shell, before, word) => (before.length === 0 ? peerWords(shell, word) : []),
  async run(shell, { words, signal }) {
    const [word] = words;
    if (word === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const recording = await shell.recording(signal);
    const chronicle = new Chronicle(recording.events());
    const { node, peer, events } = storyOf(shell, recording, chronicle, word);
    const story = sessionStory(chronicle, events, peer, show);
    return {
      value: { node, peer, story },
      text: () => story.map((sentence) => folded(sentence, shell.columns(), 2)).join('\n'),
    };
  },
};
