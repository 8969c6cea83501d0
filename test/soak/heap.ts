/** What things weigh: a function that makes something goes in, the bytes that it keeps alive come out. It changes the flags of this process. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What this process keeps alive now. */
export function heapBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** `make` returns what must stay alive while it is weighed. What compiling it leaves behind is made before. */
export function weigh<Thing>(make: () => Thing): { readonly thing: Thing; readonly bytes: number } {
  make();
  const before = heapBytes();
  const thing = make();
  return { thing, bytes: heapBytes() - before };
}
