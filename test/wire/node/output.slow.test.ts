/** What a peer says is never obeyed by whoever reads the output: no escape, no line end, no mark of direction. Rules 60-62. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ALONE, Program } from '../../helpers/run-program.ts';
import { until } from '../../helpers/until.ts';
import { WirePeer } from '../../helpers/wire-peer.ts';
import { startScenes } from '../../helpers/wire-scene.ts';

const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['colours', '\u001b[31mred\u001b[0m'],
  ['a cleared screen', '\u001b[2J\u001b[H'],
  ['a title', '\u001b]0;owned\u0007'],
  ['a device query', '\u001b[6n\u001b[c\u0005'],
  ['line ends', 'a\nb\r\nc\rd'],
  ['an answer of its own', '\n{"nodeId":"forged"}\n'],
  ['backspaces and deletes', 'abc\b\b\b\u007f\u007f'],
  ['C1 controls', '\u009b31m\u0090\u009d0;x\u009c\u0085'],
  ['marks of direction', '\u202egnp.exe\u202c\u2066\u2069\u200f'],
  ['separators of lines', 'a\u2028b\u2029c'],
  ['letters without width', 'a\u200b\u200d\ufeff\u0301\u0301b'],
  ['emoji', '😀'.repeat(32)],
  ['NUL', '\0\0\0'],
  ['formats', '%s%d%n%j%%${process.exit(1)}`id`'],
  ['64 letters', 'W'.repeat(64)],
];

/** Every place where a node shows what a peer said. */
function sayEverywhere(peer: WirePeer, text: string): void {
  peer.say({ msgtype: text }, { msgtype: 'ping', nonce: text }, { msgtype: 'addr', peers: [[text, text], text] });
  peer.say(`{"msgtype":"${text.replaceAll('\n', '')}\n`);
}

const agentOf = (text: string) => text.slice(0, 64);

const check = await startScenes({ set: ['gossip.dial=off'] });
for (const [what, text] of HOSTILE) {
  check(`rule 61: ${what} in every field of a peer leave JSON one value a line`, async (scene) => {
    await scene.node.run('trace all --lines');
    const peer = await scene.meet({ agent: agentOf(text), ext: [text.slice(0, 32)] });
    sayEverywhere(peer, text);
    await peer.isAnswered();
    assert.equal((await scene.node.row(peer.id)).agent, agentOf(text));
    const { n } = await scene.node.row(peer.id);
    assert.equal((await scene.node.peer(n)).n, n);
    peer.say({ msgtype: 'bye', reason: text });
    peer.socket.end();
    await scene.counts({ bye: 1, 'bad-address': 2 });
    const said = scene.node.notices('drop').find(({ id }) => id === peer.id);
    assert.equal(said?.['said'], text);
    assert.ok(scene.node.notices('line').length > 0);
    await scene.node.run('untrace');
  });
}

const TEXT = /^[ -~\n]*$/;
const people = new Program([
  ...ALONE,
  '-k',
  '--listen',
  '127.0.0.1:0',
  '--set',
  'events=all',
  '--set',
  'gossip.dial=off',
  '--set',
  'output.rate=100000',
]);
after(async () => {
  people.child.stdin.end();
  await people.ended;
});
people.child.stdin.write('events all\ntrace all --lines\nstatus\n');
await until('the start', () => (/127\.0\.0\.1:\d+/.test(people.out) ? null : people.err));
const address = /127\.0\.0\.1:\d+/.exec(people.out)?.[0] ?? '';

for (const [what, text] of HOSTILE) {
  test(`rule 60: ${what} in every field of a peer are shown as plain text to people`, async () => {
    const peer = await WirePeer.dial(address);
    await peer.greet({ agent: agentOf(text) });
    sayEverywhere(peer, text);
    await peer.isAnswered();
    const mark = `seen-${peer.id}`;
    people.child.stdin.write(`peers -v\npeer ${peer.id}\naddrs\nstats\nwtf\n"${mark}"\n`);
    await until('the answers', () => (people.out.includes(mark) ? null : people.err.slice(-300)));
    peer.say({ msgtype: 'bye', reason: text });
    peer.socket.end();
    await peer.closes();
    await until('the notice of its end', () =>
      people.err.includes(`- ${peer.id.slice(0, 8)}`) ? null : people.err.slice(-300),
    );
    for (const output of [people.out, people.err]) {
      const at = output.search(/[^ -~\n…—·→←↑↓]/);
      assert.equal(at, -1, JSON.stringify(output.slice(Math.max(0, at - 100), at + 100)));
    }
    assert.ok(!people.out.split('\n').some((line) => line.startsWith('{"nodeId"')));
    assert.match(people.err, TEXT);
  });
}
