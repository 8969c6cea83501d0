/** What a node makes of bytes: lines in any pieces, lines too long, other protocols, bad text, deep and hostile JSON. Rules 1-11, 30. */
import assert from 'node:assert/strict';
import { freshId, PING, type WirePeer } from '../../helpers/wire-peer.ts';
import { type Scene, startScenes } from '../../helpers/wire-scene.ts';

const check = await startScenes({ set: ['gossip.dial=off', 'flood.messages=1000000', 'flood.messages.burst=1000000'] });

const hello = (fields: object = {}) => `${JSON.stringify({ msgtype: 'hello', nodeid: freshId(), ...fields })}\n`;
const LINE_BEFORE_HELLO = 4_096;
const LINE_AFTER_HELLO = 65_536;

/** An object of exactly so many bytes, without its newline. */
function lineOf(bytes: number, fields: object): string {
  const bare = JSON.stringify({ ...fields, pad: '' });
  return JSON.stringify({ ...fields, pad: 'x'.repeat(bytes - bare.length) });
}

/** Says it before any hello: the node closes without a word and counts that reason once. */
async function isCutOff(scene: Scene, reason: string, ...parts: readonly (string | Uint8Array)[]): Promise<void> {
  const peer = await scene.dial();
  peer.say(...parts);
  await peer.closes();
  assert.deepEqual(peer.messages, []);
  await scene.counts({ [reason]: 1 });
}

/** Says it as a ready peer: so many strikes, no answer, and the connection goes on. */
async function strikes(scene: Scene, part: string | Uint8Array, expected: number): Promise<WirePeer> {
  const peer = await scene.meet();
  const said = peer.messages.length;
  peer.say(part);
  assert.equal(await scene.strikesOf(peer), expected);
  assert.deepEqual(
    peer.messages.slice(said).map(({ msgtype }) => msgtype),
    ['pong'],
  );
  assert.deepEqual(await scene.reasons(), {});
  return peer;
}

check('rule 1: a hello and a ping in segments of one byte are a hello and a ping', async (scene) => {
  const peer = await scene.dial();
  await peer.sayBytewise(hello() + PING);
  await peer.hears('pong');
  await peer.isAnswered();
  assert.equal(peer.heard('hello').length, 1);
  assert.equal(peer.heard('pong').length, 2);
});

const BLANKS: readonly (readonly [what: string, text: string])[] = [
  ['a CRLF', PING.replace('\n', '\r\n')],
  ['many CRs before the newline', PING.replace('\n', '\r\r\r\n')],
  ['spaces and tabs around the line', ` \t ${PING.replace('\n', ' \t \r\n')}`],
  ['a thousand blank lines before', `${' \r\n'.repeat(1_000)}${PING}`],
];
for (const [what, text] of BLANKS) {
  check(`rule 1: a ping with ${what} is a ping`, async (scene) => {
    const peer = await scene.meet();
    peer.say(text);
    assert.equal(await scene.strikesOf(peer), 0);
    assert.equal(peer.heard('pong').length, 2);
  });
}

const NO_ENDS: readonly (readonly [what: string, mark: string])[] = [
  ['U+2028', '\u2028'],
  ['U+2029', '\u2029'],
  ['U+0085', '\u0085'],
  ['a bare CR', '\r'],
  ['a vertical tab', '\v'],
  ['a form feed', '\f'],
  ['NUL', '\0'],
];
for (const [what, mark] of NO_ENDS) {
  check(`rule 1: ${what} does not end a line`, (scene) =>
    strikes(scene, `{"msgtype":"ping"}${mark}{"msgtype":"ping"}\n`, 1).then(() => undefined),
  );
}

check('rule 1: U+2028 in a string is text', async (scene) => {
  const peer = await scene.dial();
  await peer.greet({ agent: 'a\u2028b' });
  peer.say({ msgtype: 'ping', nonce: 'c\u2028d' });
  assert.equal((await peer.hears('pong'))['nonce'], 'c\u2028d');
});

check('rule 1: a character of four bytes may be cut anywhere', async (scene) => {
  for (const at of [1, 2, 3]) {
    const peer = await scene.dial();
    const line = Buffer.from(hello({ agent: '😀' }));
    const cut = line.indexOf(0xf0) + at;
    for (const half of [line.subarray(0, cut), line.subarray(cut)])
      await new Promise<void>((resolve) => {
        peer.socket.write(half, () => resolve());
      });
    await peer.hears('getaddr');
  }
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 1: two hundred lines of one chunk are answered in order', async (scene) => {
  const peer = await scene.meet();
  const nonces = Array.from({ length: 200 }, (_, i) => i);
  peer.say(nonces.map((nonce) => `{"msgtype":"ping","nonce":${nonce}}\n`).join(''));
  await peer.hears('pong', 200);
  assert.deepEqual(
    peer.heard('pong').map((pong) => pong['nonce']),
    nonces,
  );
});

