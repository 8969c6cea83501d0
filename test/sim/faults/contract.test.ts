/** What every fault of the table keeps, whatever it does: a new row is tested here without an edit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healFault, listFaults, putFaultsBack } from '../../../src/sim/faults/faults.ts';
import { parseFault, printFault } from '../../../src/sim/faults/parse.ts';
import { PRESETS } from '../../../src/sim/faults/presets.ts';
import { copyFaults } from '../../../src/sim/faults/state.ts';
import {
  type Argument,
  type ArgumentType,
  FAULT_NAMES,
  FAULTS,
  type FaultName,
  type FaultRow,
  usageOf,
} from '../../../src/sim/faults/table.ts';
import { growFaulty, specsOf, TEST_RESOLVER } from '../../helpers/faulty.ts';
import { component } from '../../helpers/grow.ts';
import { fc } from '../../helpers/random-cases.ts';

/** A word of each type that harms a small network within the bounds of every row. */
const SAMPLES: Readonly<Record<Exclude<ArgumentType, 'choice'>, string>> = {
  duration: '2s',
  spread: '120ms±60ms',
  shift: '+30s',
  share: '20%',
  rate: '2KiB/s',
  size: '300B',
  node: 'n3',
  sides: 'A|B',
};

const wordsOf = ({ type, of }: Argument) => (type === 'choice' ? (of ?? []) : [SAMPLES[type]]);

/** Every choice of words, with the optional ones and without. */
function textsOf(name: FaultName): string[] {
  let texts: string[] = [name];
  const { args }: FaultRow = FAULTS[name];
  for (const arg of args)
    texts = texts.flatMap((text) => [
      ...(arg.optional === true ? [text] : []),
      ...wordsOf(arg).map((word) => `${text} ${word}`),
    ]);
  return texts;
}

const ON_MS = 20_000;
const AFTER_MS = 60_000;

/** The hash of a run in which a fault is on for a while; `copyEveryMs` puts a copy of the state back now and then. */
function runOf(text: string, { wire = false, copyEveryMs = 0 } = {}): number {
  const faulty = growFaulty(5, 6, wire);
  const { network, world } = faulty;
  faulty.fault(text);
  for (let ms = 0; ms < ON_MS; ms += 2_500) {
    faulty.pass(2_500);
    if (copyEveryMs > 0) putFaultsBack(network, copyFaults(network.faults));
  }
  healFault(network, 'all');
  assert.deepEqual(listFaults(network), []);
  faulty.pass(AFTER_MS);
  assert.equal(network.links, null, 'the links are gone');
  assert.equal(network.faults.lanes.size + network.faults.pairs.size + network.faults.natDials.size, 0);
  for (const host of network.names.values()) {
    assert.equal(host.frozen, null);
    assert.equal(host.skewUs, 0);
  }
  const left = network.kernel.items.filter((item) => item !== undefined);
  assert.deepEqual(
    left.filter((item) => item.kind === 'links').map((item) => item.number),
    [],
  );
  assert.equal(world.nodes().length, 6);
  assert.equal(component(world.nodes()), 6);
  for (const node of world.nodes()) assert.ok(node.views.ready() >= 2, `${node.name} has ${node.views.ready()} peers`);
  return network.hash;
}

for (const name of FAULT_NAMES) {
  for (const text of textsOf(name)) {
    test(`faults: ${text}, on and then off, leaves a whole network and no trace; the run is the same each time`, () => {
      const hash = runOf(text);
      assert.equal(runOf(text), hash, 'again');
      assert.equal(runOf(text, { wire: true }), hash, 'wire mode');
      assert.equal(runOf(text, { copyEveryMs: 2_500 }), hash, 'from copies');
    });
  }

  test(`faults: the usage of ${name} names each argument, and its help says something`, () => {
    const { args, summary, knownAs }: FaultRow = FAULTS[name];
    const words = usageOf(name).split(' ');
    assert.equal(words[0], name);
    assert.ok(words.length > args.length);
    assert.ok(summary.length > 5 && knownAs.length > 2);
  });
}

const within = ({ min = 1, max = 1_000_000_000 }: Argument) => ({ min: Math.max(min, 1), max });

/** Words of a type that are good for an argument. */
function arbitraryOf(arg: Argument): fc.Arbitrary<string> {
  const number = fc.integer(within(arg));
  const time = number.map((us) => `${us / 1_000}ms`);
  const node = fc.constantFrom('n1', 'n22');
  switch (arg.type) {
    case 'duration':
      return time;
    case 'spread':
      return fc.tuple(time, fc.option(time)).map(([delay, jitter]) => (jitter === null ? delay : `${delay}±${jitter}`));
    case 'shift':
      return fc.tuple(fc.constantFrom('+', '-'), time).map((parts) => parts.join(''));
    case 'share':
      return fc.oneof(
        number.map((share) => `${share / 10_000}%`),
        number.map((share) => (share / 1_000_000).toFixed(6)),
      );
    case 'rate':
      return number.map((bytes) => `${bytes}B/s`);
    case 'size':
      return number.map((bytes) => `${bytes}B`);
    case 'node':
      return node;
    case 'sides':
      return fc.constantFrom('A|B', 'n1,n2|n3', 'n9|@A');
    case 'choice':
      return fc.constantFrom(...(arg.of ?? []));
    default:
      return arg.type satisfies never;
  }
}

