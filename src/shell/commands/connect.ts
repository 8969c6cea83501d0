/** `connect`: dials by hand and tells each step with its time, or the step that failed and why. */
import type { NodeEvent } from '../../core/events.ts';
import { REASONS } from '../../core/reasons.ts';
import { addressOf, parseHostPort } from '../../wire/address.ts';
import { addressesToDial } from '../candidates.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { readTimeout } from '../options.ts';
import { round3, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { banOn } from './ban.ts';
import { rounded } from './peers.ts';

/** Without --timeout: room for a dial to a public address, and a hello. */
const LIMIT_US = 15_000_000;

interface Step {
  readonly step: 'dialled' | 'hello sent' | 'hello received' | 'ready' | 'no hello (old peer)';
  readonly ms: number;
}

const CODES: Readonly<Record<string, string>> = {
  refused: 'refused',
  timeout: 'timeout',
  'hello-timeout': 'no-hello',
  'no-hello': 'no-hello',
  'remote-closed': 'no-hello',
  'not-json': 'no-hello',
  'not-object': 'no-hello',
  self: 'self',
  'is-self': 'self',
  duplicate: 'duplicate',
  'id-pending': 'duplicate',
  full: 'full',
  bye: 'refused',
  'bad-address': 'bad-address',
  'no-name': 'no-name',
};

export const connect: Command = {
  name: 'connect',
  aliases: ['dial', 'addnode'],
  group: 'peers',
  takesNodes: true,
  usage: 'connect HOST:PORT [--timeout 5s] [--keep] [-v]',
  summary: 'dial a node',
  details: [
    'Shakes hands and tells how long each step took. Ignores backoff and ends what drop holds.',
    '--keep dials it again for ever when it goes. -v shows the lines of both sides.',
  ],
  options: { timeout: { type: 'string' }, keep: { type: 'boolean' }, verbose: { type: 'boolean', short: 'v' } },
  candidates: addressesToDial,
  check({ words, options }) {
    const target = parseHostPort(onlyPlace(words, this.usage));
    if ('error' in target) throw new UsageError(target.error);
    readTimeout(options.timeout, LIMIT_US);
  },
  async run(shell, { words, options, signal, say }) {
    const place = onlyPlace(words, this.usage);
    const target = parseHostPort(place);
    if ('error' in target)
      throw new CommandError('bad-address', target.error, [], { reason: 'bad-address', steps: [] });
    const limitUs = readTimeout(options.timeout, LIMIT_US);
    const attempt = new Attempt(shell);
    const endLines =
      options.verbose === true
        ? shell.world.onLine((from, n, direction, line) => {
            if (from === shell.node && n === attempt.n)
              say(`  ${direction === 'sent' ? '>' : '<'} ${safe(line, 1_400)}`);
          })
        : () => undefined;
    const end = shell.world.onEvent((node, event) => {
      if (node === shell.node) attempt.see(event);
    });
    try {
      const answer = shell.node.order({
        kind: 'connect',
        host: target.host,
        port: target.port,
        keep: options.keep === true,
      });
      if (!answer.ok)
        throw answer.reason === 'banned'
          ? banned(shell, addressOf(target.host, target.port)?.text ?? place, place, [])
          : new CommandError(CODES[answer.reason] ?? answer.reason, answer.message, [], {
              reason: answer.reason,
              steps: [],
            });
      attempt.begin(answer.attempt, answer.n);
      if (!attempt.done) await shell.world.until(() => attempt.done, { limitMs: limitUs / 1_000, signal });
      if (attempt.isUnproven) await shell.world.until(() => !attempt.isUnproven, { limitMs: PROOF_MS, signal });
    } finally {
      end();
      endLines();
    }
    return attempt.answer(`${target.host}:${target.port}`);
  },
};

function banned(shell: Shell, address: string, place: string, steps: readonly unknown[]): CommandError {
  const target = banOn(shell.node, address);
  const advice = target === null ? 'bans lists who is' : `type unban ${safe(target)} first`;
  return new CommandError('banned', `${place} is banned; ${advice}`, [], { reason: 'banned', steps });
}

/** A full node shakes hands, tells some addresses and says bye; one that answers our first ping has taken us. This long is waited for either. */
const PROOF_MS = 1_000;

/** Follows one attempt through events, also those that come before its number is known. */
class Attempt {
  n: number | null = null;
  done = false;
  /** Ready, but it may still send us away. */
  isUnproven = false;
  private id: number | null = null;
  private already = false;
  /** What was dialled, once a name is resolved. */
  private address: string | null = null;
  private failure: { readonly reason: keyof typeof REASONS; readonly said: string | null } | null = null;
  private readonly early: NodeEvent[] = [];
  private readonly steps: Step[] = [];
  private readonly startedAt: number;
  private readonly shell: Shell;

  constructor(shell: Shell) {
    this.shell = shell;
    this.startedAt = shell.world.now();
  }

  begin(attempt: number | null, n: number | null): void {
    this.id = attempt;
    if (n !== null) {
      this.n = n;
      this.already = true;
      this.done = true;
    }
    for (const event of this.early.splice(0)) this.see(event);
  }

  see(event: NodeEvent): void {
    if (this.done && !this.isUnproven) return;
    if (this.id === null) return void this.early.push(event);
    const step = (name: Step['step']) =>
      this.steps.push({ step: name, ms: (this.shell.world.now() - this.startedAt) / 1_000 });
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

  private fail(reason: keyof typeof REASONS, said: string | null): void {
    this.failure = { reason, said };
    this.isUnproven = false;
    this.done = true;
  }

  answer(place: string) {
    const steps = this.steps.map(({ step, ms }) => ({ step, ms: round3(ms) }));
    const told = steps.map(({ step, ms }) => `${step} ${ms} ms`).join(', ');
    const [inHand] = this.shell.world.tap.held();
    if (!this.done && inHand !== undefined)
      throw new CommandError(
        'held',
        `${place}: ${inHand.id} is held${told === '' ? '' : ` (${told})`}; held lists it`,
        [],
        {
          reason: 'timeout',
          steps,
        },
      );
    if (!this.done)
      throw new CommandError('timeout', `${place}: no answer in time${told === '' ? '' : ` (${told})`}`, [], {
        reason: 'timeout',
        steps,
      });
    if (this.failure !== null) this.explain(place, told, steps);
    const row = this.shell.node.views.peers().find((peer) => peer.n === this.n);
    if (row === undefined)
      throw new CommandError('refused', `${place}: the connection closed at once`, [], {
        reason: 'remote-closed',
        steps,
      });
    const value = this.already ? { ...rounded(row), steps: [] } : { id: row.id, n: row.n, address: row.address, steps };
    return {
      value,
      text: this.already
        ? `already connected: ${this.shell.who(row.id)} (#${row.n}) ${row.listen ?? row.address}`
        : `connected to ${this.shell.who(row.id)} (#${row.n}): ${told}`,
    };
  }

  private explain(place: string, told: string, steps: readonly unknown[]): never {
    const { reason, said } = this.failure ?? { reason: 'dial-failed' as const, said: null };
    if (reason === 'banned') throw banned(this.shell, this.address ?? place, place, steps);
    const full = said === 'full';
    const known = this.n === null ? null : this.shell.node.views.peer(this.n);
    const other = known?.id == null ? undefined : this.shell.node.state.peers.get(known.id);
    if ((reason === 'duplicate' || said === 'duplicate') && other !== undefined)
      throw new CommandError(
        'duplicate',
        `${place} is ${this.shell.who(other.id)}, already connected as #${other.n}`,
        [],
        {
          reason,
          steps,
        },
      );
    const why = full
      ? 'all its places for peers are taken'
      : `${REASONS[reason].sentence}${said === null || said === '' ? '' : ` (it said ${JSON.stringify(safe(said))})`}`;
    throw new CommandError(
      full ? 'full' : (CODES[reason] ?? 'refused'),
      `${place}: ${why}${told === '' ? '' : `; before that: ${told}`}`,
      [],
      { reason, steps },
    );
  }
}

function onlyPlace(words: readonly string[], usage: string): string {
  const [place] = words;
  if (place === undefined || words.length > 1) throw new UsageError(`usage: ${usage}`);
  return place;
}