check('rule 1: half a line is answered when the other half comes, not before', async (scene) => {
  const peer = await scene.meet();
  peer.say(PING.slice(0, 9));
  await scene.isWell();
  assert.equal(peer.heard('pong').length, 0);
  peer.say(PING.slice(9));
  await peer.hears('pong');
});

check('rule 1: half a line and then the end is no message', async (scene) => {
  const pings = await scene.node.received('ping');
  const peer = await scene.meet();
  peer.say(PING.slice(0, -1));
  peer.socket.end();
  await peer.closes();
  await scene.counts({ 'remote-closed': 1 });
  assert.equal(peer.heard('pong').length, 0);
  assert.equal(await scene.node.received('ping'), pings);
});

check('rule 1: sixteen blank lines may come before hello', async (scene) => {
  const peer = await scene.dial();
  peer.say('\n'.repeat(16), hello());
  await peer.hears('getaddr');
});

check('rule 1: the seventeenth blank line before hello closes the connection', (scene) =>
  isCutOff(scene, 'not-json', '\n'.repeat(17), hello()),
);

check('rule 2: a hello of 4 KiB is read', async (scene) => {
  const peer = await scene.dial();
  peer.say(`${lineOf(LINE_BEFORE_HELLO, { msgtype: 'hello', nodeid: freshId() })}\n`);
  await peer.hears('getaddr');
});

check('rule 2: a hello of 4 KiB + 1 closes the connection and names line-too-long', (scene) =>
  isCutOff(scene, 'line-too-long', `${lineOf(LINE_BEFORE_HELLO + 1, { msgtype: 'hello', nodeid: freshId() })}\n`),
);

check('rule 2: 4 KiB + 1 before hello close the connection though the line has no end', (scene) =>
  isCutOff(scene, 'line-too-long', lineOf(LINE_BEFORE_HELLO + 1, { msgtype: 'hello', nodeid: freshId() })),
);

check('rule 2: 4 KiB + 1 of spaces before hello close the connection', (scene) =>
  isCutOff(scene, 'line-too-long', ' '.repeat(LINE_BEFORE_HELLO + 1)),
);

check('rule 2: a line of 64 KiB is read after hello', async (scene) => {
  const peer = await scene.meet();
  peer.say(`${lineOf(LINE_AFTER_HELLO, { msgtype: 'ping' })}\n`);
  await peer.hears('pong');
});

check('rule 2: a long line in the chunk of the hello is read', async (scene) => {
  const peer = await scene.dial();
  peer.say(`${hello()}${lineOf(60_000, { msgtype: 'ping' })}\n`);
  await peer.hears('pong');
});

for (const [what, end] of [
  ['a line of 64 KiB + 1', '\n'],
  ['64 KiB + 1 of a line without an end', ''],
] as const) {
  check(`rule 2: ${what} closes the connection and names line-too-long`, async (scene) => {
    const peer = await scene.meet();
    peer.say(PING, `${lineOf(LINE_AFTER_HELLO + 1, { msgtype: 'ping' })}${end}`);
    await peer.closes();
    assert.ok(peer.heard('pong').length <= 1);
    assert.equal(peer.heard('bye').length, 0);
    await scene.counts({ 'line-too-long': 1 });
  });
}

const GREETINGS: readonly (readonly [what: string, bytes: string | Uint8Array, reason?: 'not-object'])[] = [
  ['an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a TLS handshake', Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc)],
  ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['an SMTP greeting', 'EHLO example.org\r\n'],
  ['a SOCKS request', Uint8Array.of(5, 1, 0)],
  ['a Redis command', '*1\r\n$4\r\nPING\r\n'],
  ['one letter without a newline', 'G'],
  ['a space and a letter', ' G'],
  ['a list', '[]\n', 'not-object'],
  ['a string', '"hello"\n', 'not-object'],
  ['NUL', '\0'],
  ['0xFF', Uint8Array.of(0xff)],
  ['a byte order mark', Buffer.from(`\ufeff${'{"msgtype":"hello","nodeid":"a"}'}\n`)],
];
for (const [what, bytes, reason = 'not-json'] of GREETINGS) {
  check(`rule 3: ${what} is cut off at once without a reply`, (scene) => isCutOff(scene, reason, bytes));
}

check('rule 3: bytes after a refused greeting are not read', async (scene) => {
  const hellos = await scene.node.received('hello');
  await isCutOff(scene, 'not-json', `GET / HTTP/1.1\r\n${hello()}${PING}`);
  assert.equal(await scene.node.received('hello'), hellos);
});

