/** Several shells on one node: what they share, what is each one's own, and whose turn it is. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Shell } from '../../src/shell/shell.ts';
import { Workshop } from '../../src/shell/workshop.ts';
import { type OpenShell, openShell } from '../helpers/open-shell.ts';

interface Second {
  readonly shell: Shell;
  readonly printed: string[];
  readonly text: (line: string) => Promise<string>;
}

function second({ shell: first }: OpenShell): Second {
  const shell = new Shell({ ...first.options, workshop: first.workshop });
  const printed: string[] = [];
  shell.notices.start();
  shell.printTo((text) => void printed.push(text));
  return {
    shell,
    printed,
    async text(line) {
      const result = await shell.run(line);
      if (result.kind !== 'ok') throw new Error(`${line}: ${JSON.stringify(result)}`);
      return result.text;
    },
  };
}

test('workshop: the lab is of all shells, and each looks at a node of its own', async () => {
  const one = await openShell({ peers: 0 });
  const two = second(one);
  await one.text('lab 4');
  assert.match(one.shell.prompt(), /^lab n1 /);
  assert.doesNotMatch(two.shell.prompt(), /^lab/);
  await two.text('use n3');
  assert.match(two.shell.prompt(), /^lab n3 /);
  assert.match(one.shell.prompt(), /^lab n1 /);
  await two.text('run 5s');
  assert.match(one.shell.prompt(), /^lab n1 5s/);
  assert.match(await one.text('n3: status'), /^id/);
  await two.text('use live');
  assert.doesNotMatch(two.shell.prompt(), /^lab/);
  assert.match(one.shell.prompt(), /^lab n1 /);
});

test('workshop: a lab that one shell ends is gone for all, and a new one is entered by nobody else', async () => {
  const one = await openShell({ peers: 0 });
  const two = second(one);
  await one.text('lab 2');
  await two.text('use n2');
  await one.text('lab stop');
  assert.doesNotMatch(two.shell.prompt(), /^lab/);
  assert.deepEqual(two.printed.slice(-1), ['the lab is gone']);
  assert.ok(!one.printed.includes('the lab is gone'));
  await one.text('lab 3');
  assert.doesNotMatch(two.shell.prompt(), /^lab/);
  assert.match(await two.text('status'), /^id/);
});

test('workshop: traces are of the shell that asked', async () => {
  const one = await openShell({ peers: 1 });
  const two = second(one);
  await two.text('trace ping');
  await one.text('ping #1');
  assert.ok(two.printed.some((line) => / ping /.test(line)));
  assert.ok(!one.printed.some((line) => /^> .* ping /.test(line)));
  await one.text('lab 2');
  await two.text('use n1');
  await two.text('trace hello');
  await one.text('run 1s');
  assert.ok(two.printed.some((line) => / hello /.test(line)));
  assert.ok(!one.printed.some((line) => / hello /.test(line)));
});

test('workshop: a message that is held in the lab is told to each who looks, and any may let it go', async () => {
  const one = await openShell({ peers: 0 });
  const two = second(one);
  await one.text('lab 2');
  await two.text('use n2');
  await one.text('break hello at send once');
  await one.text('run 1s');
  assert.ok(one.printed.some((line) => /^\| m1 /.test(line)));
  assert.ok(two.printed.some((line) => /^\| m1 /.test(line)));
  assert.match(two.shell.prompt(), / held 1> $/);
  await two.text('deliver m1');
  assert.doesNotMatch(one.shell.prompt(), /held/);
});

test('workshop: while one shell moves the time, what others do in the lab waits, and what they do elsewhere does not', async () => {
  const one = await openShell({ peers: 0 });
  const two = second(one);
  await one.text('lab 2');
  await two.text('use n2');
  const order: string[] = [];
  const run = one.text('run 300s').then(() => order.push('run'));
  const rewind = two.text('rewind 1s').then(() => order.push('rewind'));
  await Promise.all([run, rewind]);
  assert.deepEqual(order, ['run', 'rewind']);
  assert.match(one.shell.prompt(), /^lab n1 1s/);
  const over = new AbortController();
  const work = () => once(over.signal, 'abort').then(() => order.push('work'));
  const longer = one.shell.workshop.inTurn({}, new AbortController().signal, work);
  const waiting = two.text('peers').then(() => order.push('peers'));
  await one.text('use live');
  await one.text('status');
  assert.deepEqual(order, ['run', 'rewind']);
  over.abort();
  await Promise.all([longer, waiting]);
  assert.deepEqual(order, ['run', 'rewind', 'work', 'peers']);
});

test('workshop: who gives up waiting does nothing, and the next one has its turn', async () => {
  const one = await openShell({ peers: 0 });
  const [two, three] = [second(one), second(one)];
  await one.text('lab 2');
  await two.text('use n2');
  await three.text('use n2');
  const run = one.text('run 300s');
  const given = two.shell.run('rewind 1s');
  const waiting = three.text('status');
  two.shell.interrupt();
  assert.equal((await given).kind, 'aborted');
  await Promise.all([run, waiting]);
  assert.match(one.shell.prompt(), /^lab n1 300s/);
  assert.match(await two.text('status'), /^id/);
});

test('workshop: a line of a later time is done while another shell moves the time', async () => {
  const one = await openShell({ peers: 0 });
  const two = second(one);
  await one.text('lab 3 topology=line');
  await one.text('at 2s n1: connect n3');
  await two.text('use n1');
  await two.text('run 5s');
  assert.equal(((await one.value<unknown[]>('n1: peers')) as unknown[]).length, 2);
});

test('workshop: a shell that leaves hears nothing more, and the lab stays', async () => {
  const one = await openShell({ peers: 1 });
  const two = second(one);
  await two.text('lab 2');
  await two.text('trace');
  two.shell.leave();
  const heard = two.printed.length;
  await one.text('use n1');
  await one.text('run 5s');
  await one.text('use live');
  await one.text('ping #1');
  assert.equal(two.printed.length, heard);
  assert.match(await one.text('lab'), /^lab {8}2 nodes/);
});

test('workshop: what a shell planned for later is done when it is gone, and its failure is told to those who look', async () => {
  const one = await openShell({ peers: 0 });
  const two = second(one);
  await one.text('lab 3 topology=line');
  await two.text('use n1');
  await two.text('at 2s n1: connect n3');
  await two.text('at 3s n1: drop #99');
  two.shell.leave();
  const heard = two.printed.length;
  await one.text('run 5s');
  assert.equal((await one.value<unknown[]>('n1: peers')).length, 2);
  assert.ok(
    one.printed.some((line) => /^! at 3s: no peer "#99"/.test(line)),
    one.printed.join('\n'),
  );
  assert.equal(two.printed.length, heard);
});

test('workshop: a work within a work goes on, and a failed one gives the turn away', async () => {
  const workshop = new Workshop();
  const [one, two] = [{}, {}];
  const { signal } = new AbortController();
  const order: string[] = [];
  const failed = workshop.inTurn(one, signal, () =>
    workshop.inTurn(one, signal, async () => {
      order.push('inner');
      await Promise.resolve();
      throw new Error('no');
    }),
  );
  const next = workshop.inTurn(two, signal, async () => void order.push('next'));
  await assert.rejects(failed, /no/);
  await next;
  assert.deepEqual(order, ['inner', 'next']);
  assert.equal(workshop.isTakenFor({}), false);
});
