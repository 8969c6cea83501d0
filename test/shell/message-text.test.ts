/** Messages in a few words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageText } from '../../src/shell/message-text.ts';
import { type Message, parseMessage } from '../../src/wire/messages.ts';

const textOf = (line: string) => messageText(parseMessage(line) as Message);

test('message text: an addr tells its entries, and no more than their number where none can be read', () => {
  const one = ['127.0.0.1:4001', '77d1c0de-8b1f-4c43-9f0a-6f6f6a2b1f0e'];
  assert.equal(textOf(JSON.stringify({ msgtype: 'addr', peers: [one] })), 'addr 1 entry: 127.0.0.1:4001 77d1c0de');
  assert.equal(textOf('{"msgtype":"addr","peers":[]}'), 'addr 0 entries');
});
