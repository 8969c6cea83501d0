/**
 * The one table of faults: what each is called, takes and means, and what it is known as elsewhere. Help, completion and the parser read
 * it; what a fault does is in the file of its family, and behaviours.ts says which.
 */

const SECOND_US = 1_000_000;
const HOUR_US = 3_600 * SECOND_US;
const WHOLE = 1_000_000;

/**
 * What an argument may be: durations and shifts are microseconds, shares millionths, rates bytes per second, sizes bytes. `node` is one
 * node; a word that names several makes a fault for each. `sides` are two sets of nodes.
 */
export type ArgumentType = 'duration' | 'spread' | 'shift' | 'share' | 'rate' | 'size' | 'node' | 'sides' | 'choice';

export interface Argument {
  readonly name: string;
  readonly type: ArgumentType;
  readonly min?: number;
  readonly max?: number;
  /** The words of a choice. */
  readonly of?: readonly string[];
  readonly optional?: true;
}

export interface FaultRow {
  readonly args: readonly Argument[];
  /** Whether `on SELECTOR` says where it applies; else its arguments do. */
  readonly isSelective: boolean;
  /** It happens at once and is over; there is nothing to heal. */
  readonly isInstant: boolean;
  /** The fault that it ends on the same node. */
  readonly undoes: string | null;
  readonly summary: string;
  readonly knownAs: string;
}

const onLinks = { isSelective: true, isInstant: false, undoes: null } as const;
const onNodes = { isSelective: false, isInstant: false, undoes: null } as const;
const NODE = { name: 'node', type: 'node' } as const satisfies Argument;
const CHANCE = { name: 'chance', type: 'share', min: 0, max: WHOLE } as const satisfies Argument;

