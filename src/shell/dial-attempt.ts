/**
 * One dial by hand, followed through a world's events: where to goes in; how far it came, with times, and why it failed comes out. It words
 * nothing for people.
 */
import type { NodeEvent } from '../core/events.ts';
import type { ReasonCode } from '../core/reasons.ts';
import type { NodePort, OrderAnswer, World } from '../core/world.ts';

/** Without another limit: room for a dial to a public address, and a hello. */
export const DIAL_LIMIT_MS = 15_000;
/** A full node shakes hands, tells some addresses and says bye; one that answers our first ping has taken us. This long is waited for either. */
const PROOF_MS = 1_000;

export interface DialStep {
  readonly step: 'dialled' | 'hello sent' | 'hello received' | 'ready' | 'no hello (old peer)';
  readonly ms: number;
}

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** Dialled again for ever when it goes. */
  readonly keep: boolean;
}

export interface DialLimits {
  readonly limitMs: number;
  readonly signal?: AbortSignal;
  /** Called before the dial. */
  readonly onStart?: (attempt: DialAttempt) => void;
}

/** Follows one attempt through events, also those that come before its number is known. */
export class DialAttempt {
  n: number | null = null;
  done = false;
  /** Ready, but it may still send us away. */
  isUnproven = false;
  /** There was a connection already. */
  isOld = false;
  /** What was dialled, once a name is resolved. */
  address: string | null = null;
  failure: { readonly reason: ReasonCode; readonly said: string | null } | null = null;
  readonly steps: DialStep[] = [];
  private id: number | null = null;
  private readonly early: NodeEvent[] = [];
  private readonly startedAt: number;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.startedAt = now();
    this.now = now;
  }

  begin(attempt: number | null, n: number | null): void {
    this.id = attempt;
    if (n !== null) {
      this.n = n;
      this.isOld = true;
      this.done = true;
    }
    for (const event of this.early.splice(0)) this.see(event);
  }

  see(event: NodeEvent): void {
    if (this.done && !this.isUnproven) return;
    if (this.id === null) return void this.early.push(event);
    const step = (name: DialStep['step']) => this.steps.push({ step: name, ms: (this.now() - this.startedAt) / 1_000 });
    if (event.kind === 'dial-merged' && event.attempt === this.id) {
      if (event.n !== null) this.begin(this.id, event.n);
      else this.id = event.into;
    } else if (event.kind === 'dial-failed' && event.attempt === this.id) {
      this.address = event.address;
      this.fail(event.reason, null);
    } else if (event.kind === 'connected' && event.attempt === this.id) {
      this.n = event.n;
      this.address = event.address;
      step('dialled');
    } else if ('n' in event && event.n === this.n && this.n !== null) {
      if (event.kind === 'hello-sent') step('hello sent');
      else if (event.kind === 'hello-received') step('hello received');
      else if (event.kind === 'ready') {
        step(event.helloLess ? 'no hello (old peer)' : 'ready');
        this.done = true;
        this.isUnproven = !event.helloLess;
      } else if (event.kind === 'pong') {
        this.isUnproven = false;
      } else if (event.kind === 'closed') this.fail(event.reason, event.said);
    }
  }

  private fail(reason: ReasonCode, said: string | null): void {
    this.failure = { reason, said };
    this.isUnproven = false;
    this.done = true;
  }
}

/** Dials and waits for what comes of it; what the node refuses at once is its answer. */
export async function followDial(
  world: World,
  node: NodePort,
  { host, port, keep }: DialTarget,
  { limitMs, signal, onStart }: DialLimits,
): Promise<DialAttempt | Extract<OrderAnswer, { ok: false }>> {
  const attempt = new DialAttempt(() => world.now());
  onStart?.(attempt);
  const end = world.onEvent((from, event) => {
    if (from === node) attempt.see(event);
  });
  const wait = (isOver: () => boolean, forMs: number) =>
    world.until(isOver, signal === undefined ? { limitMs: forMs } : { limitMs: forMs, signal });
  try {
    const answer = node.order({ kind: 'connect', host, port, keep });
    if (!answer.ok) return answer;
    attempt.begin(answer.attempt, answer.n);
    if (!attempt.done) await wait(() => attempt.done, limitMs);
    if (attempt.isUnproven) await wait(() => !attempt.isUnproven, PROOF_MS);
  } finally {
    end();
  }
  return attempt;
}
