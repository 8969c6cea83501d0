/**
 * The arguments of the commands that try a node (seeds, fuzz, eclipse, soak): texts go in, numbers come out. What is no such number ends the
 * command with one line and 2: a command that ran nothing because of a slip must not say that all held.
 */

export class WrongArgument extends Error {}

/** `what` names the argument for a person. */
export function readWhole(what: string, text: string, least = 1): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (value < least) throw new WrongArgument(`${what} is a whole number from ${least} on, not ${JSON.stringify(text)}`);
  return value;
}

/** As many as `names`, those left out from `otherwise`. */
export function readWholes<Name extends string>(
  texts: readonly string[],
  otherwise: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(otherwise) as Name[];
  if (texts.length > names.length)
    throw new WrongArgument(`${JSON.stringify(texts[names.length])} is one argument too many`);
  const values: Record<Name, number> = { ...otherwise };
  for (const [at, text] of texts.entries()) values[names[at] as Name] = readWhole(names[at] as Name, text);
  return values;
}

/** Runs a command to its exit code; a wrong argument is told with the usage. */
export async function runCommand(usage: string, main: () => number | Promise<number>): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (!(error instanceof WrongArgument)) throw error;
    console.error(`${error.message}; usage: ${usage}`);
    return 2;
  }
}
