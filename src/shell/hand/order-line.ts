/** What a user said of messages in hand, as the line of the shell that says it again: a tap order goes in, a line comes out. */
import type { TapOrder } from '../../core/tap.ts';
import { exactTime } from '../lab/moments.ts';

export function orderLine(order: TapOrder): string {
  switch (order.kind) {
    case 'break':
      return `${order.node === null ? '' : `${order.node}: `}break ${order.text}`;
    case 'edit':
      return `edit ${order.id} ${order.line}`;
    case 'deliver':
      return `deliver ${order.id}${order.inUs === 0 ? '' : ` in ${exactTime(order.inUs)}`}`;
    case 'dup':
      return `dup ${order.id} ${order.copies}`;
    case 'inject':
      return `${order.node}: inject #${order.n} ${order.line}`;
    case 'unbreak':
    case 'revert':
    case 'drop':
    case 'resend':
      return `${order.kind} ${order.id}`;
    default:
      return order satisfies never;
  }
}
