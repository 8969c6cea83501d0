/**
 * How a bounded table keeps its bound: the table and its maximum go in, what was put in longest ago goes out. A Map keeps the order in
 * which keys were added; whoever is to count as new is deleted and added again.
 */

/** The oldest entry goes, over and over, while there are too many or it is of no use any more. */
export function forgetOldest<Key, Value>(
  table: Map<Key, Value>,
  most: number,
  isUseless: (value: Value) => boolean = () => false,
): void {
  for (const [oldest, value] of table) {
    if (table.size <= most && !isUseless(value)) return;
    table.delete(oldest);
  }
}
