/** What a shell says when the node behind its socket comes back: the same one, or one that was started anew in its place. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RETRY_MS } from '../../../src/shell/attach/limits.ts';
import type { Link } from '../../../src/shell/attach/link.ts';
import type { NodeFacts, Reply } from '../../../src/shell/attach/protocol.ts';
import { openRemoteSession } from '../../../src/shell/attach/remote-session.ts';

const NODE: NodeFacts = {
  ...{ id: '5f0c2a9e-8b1f-4c43-9f0a-6f6f6a2b1f0e', address: '127.0.0.1:5999', pid: 1_234_567, peers: 2 },
  ...{ uptimeMs: 5_000, version: '0.1.0', isHeadless: true, shells: 1 },
};

interface FakeLink extends Link {
  readonly tell: (reply: Reply | null) => void;
}

function fakeLink(node: NodeFacts): FakeLink {
  let listener: (reply: Reply | null) => void = () => undefined;
  return {
    node,
    tell: (reply) => listener(reply),
    send: () => true,
    listen(one) {
      listener = one;
    },
    close: () => undefined,
  };
}

/** The lines of a shell whose node goes away and is then found as another one. */
async function linesOf(context: TestContext, found: NodeFacts): Promise<readonly string[]> {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const link = fakeLink(NODE);
  const session = openRemoteSession({ link, again: () => Promise.resolve(fakeLink(found)) });
  const lines: string[] = [];
  session.subscribe((event) => {
    if (event.kind === 'line') lines.push(event.text);
  });
  link.tell(null);
  context.mock.timers.tick(RETRY_MS);
  await new Promise((resolve) => setImmediate(resolve));
  return lines.slice(1);
}

test('remote session: a node that was started anew is told with what went with the old one', async (context) => {
  const lines = await linesOf(context, { ...NODE, id: '77d1c0de-8b1f-4c43-9f0a-6f6f6a2b1f0e', pid: 1_234_600 });
  assert.deepEqual(lines, [
    '+ attached again to 77d1c0de at 127.0.0.1:5999 (pid 1234600)',
    '! it was started anew: lab, held messages, rules and changed settings are gone',
  ]);
  assert.ok(lines.every(({ length }) => length <= 80));
});

test('remote session: a node that let go of its shell and goes on has lost nothing of its own', async (context) => {
  const lines = await linesOf(context, { ...NODE, uptimeMs: 9_000 });
  assert.deepEqual(lines, [
    '+ attached again to 5f0c2a9e at 127.0.0.1:5999 (pid 1234567)',
    'traces and the node looked at are as at the start',
  ]);
});

test('remote session: a line that is too long to be sent is answered here, and the link stands', async () => {
  const link = { ...fakeLink(NODE), send: () => false };
  const session = openRemoteSession({ link, again: () => Promise.resolve(null) });
  const result = await session.run('x'.repeat(9));
  assert.equal(result.kind, 'error');
  assert.match(result.text, /^the line has 9 characters, too many for a socket; /);
  assert.deepEqual((await session.complete('x')).candidates, []);
  session.leave();
});
