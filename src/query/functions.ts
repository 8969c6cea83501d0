/** FUNCTIONS: name, arguments and meaning of each function. Help, completion, reading and checks look here; match.ts says what they do. */

import type { FieldType } from './fields.ts';

/** expression: any other. peer: #n, id, address or name. node: a name. place: address or name. */
export type ArgumentType = 'expression' | 'peer' | 'node' | 'place' | 'count' | 'time';

export interface FunctionRow {
  readonly usage: string;
  readonly takes: readonly ArgumentType[];
  readonly gives: 'truth' | 'number';
  /** Whether it can be asked of a state alone, or is about what happens. */
  readonly about: 'states' | 'events';
  readonly meaning: string;
}

export const FUNCTIONS = {
  ready: {
    usage: 'ready(ID)',
    takes: ['peer'],
    gives: 'truth',
    about: 'states',
    meaning: 'the current node has this peer; also: ready ID',
  },
  gone: {
    usage: 'gone(ID)',
    takes: ['peer'],
    gives: 'truth',
    about: 'states',
    meaning: 'the current node does not have this peer; also: gone ID',
  },
  knows: {
    usage: 'knows(NODE, ADDRESS)',
    takes: ['node', 'place'],
    gives: 'truth',
    about: 'states',
    meaning: 'the node has the address, or that of a node, in its book',
  },
  connected: {
    usage: 'connected(NODE, NODE)',
    takes: ['node', 'node'],
    gives: 'truth',
    about: 'states',
    meaning: 'the two are peers',
  },
  converged: {
    usage: 'converged()',
    takes: [],
    gives: 'truth',
    about: 'states',
    meaning: 'the network has settled',
  },
  to_self: {
    usage: 'to_self()',
    takes: [],
    gives: 'truth',
    about: 'events',
    meaning: 'it is between a node and itself',
  },
  reply: {
    usage: 'reply(E)',
    takes: ['expression'],
    gives: 'truth',
    about: 'events',
    meaning: 'the message answers one for which E held: hello a hello, pong a ping, addr a getaddr',
  },
  first: {
    usage: 'first(E)',
    takes: ['expression'],
    gives: 'truth',
    about: 'events',
    meaning: 'E holds for the first time',
  },
  nth: {
    usage: 'nth(E, K)',
    takes: ['expression', 'count'],
    gives: 'truth',
    about: 'events',
    meaning: 'E holds for the Kth time',
  },
  before: {
    usage: 'before(E, E)',
    takes: ['expression', 'expression'],
    gives: 'truth',
    about: 'events',
    meaning: 'the first held at an event, and the second at none up to then',
  },
  count: {
    usage: 'count(E)',
    takes: ['expression'],
    gives: 'number',
    about: 'events',
    meaning: 'events for which E held so far',
  },
  rate: {
    usage: 'rate(E, TIME)',
    takes: ['expression', 'time'],
    gives: 'number',
    about: 'events',
    meaning: 'events per second for which E held, over the last TIME',
  },
} as const satisfies Record<string, FunctionRow>;

export type FunctionName = keyof typeof FUNCTIONS;
export const isFunction = (word: string): word is FunctionName => Object.hasOwn(FUNCTIONS, word);
export const functionRow = (name: FunctionName): FunctionRow => FUNCTIONS[name];

/** Those that remember something from event to event. */
export const remembers = (name: FunctionName): boolean => functionRow(name).takes.includes('expression');

/** How the value of an argument is read: names, ids and addresses are texts. */
export const valueTypeOf = (takes: ArgumentType): FieldType => (takes === 'count' || takes === 'time' ? takes : 'text');
