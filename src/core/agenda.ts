/**
 * When which session has something to do, in one column, so that a wake-up reads a few numbers and not every session. Times go in,
 * the earliest comes out. A time may be too early, never too late: whoever finds nothing due writes the true time.
 */
import type { Session } from './state.ts';

export interface Agenda {
  /** Row by row the sessions and their times; a session knows its row. */
  readonly sessions: Session[];
  readonly dueAt: number[];
  /** No time of the column is earlier. */
  earliest: number;
}

export const createAgenda = (): Agenda => ({ sessions: [], dueAt: [], earliest: Infinity });

export function enterAgenda(agenda: Agenda, session: Session): void {
  session.row = agenda.sessions.length;
  agenda.sessions.push(session);
  agenda.dueAt.push(Infinity);
}

/** The last row takes the place of the one that goes. */
export function leaveAgenda(agenda: Agenda, { row }: Session): void {
  const lastSession = agenda.sessions.pop() as Session;
  const lastDueAt = agenda.dueAt.pop() as number;
  if (row === agenda.sessions.length) return;
  agenda.sessions[row] = lastSession;
  agenda.dueAt[row] = lastDueAt;
  lastSession.row = row;
}

/** A session has something to do at this time, or before. */
export function dueBy(agenda: Agenda, { row }: Session, at: number): void {
  if (at < (agenda.dueAt[row] as number)) agenda.dueAt[row] = at;
  if (at < agenda.earliest) agenda.earliest = at;
}

/** Every session is to be looked at again, because what its times are made of has changed. */
export function reviewAll(agenda: Agenda, now: number): void {
  agenda.dueAt.fill(now);
  agenda.earliest = now;
}

/** Hands over each session that may have something to do; the answer is its true next time. */
export function visitDue(agenda: Agenda, now: number, visit: (session: Session) => number): void {
  const { sessions, dueAt } = agenda;
  for (let row = 0; row < sessions.length; row += 1)
    if ((dueAt[row] as number) <= now) dueAt[row] = visit(sessions[row] as Session);
  agenda.earliest = Infinity;
  for (const at of dueAt) if (at < agenda.earliest) agenda.earliest = at;
}
