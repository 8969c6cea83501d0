/** The faults there are as help, completion and the README show them: the table of faults and the presets go in, rows come out. */
import type { FaultRow, FaultWord } from '../../core/simulation.ts';
import { PRESETS, presetUsage } from './presets.ts';
import { type Argument, clausesOf, FAULT_NAMES, FAULTS, type FaultName, usageOf } from './table.ts';

function wordOf({ type, of }: Argument): FaultWord {
  if (type === 'choice') return of ?? [];
  return type === 'node' || type === 'sides' ? type : 'other';
}

const argsOf = (name: FaultName): readonly Argument[] => FAULTS[name].args;

/** Presets last. */
export const FAULT_ROWS: readonly FaultRow[] = [
  ...FAULT_NAMES.map((name) => ({
    name,
    usage: usageOf(name),
    summary: FAULTS[name].summary,
    knownAs: FAULTS[name].knownAs,
    takes: argsOf(name).map(wordOf),
    needs: argsOf(name).filter(({ optional }) => optional !== true).length,
    clauses: clausesOf(FAULTS[name]),
  })),
  ...Object.entries(PRESETS).map(([name, { faults, source }]) => ({
    name,
    usage: presetUsage(name),
    summary: faults.join(', '),
    knownAs: source,
    takes: [],
    needs: 0,
    clauses: ['on', 'for', 'until'],
  })),
];
