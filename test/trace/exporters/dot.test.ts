/** The graph as DOT: graphviz reads it, names cannot break out of it, and every edge is in it or counted. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { dotOf } from '../../../src/trace/exporters/dot.ts';
import type { Graph } from '../../../src/trace/graph.ts';
import { anyGraph, graphWith, ring } from '../../helpers/graphs.ts';
import { HOSTILE_NAMES, hostileName } from '../../helpers/hostile-names.ts';
import { fc } from '../../helpers/random-cases.ts';

const NOTHING_KNOWN = { edges: [], count: 0 };
const EDGES_MAX = 1_000;

const named = (graph: Graph, names: readonly string[]): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node, at) => ({ ...node, name: names[at] ?? node.name })),
});

/** The strings and the marks between them, as DOT's own scanner takes them apart: only \" is no end. */
function scanned(dot: string): { readonly strings: readonly string[]; readonly rest: string } {
  const strings: string[] = [];
  const rest = dot.replace(/"((?:\\[\s\S]|[^"\\])*)"/g, (_, text: string) => {
    strings.push(text);
    return 'S';
  });
  return { strings, rest };
}

test('dot: solid from dialler to listener, dotted for what is only known, dashed for half a connection', () => {
  const graph = {
    ...graphWith(3, []),
    connections: [
      { from: 1, to: 0, isHalf: false },
      { from: 2, to: 0, isHalf: true },
    ],
  };
  const dot = dotOf(graph, { edges: [{ from: 2, to: 1 }], count: 1 }, EDGES_MAX);
  assert.match(dot, /^digraph peersh \{\n/);
  assert.match(dot, /^ {2}"n2" -> "n1" \[style=solid, color="#[0-9a-f]{6}"\];$/m);
  assert.match(dot, /^ {2}"n3" -> "n1" \[style=dashed, color="#[0-9a-f]{6}"\];$/m);
  assert.match(dot, /^ {2}"n3" -> "n2" \[style=dotted, color="#[0-9a-f]{6}", constraint=false\];$/m);
  assert.match(dot, /^ {2}"n1" \[label="n1\\n10\.0\.0\.1:5999"\];$/m);
  assert.ok(dot.endsWith('}\n'));
});

test('dot: what is over the most is counted, and what is only known is left out first', () => {
  const known = {
    edges: [
      { from: 0, to: 2 },
      { from: 0, to: 3 },
    ],
    count: 5,
  };
  const dot = dotOf(ring(8), known, 9);
  assert.equal(dot.match(/->/g)?.length, 9);
  assert.match(dot, /^ {2}\/\/ 4 more are not drawn$/m);
  const fewer = dotOf(ring(8), known, 3);
  assert.equal(fewer.match(/->/g)?.length, 3);
  assert.match(fewer, /^ {2}\/\/ 10 more are not drawn$/m);
  assert.ok(!dotOf(ring(8), NOTHING_KNOWN, EDGES_MAX).includes('more'));
});

test('dot: says that what is only known is left out where nobody counted it', () => {
  assert.match(dotOf(ring(3), null, EDGES_MAX), /^ {2}\/\/ what is only known is not drawn$/m);
  assert.ok(!dotOf(ring(3), NOTHING_KNOWN, EDGES_MAX).includes('//'));
});

test('dot: of any graph every edge is drawn or counted, and the same twice', () => {
  fc.assert(
    fc.property(anyGraph(20), fc.nat({ max: 60 }), (graph, most) => {
      const dot = dotOf(graph, NOTHING_KNOWN, most);
      const drawn = dot.match(/->/g)?.length ?? 0;
      const left = Number(/(\d+) more/.exec(dot)?.[1] ?? 0);
      assert.equal(drawn + left, graph.connections.length);
      assert.equal(dotOf(graph, NOTHING_KNOWN, most), dot);
    }),
  );
});

test('dot: hostile names cannot break out', () => {
  const plain = scanned(dotOf(ring(3), NOTHING_KNOWN, EDGES_MAX));
  fc.assert(
    fc.property(fc.tuple(hostileName, hostileName, hostileName), (names) => {
      const dot = dotOf(named(ring(3), names), NOTHING_KNOWN, EDGES_MAX);
      const { strings, rest } = scanned(dot);
      assert.equal(rest, plain.rest);
      assert.equal(strings.length, plain.strings.length);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
      assert.doesNotMatch(dot, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]|\p{Cs}/u);
      for (const text of strings) assert.doesNotMatch(text, /\n/);
    }),
  );
});

test('dot: nodes with the same name stay two nodes', () => {
  const dot = dotOf(named(ring(3), ['n1', 'n1', '\u0000n', '\u0001n']), NOTHING_KNOWN, EDGES_MAX);
  const nodes = [...dot.matchAll(/^ {2}("[^"]*") \[/gm)].map(([, name]) => name);
  assert.equal(new Set(nodes).size, 3);
});

test('dot: graphviz reads it with hostile names, too', (context) => {
  if (spawnSync('dot', ['-V']).error !== undefined) return context.skip('there is no graphviz on this machine');
  for (const name of HOSTILE_NAMES) {
    const dot = dotOf(named(ring(3), [name]), { edges: [{ from: 0, to: 2 }], count: 1 }, EDGES_MAX);
    const { status, stdout, stderr } = spawnSync('dot', ['-Tplain'], { input: dot, encoding: 'utf8' });
    assert.equal(status, 0, `${JSON.stringify(name)}: ${stderr}`);
    assert.equal(stdout.match(/^node /gm)?.length, 3, JSON.stringify(name));
    assert.equal(stdout.match(/^edge /gm)?.length, 4, JSON.stringify(name));
  }
});
