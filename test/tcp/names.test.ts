/** Look-ups of host names with a resolver that answers when the test says so: how many run, how long one waits, what is told. Rule 48. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LOOKUPS_MAX, LOOKUPS_WAITING_MAX } from '../../src/core/limits.ts';
import { createNames, type Names } from '../../src/tcp/names.ts';

type Found = { readonly address: string; readonly family: number }[];

/** Look-ups by a resolver that hangs until it is told to answer; `said` are the answers that came out. */
function hangingNames(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const asked: string[] = [];
  const open: ((error: NodeJS.ErrnoException | null, found: Found) => void)[] = [];
  const names = createNames((host, answer) => {
    asked.push(host);
    open.push(answer);
  });
  const said: string[] = [];
  return {
    names,
    asked,
    said,
    look: (host: string) => names.look(host, (ips, detail) => said.push(`${host} ${detail ?? ips.join(' ')}`)),
    /** The look-up that hangs longest ends. */
    end: (...ips: string[]) =>
      open.shift()?.(
        null,
        ips.map((address) => ({ address, family: 4 })),
      ),
    pass: (limitMs: number) => context.mock.timers.tick(limitMs),
  };
}

const fill = (look: (host: string) => void, count: number) => {
  for (let i = 1; i <= count; i += 1) look(`h${i}`);
};

test('names: a look-up that nobody answers counts until it ends, not until its time is over', (context) => {
  const { look, asked, said, end, pass } = hangingNames(context);
  fill(look, LOOKUPS_MAX);
  pass(5_000);
  assert.deepEqual(said, ['h1 ETIMEOUT', 'h2 ETIMEOUT', 'h3 ETIMEOUT', 'h4 ETIMEOUT']);
  look('late');
  assert.equal(asked.length, LOOKUPS_MAX);
  end('10.0.0.1');
  assert.deepEqual(asked.slice(LOOKUPS_MAX), ['late']);
  end('10.0.0.2');
  assert.equal(said.length, LOOKUPS_MAX, 'what comes after its time is told to nobody');
  end();
  end();
  end('10.0.0.9');
  assert.deepEqual(said.slice(LOOKUPS_MAX), ['late 10.0.0.9']);
});

test('names: a look-up that waits for the others is told so when its own time is over, and is not begun later', (context) => {
  const { look, asked, said, end, pass } = hangingNames(context);
  fill(look, LOOKUPS_MAX);
  pass(4_000);
  look('waits');
  pass(4_999);
  assert.equal(said.length, LOOKUPS_MAX);
  pass(1);
  assert.deepEqual(said.slice(LOOKUPS_MAX), ['waits other look-ups have not ended']);
  end('10.0.0.1');
  assert.equal(asked.includes('waits'), false);
});

test('names: more than may wait are refused, but not within the call', (context) => {
  const { look, said, pass } = hangingNames(context);
  fill(look, LOOKUPS_MAX + LOOKUPS_WAITING_MAX);
  look('one more');
  assert.deepEqual(said, []);
  pass(0);
  assert.deepEqual(said, ['one more too many look-ups wait']);
});

test('names: IPv6 counts only where there is no IPv4, and no address twice', (context) => {
  const said: (readonly string[])[] = [];
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const answers: Found[] = [
    [
      { address: '::1', family: 6 },
      { address: '10.0.0.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ],
    [{ address: '::1', family: 6 }],
  ];
  const names: Names = createNames((_, answer) => answer(null, answers.shift() ?? []));
  names.look('both', (ips) => said.push(ips));
  names.look('six', (ips) => said.push(ips));
  assert.deepEqual(said, [['10.0.0.1'], ['::1']]);
});

test('names: nothing is told after stop', (context) => {
  const { names, look, said, asked, end, pass } = hangingNames(context);
  fill(look, LOOKUPS_MAX + 1);
  names.stop();
  end('10.0.0.1');
  pass(10_000);
  assert.deepEqual(said, []);
  assert.equal(asked.length, LOOKUPS_MAX);
});
