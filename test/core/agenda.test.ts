/** The column of times against a plain Map: a time is never too late, a row is always right. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAgenda, dueBy, enterAgenda, leaveAgenda, reviewAll, visitDue } from '../../src/core/agenda.ts';
import type { Session } from '../../src/core/state.ts';
import { fc } from '../helpers/random-cases.ts';

/** The agenda looks at nothing of a session but its row. */
const session = () => ({ row: -1 }) as Session;

test('agenda: a session that enters has nothing to do until it says so', () => {
  const agenda = createAgenda();
  const one = session();
  enterAgenda(agenda, one);
  assert.equal(agenda.earliest, Infinity);
  dueBy(agenda, one, 5);
  dueBy(agenda, one, 9);
  assert.deepEqual([agenda.earliest, agenda.dueAt], [5, [5]]);
});

test('agenda: only sessions that are due are visited, and their answer is their next time', () => {
  const agenda = createAgenda();
  const [one, two, three] = [session(), session(), session()];
  for (const [k, each] of [one, two, three].entries()) {
    enterAgenda(agenda, each);
    dueBy(agenda, each, 10 * (k + 1));
  }
  const visited: Session[] = [];
  visitDue(agenda, 20, (each) => {
    visited.push(each);
    return 100;
  });
  assert.deepEqual(visited, [one, two]);
  assert.deepEqual([agenda.earliest, agenda.dueAt], [30, [100, 100, 30]]);
});

test('agenda: a time said for another session during a visit is kept', () => {
  const agenda = createAgenda();
  const [one, two, three] = [session(), session(), session()];
  for (const each of [one, two, three]) enterAgenda(agenda, each);
  dueBy(agenda, two, 10);
  visitDue(agenda, 10, () => {
    dueBy(agenda, one, 15);
    dueBy(agenda, three, 12);
    return 50;
  });
  assert.deepEqual([agenda.earliest, agenda.dueAt], [12, [15, 50, 12]]);
});

test('agenda: when all are to be reviewed, all are visited', () => {
  const agenda = createAgenda();
  for (let k = 0; k < 3; k += 1) enterAgenda(agenda, session());
  reviewAll(agenda, 7);
  let visits = 0;
  visitDue(agenda, 7, () => {
    visits += 1;
    return Infinity;
  });
  assert.deepEqual([visits, agenda.earliest], [3, Infinity]);
});

test('agenda: rows and times are those of a plain map, whatever enters and leaves', () => {
  const step = fc.tuple(fc.constantFrom('enter', 'leave', 'due', 'due', 'visit', 'review'), fc.nat(50), fc.nat(100));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const agenda = createAgenda();
      const model = new Map<Session, number>();
      let now = 0;
      for (const [kind, k, time] of steps) {
        const chosen = [...model.keys()][k % Math.max(1, model.size)];
        if (kind === 'enter') {
          const one = session();
          enterAgenda(agenda, one);
          model.set(one, Infinity);
        } else if (kind === 'review') {
          reviewAll(agenda, now);
          for (const one of model.keys()) model.set(one, now);
        } else if (kind === 'visit') {
          now += time;
          const visited = new Set<Session>();
          visitDue(agenda, now, (one) => {
            assert.ok(!visited.has(one), 'nobody is visited twice');
            visited.add(one);
            return now + 1 + k;
          });
          assert.deepEqual(visited, new Set([...model].filter(([, at]) => at <= now).map(([one]) => one)));
          for (const one of visited) model.set(one, now + 1 + k);
          assert.equal(agenda.earliest, Math.min(...model.values()), 'the true earliest time');
        } else if (chosen === undefined) continue;
        else if (kind === 'leave') {
          leaveAgenda(agenda, chosen);
          model.delete(chosen);
        } else {
          dueBy(agenda, chosen, now + time);
          model.set(chosen, Math.min(model.get(chosen) ?? Infinity, now + time));
        }
        assert.deepEqual(new Set(agenda.sessions), new Set(model.keys()));
        for (const [one, at] of model) {
          assert.equal(agenda.sessions[one.row], one);
          assert.equal(agenda.dueAt[one.row], at);
        }
        assert.ok(agenda.earliest <= Math.min(...model.values()), 'never later than the earliest');
        assert.equal(agenda.dueAt.length, model.size);
      }
    }),
    { numRuns: 300 },
  );
});