const BAD_TEXT: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['an overlong slash', [0xc0, 0xaf]],
  ['an overlong NUL', [0xe0, 0x80, 0x80]],
  ['a lone continuation', [0x80]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['a code point above 10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a character cut short', [0xf0, 0x9f, 0x98]],
  ['0xFE', [0xfe]],
];
const withBytes = (text: string, bytes: readonly number[]) => {
  const [head = '', tail = ''] = text.split('?');
  return Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]);
};
for (const [what, bytes] of BAD_TEXT) {
  check(`rule 4: ${what} in a line is one strike and no message`, (scene) =>
    strikes(scene, withBytes('{"msgtype":"ping","nonce":"?"}\n', bytes), 1).then(() => undefined),
  );
}

check('rule 4: a line that is not UTF-8 spoils no other line of its chunk', async (scene) => {
  const peer = await scene.meet();
  peer.say(
    Buffer.concat([Buffer.from(PING), Buffer.of(0x7b, 0xff, 0x0a), Buffer.from(`{"msgtype":"ping","nonce":"é"}\n`)]),
  );
  assert.equal(await scene.strikesOf(peer), 1);
  assert.deepEqual(
    peer
      .heard('pong')
      .slice(0, 2)
      .map(({ nonce }) => nonce),
    [undefined, 'é'],
  );
});

check('rule 4: bad UTF-8 in a hello closes the connection', (scene) =>
  isCutOff(scene, 'malformed', withBytes('{"msgtype":"hello","nodeid":"a","agent":"?"}\n', [0xff])),
);

check('rule 4: a byte order mark after hello is one strike', (scene) =>
  strikes(scene, `\ufeff${PING}`, 1).then(() => undefined),
);

const nested = (depth: number) => `{"msgtype":"x","a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}\n`;

check('rule 5: eight levels are read', (scene) => strikes(scene, nested(8), 0).then(() => undefined));
check('rule 5: nine levels are one strike', (scene) => strikes(scene, nested(9), 1).then(() => undefined));
check('rule 5: a bomb of thirty thousand levels is one strike', (scene) =>
  strikes(scene, nested(30_000), 1).then(() => undefined),
);
check('rule 5: sixty thousand brackets that never close are one strike', (scene) =>
  strikes(scene, `{"msgtype":"ping","a":${'['.repeat(60_000)}\n`, 1).then(() => undefined),
);
check('rule 5: objects count like lists', (scene) =>
  strikes(scene, `{"msgtype":"x","a":${'{"a":'.repeat(9)}1${'}'.repeat(9)}}\n`, 1).then(() => undefined),
);
check('rule 5: a deep hello closes the connection', (scene) =>
  isCutOff(scene, 'malformed', `{"msgtype":"hello","nodeid":"a","x":${'['.repeat(9)}${']'.repeat(9)}}\n`),
);

check('rule 5: brackets in a string are text', async (scene) => {
  const peer = await scene.meet();
  const nonce = '[[[[[[[[[[\\"{{{{{{{{{{"]';
  peer.say({ msgtype: 'ping', nonce });
  assert.equal((await peer.hears('pong'))['nonce'], nonce);
});

check('rule 6: __proto__ gives a message nothing', async (scene) => {
  await strikes(scene, '{"__proto__":{"msgtype":"ping"}}\n', 1);
  const peer = await scene.meet();
  peer.say(
    '{"msgtype":"ping","__proto__":{"nonce":5}}\n',
    '{"msgtype":"ping","constructor":{"prototype":{"nonce":5}}}\n',
  );
  await peer.hears('pong', 2);
  assert.deepEqual(peer.heard('pong'), [{ msgtype: 'pong' }, { msgtype: 'pong' }]);
});

for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
  check(`rule 6: a msgtype of ${JSON.stringify(name)} is unknown and nothing else`, (scene) =>
    strikes(scene, `${JSON.stringify({ msgtype: name })}\n`, 0).then(() => undefined),
  );
}

check('rule 6: a peer may be called constructor', async (scene) => {
  const peer = await scene.meet({ nodeid: 'constructor' });
  await peer.isAnswered();
  assert.equal((await scene.node.peers()).filter(({ id }) => id === 'constructor').length, 1);
});

check('rule 7: of two keys the last counts', async (scene) => {
  const peer = await scene.meet();
  peer.say('{"msgtype":"ping","msgtype":"pong"}\n', '{"msgtype":"pong","nonce":1,"nonce":2,"msgtype":"ping"}\n');
  await peer.isAnswered();
  assert.equal(peer.heard('pong')[0]?.['nonce'], 2);
  assert.equal(peer.heard('pong').length, 2);
});

