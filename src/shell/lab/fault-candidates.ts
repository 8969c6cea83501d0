/** What Tab offers for faults: a row of the table and the words so far go in, candidates come out. It puts nothing on. */
import type { FaultRow, FaultWord } from '../../core/simulation.ts';
import { completeExpression } from '../../query/complete.ts';
import type { Shell } from '../shell.ts';
import type { Lab } from './lab.ts';

/** Every node there is or was, and groups. */
export function nodesAndGroups(lab: Lab): string[] {
  return [...lab.members(), ...[...lab.groups.keys()].map((name) => `@${name}`)];
}

/** After the name of a fault. */
export function faultCandidates(
  { lab }: Shell,
  row: FaultRow,
  before: readonly string[],
  word: string,
): readonly string[] {
  if (lab === null) return [];
  const at = before.findLastIndex((one) => row.clauses.includes(one));
  if (at < 0) {
    const clauses = before.length >= row.needs ? row.clauses : [];
    return [...argument(lab, row.takes[before.length], word), '', ...clauses];
  }
  const clause = before[at] ?? '';
  const typed = before.slice(at + 1);
  const further = typed.length > 0 ? row.clauses.slice(row.clauses.indexOf(clause) + 1) : [];
  const places = clause === 'on' && typed.length === 0 ? ['all', ...inList(nodesAndGroups(lab), word)] : [];
  const expression = clause === 'for' ? [] : wordsOfExpression(lab, typed, word);
  return [...places, '', ...expression, '', ...further];
}

function argument(lab: Lab, takes: FaultWord | undefined, word: string): readonly string[] {
  if (takes === undefined || takes === 'other') return [];
  if (takes === 'sides') return inList(nodesAndGroups(lab), word);
  return takes === 'node' ? ['all', ...inList(nodesAndGroups(lab), word)] : takes;
}

/** Names after the last sign of what is typed, none twice. */
function inList(names: readonly string[], word: string): string[] {
  const head = /^.*[,|<>]/.exec(word)?.[0] ?? '';
  const used = new Set(head.split(/[,|<>]+/));
  return names.filter((name) => !used.has(name)).map((name) => head + name);
}

function wordsOfExpression(lab: Lab, typed: readonly string[], word: string): string[] {
  const text = [...typed, word].join(' ');
  const known = { nodes: lab.members(), groups: [...lab.groups.keys()] };
  const { from, candidates } = completeExpression(text, text.length, known);
  const begun = text.slice(text.length - word.length, from);
  return from < text.length - word.length ? [] : candidates.map((candidate) => begun + candidate);
}
