/** A condition that our own code must keep goes in; nothing comes out. A peer's or a user's fault never comes here. */

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