export const FAULTS = {
  latency: {
    args: [
      { name: 'delay', type: 'spread', min: 0, max: HOUR_US },
      { name: 'distribution', type: 'choice', of: ['uniform', 'normal', 'pareto'], optional: true },
    ],
    ...onLinks,
    summary: 'one way takes this long instead of the distance; the order of a direction is kept',
    knownAs: 'netem delay',
  },
  loss: {
    args: [CHANCE],
    ...onLinks,
    summary: 'each loss costs a retransmission, 200 ms doubled each time; TCP loses no line, later ones wait',
    knownAs: 'netem loss',
  },
  dup: {
    args: [CHANCE],
    ...onLinks,
    summary: 'a line arrives twice; impossible on TCP, done above it',
    knownAs: 'netem duplicate',
  },
  reorder: {
    args: [CHANCE],
    ...onLinks,
    summary: 'a line arrives 50 ms late and others overtake it; impossible on TCP, done above it',
    knownAs: 'netem reorder',
  },
  rate: {
    args: [{ name: 'rate', type: 'rate', min: 1, max: 1_000_000_000 }],
    ...onLinks,
    summary: 'each direction of a connection carries so many bytes per second, one line after the other',
    knownAs: 'netem rate',
  },
  slice: {
    args: [{ name: 'size', type: 'size', min: 1, max: 65_536 }],
    ...onLinks,
    summary: 'a line travels in pieces of this size, 1 ms apart, and is put together by the reader of lines',
    knownAs: 'toxiproxy slicer',
  },
  stall: {
    args: [{ name: 'time', type: 'duration', min: 1, max: HOUR_US }],
    ...onLinks,
    summary: 'connections deliver nothing for so long, then all of it in order; dials pass',
    knownAs: 'toxiproxy timeout, then healed',
  },
  limit: {
    args: [{ name: 'bytes', type: 'size', min: 1, max: 1_000_000_000 }],
    ...onLinks,
    summary: 'a connection is cut before the line with which one direction exceeds so many bytes',
    knownAs: 'toxiproxy limit_data',
  },
  reset: {
    args: [],
    ...onLinks,
    summary: 'connections are reset at once on both sides, and so is each on which something is sent',
    knownAs: 'toxiproxy reset_peer',
  },
  slowclose: {
    args: [{ name: 'time', type: 'duration', min: 1, max: HOUR_US }],
    ...onLinks,
    summary: 'the other side learns so much later that a connection was closed',
    knownAs: 'toxiproxy slow_close',
  },
  refuse: {
    args: [],
    ...onLinks,
    summary: 'dials are refused; connections stay',
    knownAs: 'iptables REJECT of SYN',
  },
  blackhole: {
    args: [],
    ...onLinks,
    summary: 'nothing passes, dials time out, connections stay; what was sent arrives by retransmission afterwards',
    knownAs: 'toxiproxy timeout 0, iptables DROP',
  },
  partition: {
    args: [
      { name: 'sides', type: 'sides' },
      { name: 'oneway', type: 'choice', of: ['oneway'], optional: true },
    ],
    ...onNodes,
    summary: 'a blackhole between two sides; oneway: from the first to the second only, which dials need, too',
    knownAs: 'Jepsen partition, VOPR',
  },
  isolate: {
    args: [NODE],
    ...onNodes,
    summary: 'a blackhole between one node and all others',
    knownAs: 'Jepsen isolate',
  },
  crash: {
    args: [NODE],
    ...onNodes,
    summary:
      'kill -9: the node is gone, its system resets its connections, its address refuses; healed, it starts anew',
    knownAs: 'Jepsen kill, FoundationDB reboot',
  },
  restart: {
    args: [NODE],
    isSelective: false,
    isInstant: true,
    undoes: 'crash',
    summary: 'a crashed or running node starts anew: same address, settings and list, new id, nothing remembered',
    knownAs: 'Jepsen start',
  },
  pause: {
    args: [NODE],
    ...onNodes,
    summary: 'SIGSTOP: what arrives waits and no timer fires; then the node sees that it slept',
    knownAs: 'Jepsen pause',
  },
  resume: {
    args: [NODE],
    isSelective: false,
    isInstant: true,
    undoes: 'pause',
    summary: 'SIGCONT: ends a pause',
    knownAs: 'Jepsen resume',
  },
  skew: {
    args: [NODE, { name: 'shift', type: 'shift', max: 24 * HOUR_US }],
    ...onNodes,
    summary: 'the clock of the node jumps, and jumps back when this is healed',
    knownAs: 'Jepsen clock bump, FoundationDB clock skew',
  },
  nat: {
    args: [NODE, { name: 'kind', type: 'choice', of: ['full', 'restricted', 'symmetric'] }],
    ...onNodes,
    summary:
      'dials to the node time out: full, unless a connection it dialled is up; restricted, but from IPs it is connected to or dialled within 2 minutes; symmetric, always',
    knownAs: 'RFC 3489 cones, as far as TCP has them',
  },
  byzantine: {
    args: [
      NODE,
      { name: 'kind', type: 'choice', of: ['lie-addr', 'flood', 'wrong-id', 'silent'] },
      { name: 'victim', type: 'node', optional: true },
    ],
    ...onNodes,
    summary:
      'what the node sends is false: lie-addr tells places of nobody (or the victim), wrong-id claims the id of another (or the victim), silent says nothing, flood adds 200 pings/s to each connection',
    knownAs: 'Byzantine node, eclipse and Sybil attacks',
  },
} as const satisfies Record<string, FaultRow>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export const isFaultName = (text: string): text is FaultName => Object.hasOwn(FAULTS, text);

/** As a user types it: upper-case words are to be replaced, brackets are optional. */
export function usageOf(name: FaultName): string {
  const { args }: FaultRow = FAULTS[name];
  const words = args.map((arg) => {
    const shown = arg.type === 'choice' ? (arg.of ?? []).join('|') : (USAGE[arg.type] ?? arg.name.toUpperCase());
    return arg.optional === true ? `[${shown}]` : shown;
  });
  const clauses = clausesOf(FAULTS[name]).map((clause) => `[${clause} ${CLAUSES[clause]}]`);
  return [name, ...words, ...clauses].join(' ');
}

/** What may follow the arguments, in order, and what each is followed by. */
const CLAUSES = { on: 'SELECTOR', for: 'TIME', until: 'EXPRESSION' } as const;

export const clausesOf = ({ isSelective, isInstant }: FaultRow): readonly (keyof typeof CLAUSES)[] => [
  ...(isSelective ? (['on'] as const) : []),
  ...(isInstant ? [] : (['for', 'until'] as const)),
];

const USAGE: Partial<Record<ArgumentType, string>> = { spread: 'DELAY[±JITTER]', shift: '±TIME', sides: 'NODES|NODES' };
