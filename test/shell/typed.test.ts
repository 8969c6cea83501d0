/** Whose mistake an uncaught error is: the user's never ends the node, ours always does. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { CommandError } from '../../src/shell/errors.ts';
import { asTyped, isOfPrompt } from '../../src/shell/typed.ts';

const systemError = (frames: string) =>
  Object.assign(new Error('connect ECONNREFUSED'), {
    syscall: 'connect',
    stack: `Error: connect ECONNREFUSED\n${frames}`,
  });
const OF_NODE = '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)';
const OF_OURS = '    at startDial (file:///peersh/dist/main.js:10:3)';

test("typed: an error of the system is the line's that opened what failed, unless our code stands in it", () => {
  assert.equal(isOfPrompt(systemError(OF_NODE)), false, 'nothing was typed');
  asTyped({}, () => {
    assert.equal(isOfPrompt(systemError(OF_NODE)), true);
    assert.equal(isOfPrompt(systemError('')), true);
    assert.equal(isOfPrompt(systemError(`${OF_NODE}\n${OF_OURS}`)), false);
    assert.equal(isOfPrompt(new Error('an assert of ours')), false);
  });
});

test('typed: what typed code throws, rejects with or gets from a command is its own, wherever', () => {
  assert.equal(isOfPrompt('text'), true);
  assert.equal(isOfPrompt(new CommandError('usage', 'x')), true);
  const thrown = Object.assign(new Error('x'), { stack: 'Error: x\n    at peersh-prompt:1:7' });
  assert.equal(isOfPrompt(thrown), true);
});

test('typed: it is still known when a socket fails later', async () => {
  const verdict = await asTyped(
    {},
    () =>
      new Promise<boolean>((resolve) => {
        connect(1, '127.0.0.1').on('error', (error) => resolve(isOfPrompt(error)));
      }),
  );
  assert.equal(verdict, true);
});
