/** The names of faults as commands of a lab: rows of the table go in, a command for each comes out. Which lines are one is said here, too. */
import type { FaultRow } from '../../core/simulation.ts';
import type { Command } from '../command.ts';
import { faultCandidates } from './fault-candidates.ts';
import { checkFault, putFault } from './put-fault.ts';

export const faultCommands = (rows: readonly FaultRow[]): readonly Command[] =>
  rows.map((row) => ({
    name: row.name,
    aliases: [],
    group: 'lab',
    usage: row.usage,
    summary: row.summary,
    details: [`known as ${row.knownAs}`],
    needsLab: true,
    exact: true,
    raw: true,
    candidates: (shell, before, word) => faultCandidates(shell, row, before, word),
    check: ({ rest }, there, labs) => checkFault(labs, `${row.name} ${rest}`, there),
    run: (shell, { rest }) => putFault(shell, `${row.name} ${rest}`, row.name),
  }));

/** Whether a line whose first word is a fault's name and a variable's, too, goes on as a fault does. */
export const goesOnAsFault = (rest: string): boolean => /^(?!(?:in|instanceof)\s)[\w@]/.test(rest);
