/**
 * Recorded events in plain sentences: what happened between a node and a peer, and why, goes in as events, and sentences come out. Names
 * are shown by whoever calls; reasons are those of REASONS.
 */
import { REASONS } from '../core/reasons.ts';
import type { TraceEvent } from './event.ts';
import { type Chronicle, dialOf } from './why.ts';

/** How a name, an id or an address of the record is shown. */
export type Show = (name: string) => string;

/** `seconds` is shown to the millisecond. */
export const atText = (ms: number) => `${(ms / 1_000).toFixed(3)}s`;
const tookText = (ms: number) => (ms < 1_000 ? `${Number(ms.toFixed(3))} ms` : `${Number((ms / 1_000).toFixed(3))} s`);

const VIAS: Readonly<Record<string, string>> = {
  boot: 'of its bootstrap list',
  manual: 'by a command',
  keep: 'to keep it',
  gossip: 'by hearsay',
  dialback: 'to see whether the address that it claims works',
  feeler: 'to see whether an address works',
};

const reasonSentence = (code: string): string =>
  Object.hasOwn(REASONS, code) ? `${REASONS[code as keyof typeof REASONS].sentence} [${code}]` : code;

/** What set it going, in a few words; null: it is not recorded, or the event says it itself. */
export function becauseOf(chronicle: Chronicle, event: TraceEvent, show: Show): string | null {
  const [root, ...rest] = chronicle.causes(event);
  if (root === undefined || rest.length === 0) return null;
  const line = rest.findLast((one) => one.k === 'recv' && one.i !== event.i);
  const by = line === undefined ? '' : `${show(line.peer ?? '?')} sent ${line.type} ${line.m}`;
  const first = rootText(root, show);
  if (by === '') return first;
  return first === null ? by : `${by}, after ${first}`;
}

function rootText(root: TraceEvent, show: Show): string | null {
  switch (root.k) {
    case 'timer':
      return `a timer of ${show(root.n)} was due`;
    case 'order':
      return `${show(root.n)} was told to ${show(root.text ?? '')}`;
    case 'join':
      return `${show(root.n)} started`;
    case 'stop':
      return `${show(root.n)} was stopped`;
    case 'fault':
      return `the fault ${root.by ?? ''} went ${show(root.text ?? '')}`;
    default:
      return null;
  }
}

/** One event of a node with a peer as a sentence. */
export function sentenceOf(chronicle: Chronicle, event: TraceEvent, peer: string, show: Show): string {
  const me = show(event.n);
  const because = becauseOf(chronicle, event, show);
  const after = because === null ? '' : `, because ${because}`;
  switch (event.k) {
    case 'dialing': {
      const { place, via } = dialOf(event);
      const whom = event.peer === null || event.peer === place ? show(place) : `${show(event.peer)} at ${show(place)}`;
      return `${me} dialled ${whom} ${VIAS[via] ?? via}${after}`;
    }
    case 'dial-failed': {
      const { place, reason } = dialOf(event);
      return `the dial to ${show(place)} came to nothing: ${reasonSentence(reason)}`;
    }
    case 'dial-merged':
      return 'the dial turned out to be one that is already made';
    case 'connected':
      return event.dir === 'out'
        ? `the connection of ${me} was up`
        : `${peer} dialled ${me}, and the connection was up`;
    case 'hello-sent':
      return `${me} said hello`;
    case 'hello-received':
      return `${peer} said hello`;
    case 'ready':
      return `${peer} counted as a peer of ${me}`;
    case 'closed': {
      const [, reason = '', by = '', said = ''] =
        /^(\S+) by (us|them)(?:, it said (.*))?$/s.exec(event.text ?? '') ?? [];
      const words = said === '' ? '' : `, it said ${JSON.stringify(show(said))}`;
      return `${by === 'us' ? me : peer} closed it: ${reasonSentence(reason)}${words}${after}`;
    }
    case 'refused': {
      const [place = '', reason = ''] = (event.text ?? '').replace(/,.*$/, '').split(' ');
      return `${me} turned ${show(place)} away: ${reasonSentence(reason)}`;
    }
    case 'self':
      return `it was ${me} itself: ${reasonSentence('self')}`;
    case 'strike':
      return `${peer} sent what is no message: ${show(event.text ?? '')}`;
    case 'suspect':
      return `${peer} had not answered for long`;
    case 'flood':
      return `${peer} sent more than it may and was held back`;
    default:
      return show(event.k);
  }
}

/** The connection of a node with a peer that counted last, else the last one, from its dial to its end or to now. */
export function sessionStory(chronicle: Chronicle, found: readonly TraceEvent[], peer: string, show: Show): string[] {
  const counted = found.findLast(({ k }) => k === 'ready')?.c;
  const last = found.findLast(({ k, c }) => k === 'connected' && (counted === undefined || c === counted));
  if (last === undefined) return found.map((event) => `${atText(event.t)} ${sentenceOf(chronicle, event, peer, show)}`);
  const of = found.filter((event) => event.c === last.c);
  // The last one: what one moment dialled first stands as the cause of its other dials.
  const dial = chronicle.causes(last).findLast((event) => event.k === 'dialing' && event.n === last.n);
  const begun = dial ?? last;
  const story = [`${atText(begun.t)} ${sentenceOf(chronicle, begun, peer, show)}`];
  let before = begun;
  for (const event of of) {
    if (event === begun) continue;
    const since = `${tookText(event.t - before.t)} later`;
    story.push(`${since} ${sentenceOf(chronicle, event, peer, show)}`);
    before = event;
  }
  return [...story, ...talkOf(chronicle, last, of.at(-1) ?? last, peer, show)];
}

/** What was said on the connection, by amounts, and how fast it was answered. */
function talkOf({ events }: Chronicle, connected: TraceEvent, end: TraceEvent, peer: string, show: Show): string[] {
  const sent = new Map<string, number>();
  const received = new Map<string, number>();
  const times: number[] = [];
  for (const event of events) {
    if (event.c !== connected.c || event.n !== connected.n) continue;
    if (event.k === 'pong' && event.text !== null) times.push(Number.parseFloat(event.text));
    if (event.type === null || (event.k !== 'send' && event.k !== 'recv')) continue;
    const amounts = event.k === 'send' ? sent : received;
    amounts.set(event.type, (amounts.get(event.type) ?? 0) + 1);
  }
  const list = (amounts: ReadonlyMap<string, number>) =>
    amounts.size === 0 ? 'nothing' : [...amounts].map(([type, amount]) => `${amount} ${type}`).join(', ');
  const told = [`${show(connected.n)} sent ${list(sent)}; ${peer} sent ${list(received)}`];
  if (times.length > 0)
    told.push(
      `${peer} answered a ping within ${tookText(Math.min(...times))} at best, ${tookText(Math.max(...times))} at worst`,
    );
  if (end.k !== 'closed') told.push('it is still up');
  return told;
}