function arbitraryFault(name: FaultName): fc.Arbitrary<string> {
  const { args, isSelective, isInstant }: FaultRow = FAULTS[name];
  const some = (is: boolean, ...texts: string[]) => fc.constantFrom('', ...(is ? texts : []));
  return fc
    .tuple(
      fc.tuple(...args.map(arbitraryOf)),
      fc.nat(args.filter(({ optional }) => optional === true).length),
      some(isSelective, 'on all', 'on n1', 'on n1,n2', 'on n1>n2', 'on @A<>@B', 'on all>n3', 'on ping'),
      some(!isInstant, 'for 5s', 'for 1.5ms', 'for 90m'),
      some(!isInstant, 'until pong'),
    )
    .map(([words, leftOut, ...clauses]) =>
      [name, ...words.slice(0, words.length - leftOut), ...clauses].filter((word) => word !== '').join(' '),
    );
}

for (const name of FAULT_NAMES) {
  test(`faults: ${name} is printed as text that reads back as the same fault`, () => {
    fc.assert(
      fc.property(arbitraryFault(name), (text) => {
        const [spec, ...others] = specsOf(text);
        assert.ok(spec !== undefined && others.length === 0);
        const printed = printFault(spec);
        assert.deepEqual(specsOf(printed), [spec], printed);
        assert.equal(printFault(spec), printed);
      }),
    );
  });
}

for (const name of Object.keys(PRESETS)) {
  test(`faults: the preset ${name} is faults that read back, each with the clauses of the preset`, () => {
    const specs = specsOf(`${name} on n1 for 5s`);
    assert.equal(specs.length, PRESETS[name as keyof typeof PRESETS].faults.length);
    for (const spec of specs) {
      assert.deepEqual(spec.on, { kind: 'nodes', nodes: { text: 'n1', names: ['n1'] } });
      assert.equal(spec.forUs, 5_000_000);
      assert.deepEqual(specsOf(printFault(spec)), [spec]);
    }
  });
}

test('faults: a word that names several nodes makes one fault for each', () => {
  assert.deepEqual(specsOf('pause A for 5s').map(printFault), [
    'pause n1 for 5s',
    'pause n2 for 5s',
    'pause n3 for 5s',
  ]);
});

const REFUSED: readonly (readonly [text: string, says: RegExp])[] = [
  ['latncy 20ms', /"latncy" is no fault: type latency$/],
  ['', /"" is no fault: type latency, loss/],
  ['latency', /latency: delay is missing: type latency DELAY/],
  ['latency 20', /latency: "20" is not a duration such as 20ms/],
  ['latency 20ms normul', /"normul" is no distribution: type normal$/],
  ['latency 20ms normal x', /"x" is one word too many: type latency DELAY/],
  ['latency 2h', /"2h" is out of bounds: type 0s to 1h$/],
  ['loss 101%', /"101%" is out of bounds: type 0% to 100%$/],
  ['loss -1%', /"-1%" is not a share/],
  ['skew n1 5s', /"5s" is not a duration with its sign/],
  ['skew n1 +48h', /out of bounds: type -24h to \+24h$/],
  ['rate 0B/s', /out of bounds: type 1B\/s to/],
  ['crash m1', /crash: "m1" is no node or group: type/],
  ['crash n1 on n2', /"on" does not fit here: type crash NODE/],
  ['restart n1 for 5s', /"for" does not fit here: type restart NODE/],
  ['partition A|n1', /"A\|n1" is not two sides .*: a node is on one side only/],
  ['partition A', /"A" is not two sides/],
  ['partition A|@C', /"@C" is no node or group: type/],
  ['loss 5% on', /something is missing after on/],
  ['loss 5% on @X', /"@X" is no node or group/],
  ['loss 5% on n1>q9', /"q9" is no node or group/],
  ['loss 5% on 1+1', /loss: 1\+1 is no expression/],
  ['loss 5% until pong for 5s', /loss: pong for 5s is no expression/],
  ['loss 5% for ever', /"ever" is not a duration/],
  ['loss 5% for 0s', /"0s" is out of bounds/],
];

for (const [text, says] of REFUSED) {
  test(`faults: ${JSON.stringify(text)} is refused and says what to type`, () => {
    const reading = parseFault(text, TEST_RESOLVER);
    assert.ok(!reading.ok);
    assert.match(reading.message, says);
    assert.doesNotMatch(reading.message, /\n/);
  });
}
