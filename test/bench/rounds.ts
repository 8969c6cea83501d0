/** What several rounds come to: measurements of contenders that took turns go in, medians come out. It measures nothing itself. */

/** Of every comparison. The middle one of five is not moved by two rounds that somebody disturbed. */
export const ROUNDS = 5;

/** Rounds before those that count: a node lives for hours, and Node's compilers are done with it after a second or two. */
export const WARM_UPS = 3;

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('no rounds, so no median');
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

/** One list of results for each contender, in the order of the rounds. */
export type Results<Name extends string, Value> = Readonly<Record<Name, readonly Value[]>>;

/** Runs all contenders in every round, each round in the other order, so that a machine that grows slower favours none. */
export async function takeTurns<Name extends string, Value>(
  names: readonly Name[],
  run: (name: Name) => Promise<Value> | Value,
  rounds = ROUNDS,
): Promise<Results<Name, Value>> {
  const results = Object.fromEntries(names.map((name): [Name, Value[]] => [name, []])) as Record<Name, Value[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name].push(await run(name));
  }
  return results;
}

/** Median of the ratios within the rounds: what disturbs a whole round disturbs both sides of its ratio. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / (theirs[round] as number)));
}