check('rule 7: keys that nobody knows are ignored', async (scene) => {
  const peer = await scene.dial();
  await peer.greet({ host: '10.9.8.7', banana: { a: [1, 2] }, ['']: null });
  peer.say({ msgtype: 'ping', extra: 'x'.repeat(1_000) });
  assert.deepEqual(await peer.hears('pong'), { msgtype: 'pong' });
});

check('rule 8: an unknown msgtype is ignored, counted and no strike', async (scene) => {
  const unknown = await scene.node.received('unknown');
  await strikes(scene, '{"msgtype":"inv","items":[1,2,3]}\n{"msgtype":"PING"}\n', 0);
  assert.equal(await scene.node.received('unknown'), unknown + 2);
});

const NO_MESSAGES: readonly string[] = [
  '5',
  'null',
  'true',
  '"ping"',
  '[{"msgtype":"ping"}]',
  '{}',
  '{"msgtype":5}',
  '{"msgtype":null}',
  '{"msgtype":["ping"]}',
  '{"msgtype":"ping"',
  "{'msgtype':'ping'}",
  '{"msgtype":"ping"}}',
  '{"msgtype":"ping",}',
  'ping',
  '{"msgtype":"ping"}{"msgtype":"ping"}',
  '{"msgtype":"addr"}',
  '{"msgtype":"addr","peers":{}}',
];
for (const line of NO_MESSAGES) {
  check(`rule 9: ${line} after hello is one strike and not answered`, (scene) =>
    strikes(scene, `${line}\n`, 1).then(() => undefined),
  );
}

for (const line of ['{}', '{"msgtype":5}', '{"msgtype":"hello"', '{"msgtype":"hello"}', '{"a"', '{]']) {
  check(`rule 9: ${line} before hello closes the connection`, (scene) =>
    isCutOff(scene, 'malformed', `${line}\n`, hello()),
  );
}

check('rule 9: the fifth malformed line closes the connection and names strikes', async (scene) => {
  const peer = await strikes(scene, '{\n'.repeat(4), 4);
  peer.say('{\n', PING);
  await peer.closes();
  assert.equal(peer.heard('pong').length, 1);
  assert.equal(peer.heard('bye').length, 0);
  await scene.counts({ strikes: 1 });
});

check('rule 9: strikes are forgotten after strike.window', async (scene) => {
  await scene.node.run('set strike.window 100ms');
  const peer = await scene.meet();
  for (let i = 0; i < 8; i += 1) {
    peer.say('{\n');
    await peer.isAnswered();
    const { n } = await scene.node.row(peer.id);
    const struckMs = performance.now();
    // Time is what is tested here: the strike must be older than the window before the next comes.
    await peer.sees('the window to pass', () => {
      if (performance.now() - struckMs > 150) return true;
      peer.say(PING);
      return false;
    });
    assert.ok((await scene.node.peer(n)).strikes <= 1);
  }
  await scene.node.run('set strike.window 60s');
  assert.deepEqual(await scene.reasons(), {});
});

const NONCES: readonly (readonly [nonce: string, echoed: unknown])[] = [
  ['7', 7],
  ['-3', -3],
  ['-0', 0],
  ['""', ''],
  ['"\\u0000\\u001b[2J"', '\0\u001b[2J'],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['1e3', 1_000],
  [JSON.stringify('é😀\u2028'), 'é😀\u2028'],
  [JSON.stringify('x'.repeat(64)), 'x'.repeat(64)],
  [JSON.stringify('x'.repeat(65)), undefined],
  ['9007199254740992', undefined],
  ['1e400', undefined],
  ['1.5', undefined],
  ['null', undefined],
  ['true', undefined],
  ['[1]', undefined],
  ['{"toString":1}', undefined],
];
check('rule 30: a nonce is echoed when it is a short string or a safe integer, else left out', async (scene) => {
  const peer = await scene.meet();
  for (const [i, [nonce, echoed]] of NONCES.entries()) {
    peer.say(`{"msgtype":"ping","nonce":${nonce}}\n`);
    assert.deepEqual((await peer.hears('pong', i + 1))['nonce'], echoed, nonce);
  }
  assert.equal(await scene.strikesOf(peer), 0);
});

check('rule 55: ten thousand lines of one chunk are all answered, and the witness between them', async (scene) => {
  const peer = await scene.meet();
  peer.say(PING.repeat(10_000));
  await peer.hears('pong');
  await scene.witness.isAnswered();
  await peer.hears('pong', 10_000);
  assert.deepEqual(await scene.reasons(), {});
});
