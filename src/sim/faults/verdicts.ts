/**
 * What faults did to a line, told to whoever looks at everything: a passage before and after a fault goes in, verdicts go out. It changes
 * nothing, and is asked only while somebody looks.
 */
import type { LineVerdict, VerdictKind } from '../../core/witness.ts';
import type { Message } from '../../wire/messages.ts';
import type { End, Host, Network } from '../network.ts';
import type { Passage } from './passage.ts';

type Done = Pick<LineVerdict, 'kind' | 'text'>;

const FATES = {
  dropped: null,
  cut: 'its connection is cut',
  reset: 'its connection is reset',
} as const satisfies Record<Exclude<Passage['fate'], 'arrives'>, string | null>;

const delayUs = ({ latencyUs, waitUs, busyUs }: Passage) => latencyUs + waitUs + busyUs;

/** A fault has done something to a line: `before` is a copy of the passage as it came to it. */
export function tellDone(network: Network, before: Passage, after: Passage, fault: string): void {
  const { end, message, number } = before;
  if (end === null || message === null) return;
  for (const { kind, text } of doneTo(before, after)) {
    const copy = kind === 'dup' ? after.copies : 1;
    tellOf(network, end, 'sent', kind, { message: after.message ?? message, number, copy, by: fault, text });
  }
}

function doneTo(before: Passage, after: Passage): Done[] {
  if (after.fate !== 'arrives') return [{ kind: 'drop', text: FATES[after.fate] }];
  const laterUs = delayUs(after) - delayUs(before);
  return [
    ...(after.message === before.message || isSame(before, after) ? [] : [{ kind: 'edit', text: null } as const]),
    ...(after.copies > before.copies ? [{ kind: 'dup', text: null } as const] : []),
    ...(laterUs > 0 ? [{ kind: 'delay', text: timeText(laterUs) } as const] : []),
    ...(after.lateUs > before.lateUs ? [{ kind: 'late', text: timeText(after.lateUs) } as const] : []),
  ];
}

/** Put together again from its pieces it is another object that says the same. */
const isSame = (before: Passage, after: Passage) => JSON.stringify(before.message) === JSON.stringify(after.message);

const timeText = (us: number) => `${us / 1_000} ms`;

/** It waits on its way, or for a stopped process. */
export function tellHeld(network: Network, to: End, message: Message, number: number, by: string | null): void {
  const from = to.other;
  if (network.witness === null || from === null) return;
  tellOf(network, from, 'sent', 'hold', {
    message,
    number,
    copy: 1,
    by,
    text: by === null ? 'behind another one' : null,
  });
}

/** A fault made it up: it is about to be sent. */
export function tellMadeUp(network: Network, from: End, message: Message, by: string): void {
  if (network.witness === null) return;
  tellOf(network, from, 'sent', 'inject', { message, number: network.lines + 1, copy: 1, by, text: null }, true);
}

/** It comes to a connection that is no more. Without a fault that is nobody's doing: it crossed a close. */
export function lost(network: Network, to: End, message: Message, number: number): void {
  if (network.witness === null || network.links === null) return;
  const text = 'its connection is gone';
  tellOf(network, to, 'received', 'drop', { message, number, copy: 1, by: null, text });
}

function tellOf(
  { witness, kernel }: Network,
  { host, n }: { readonly host: Host; readonly n: number },
  direction: LineVerdict['direction'],
  kind: VerdictKind,
  rest: Pick<LineVerdict, 'message' | 'number' | 'copy' | 'by' | 'text'>,
  isInHand = false,
): void {
  witness?.verdict(host.name, kernel.now, { kind, n, direction, line: null, isInHand, ...rest });
}
