/**
 * Those who watch a world: events and lines go in, every listener gets them at once and in order. A listener that
 * throws is told of once, as an `error` event, and disturbs neither the node nor the other listeners.
 */
import type { Message } from '../wire/messages.ts';
import type { NodeEvent } from './events.ts';
import type { EventListener, LineDirection, LineListener, NodePort } from './world.ts';

/** A subscription of its own, so that one function may listen twice. */
interface Seat<Listener> {
  readonly listener: Listener;
  failed: boolean;
}

export interface Audience {
  tell(node: NodePort, event: NodeEvent): void;
  pass(node: NodePort, n: number, direction: LineDirection, line: string, message: Message | null): void;
  watchesLines(): boolean;
  readonly onEvent: (listener: EventListener) => () => void;
  readonly onLine: (listener: LineListener) => () => void;
}

export function createAudience(): Audience {
  // Replaced, never changed: who comes or goes while an event is told does not disturb the telling.
  let events: readonly Seat<EventListener>[] = [];
  let lines: readonly Seat<LineListener>[] = [];

  function tell(node: NodePort, event: NodeEvent): void {
    let trouble: string | null = null;
    for (const seat of events) {
      try {
        seat.listener(node, event);
      } catch (error) {
        trouble = blame(seat, error) ?? trouble;
      }
    }
    if (trouble !== null) tell(node, { kind: 'error', message: trouble });
  }

  return {
    tell,
    pass(node, n, direction, line, message) {
      let trouble: string | null = null;
      for (const seat of lines) {
        try {
          seat.listener(node, n, direction, line, message);
        } catch (error) {
          trouble = blame(seat, error) ?? trouble;
        }
      }
      if (trouble !== null) tell(node, { kind: 'error', message: trouble });
    },
    watchesLines: () => lines.length > 0,
    onEvent(listener) {
      const seat = { listener, failed: false };
      events = [...events, seat];
      return () => {
        events = events.filter((one) => one !== seat);
      };
    },
    onLine(listener) {
      const seat = { listener, failed: false };
      lines = [...lines, seat];
      return () => {
        lines = lines.filter((one) => one !== seat);
      };
    },
  };
}

/** What to say of a failure; null when it was said before. */
function blame(seat: Seat<unknown>, error: unknown): string | null {
  if (seat.failed) return null;
  seat.failed = true;
  return `a listener failed: ${error instanceof Error ? error.message : String(error)}`;
}
