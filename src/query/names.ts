/** Names of nodes in a row, as `n1..n4`: two names go in, a test of names comes out, or names and which ones they are. Whether there are such nodes is not looked at. */

/** Names without a number that are told. */
const OTHERS_MAX = 8;
const NUMBERED = /^(.*[^0-9])([0-9]{1,9})$/;

/** What stands before the number of a name, and the number; null when the name ends in none. */
export function splitName(name: string): { readonly stem: string; readonly number: number } | null {
  const [, stem, digits] = NUMBERED.exec(name) ?? [];
  return stem === undefined ? null : { stem, number: Number(digits) };
}

/** A test for the names from `low` to `high`; null when the two are not of one row, lower one first. */
export function nameRange(low: string, high: string): ((name: string) => boolean) | null {
  const first = splitName(low);
  const last = splitName(high);
  if (first === null || last === null || first.stem !== last.stem || first.number > last.number) return null;
  return (name) => {
    const one = splitName(name);
    return one !== null && one.stem === first.stem && one.number >= first.number && one.number <= last.number;
  };
}

/** Which nodes there are, for people: of those with a number the first and the last one, and the others; '' of none. */
export function thereAre(names: readonly string[]): string {
  const rank = (name: string) => splitName(name)?.number ?? null;
  const numbered = names.filter((name) => rank(name) !== null).sort((a, b) => Number(rank(a)) - Number(rank(b)));
  const row = numbered.length > 1 ? [`${numbered[0]} to ${numbered.at(-1)}`] : numbered;
  const all = [...row, ...names.filter((name) => rank(name) === null).slice(0, OTHERS_MAX)].join(', ');
  return all === '' ? '' : `there ${names.length === 1 ? 'is' : 'are'} ${all}`;
}
