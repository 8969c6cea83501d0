/** Standard streams with a reader that is slow, that is gone, or that is quick. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createOutput, NOTICES_BYTES_MAX } from '../../src/shell/output.ts';

/** A stream whose reader takes nothing until `read` is called. */
function slowStream(): { stream: Writable; written: string[]; read: () => void } {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk);
      waiting.push(done);
    },
  });
  return {
    stream,
    written,
    read() {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
    },
  };
}

async function readAll(read: () => void): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    read();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('output: notices for a reader that does not read are bounded and counted', async () => {
  const { stream, written, read } = slowStream();
  const output = createOutput(stream, (count) => `… ${count} more`);
  const line = 'x'.repeat(1_023);
  for (let i = 0; i < 3_000; i += 1) output.notice(line);
  assert.ok(stream.writableLength <= NOTICES_BYTES_MAX + 2_048, `${stream.writableLength}`);
  const kept = Math.round(stream.writableLength / 1_024);
  await readAll(() => read());
  assert.equal(written.join('').split('\n').at(-2), `… ${3_000 - kept} more`);
  output.notice('again');
  await readAll(() => read());
  assert.equal(written.at(-1), 'again\n');
});

test('output: an answer waits for its reader', async () => {
  const { stream, read } = slowStream();
  const output = createOutput(stream, String);
  let isDone = false;
  const answered = output.answer('x'.repeat(100_000)).then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isDone, false);
  await readAll(() => read());
  await answered;
});

test('output: a reader that is gone lets go of the answer and harms nobody', async () => {
  const { stream } = slowStream();
  const output = createOutput(stream, String);
  const waiting = output.answer('x'.repeat(100_000));
  stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await waiting;
  output.notice('nobody');
  await output.answer('nobody');
});

/** A stream to a disk; `isFull` is asked before each line. */
function diskStream(isFull: () => boolean): { stream: Writable; written: string[] } {
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      if (isFull()) return done(Object.assign(new Error('full'), { code: 'ENOSPC' }));
      written.push(chunk);
      done(null);
    },
    // As Node does for the standard streams, which nothing destroys.
    destroy(error, done) {
      done(error);
      (this as unknown as { _undestroy(): void })._undestroy();
    },
  });
  return { stream, written };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('output: a full disk loses lines, is told of once, and is written to again when it has room', async () => {
  let isFull = true;
  const { stream, written } = diskStream(() => isFull);
  const troubles: string[] = [];
  const output = createOutput(
    stream,
    (count) => `… ${count} more`,
    (code) => troubles.push(code),
  );
  await output.answer('lost');
  await turn();
  for (const line of ['lost', 'lost']) {
    output.notice(line);
    await turn();
  }
  assert.deepEqual([written, troubles], [[], ['ENOSPC']]);
  isFull = false;
  output.notice('kept');
  await turn();
  await turn();
  assert.deepEqual(written, ['kept\n', '… 3 more\n']);
  isFull = true;
  output.notice('lost');
  await turn();
  assert.deepEqual(troubles, ['ENOSPC', 'ENOSPC']);
});

test('output: where the disk is full again before it was told how much was lost, all of it is told later', async () => {
  const room = [false, false, false, true, false, true, true];
  const { stream, written } = diskStream(() => room.shift() === false);
  const output = createOutput(stream, (count) => `… ${count} more`);
  for (const line of ['lost', 'lost', 'lost', 'kept']) {
    output.notice(line);
    await turn();
    await turn();
  }
  output.notice('kept, too');
  await turn();
  await turn();
  assert.deepEqual(written, ['kept\n', 'kept, too\n', '… 3 more\n']);
});
