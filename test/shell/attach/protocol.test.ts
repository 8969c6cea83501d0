/** What a client may say: every field is checked, and nothing that was not checked gets in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HISTORY_LENGTH_MAX, HISTORY_LINES_MAX } from '../../../src/shell/attach/limits.ts';
import { PROTOCOL, readRequest } from '../../../src/shell/attach/protocol.ts';

const HELLO = {
  kind: 'hello',
  protocol: PROTOCOL,
  role: 'attach',
  columns: 80,
  color: true,
  isReadOnly: false,
  wantsNews: true,
  folder: '/home/you',
  history: ['peers'],
};

test('protocol: each request is read as it is', () => {
  const requests = [
    HELLO,
    { ...HELLO, columns: null, role: 'exec' },
    { kind: 'run', id: 1, input: 'peers', json: false },
    { kind: 'complete', id: 2, line: 'pe' },
    { kind: 'interrupt' },
    { kind: 'finish' },
    { kind: 'columns', columns: 100 },
  ];
  for (const request of requests) assert.deepEqual(readRequest({ ...request, more: 1 }), request);
});

test('protocol: a field of another kind makes no request', () => {
  const wrong = [
    {},
    { kind: 'shutdown' },
    { kind: 'run', id: -1, input: 'peers', json: false },
    { kind: 'run', id: 1, input: ['peers'], json: false },
    { kind: 'run', id: 1, input: 'peers' },
    { kind: 'complete', id: '2', line: 'pe' },
    { kind: 'columns', columns: 0 },
    { kind: 'columns', columns: 1e9 },
    { kind: 'columns', columns: 'wide' },
    { ...HELLO, role: 'root' },
    { ...HELLO, color: 'yes' },
    { ...HELLO, isReadOnly: undefined },
    { ...HELLO, folder: undefined },
    { ...HELLO, folder: 'here' },
    { ...HELLO, history: [1] },
    { ...HELLO, history: Array.from({ length: HISTORY_LINES_MAX + 1 }, () => '') },
    { ...HELLO, history: ['x'.repeat(HISTORY_LENGTH_MAX + 1)] },
    { ...HELLO, protocol: 'one' },
  ];
  for (const message of wrong) assert.equal(readRequest(message), null, JSON.stringify(message).slice(0, 100));
});

test('protocol: of a client of another version the number is read, and no right is taken from it', () => {
  const request = readRequest({ kind: 'hello', protocol: 99, role: { new: true } });
  assert.deepEqual([request?.kind, request?.kind === 'hello' && request.protocol], ['hello', 99]);
  assert.equal(request?.kind === 'hello' && request.role, 'look');
});

test('protocol: nothing that a client can say throws', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom('hello', 'run', 'complete', 'columns'),
      (message, kind) => {
        readRequest({ ...message, kind });
      },
    ),
  );
});
