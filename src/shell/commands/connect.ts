/** `connect`: dials by hand and tells each step with its time, or the step that failed and why. */
import { REASONS } from '../../core/reasons.ts';
import { addressOf, parseHostPort } from '../../wire/address.ts';
import { addressesToDial } from '../candidates.ts';
import type { Answer, Command } from '../command.ts';
import { DIAL_LIMIT_MS, DialAttempt, followDial } from '../dial-attempt.ts';
import { CommandError, UsageError } from '../errors.ts';
import { readTimeout } from '../options.ts';
import { round3, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { banOn } from './ban.ts';
import { rounded } from './peers.ts';

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
    readTimeout(options.timeout, DIAL_LIMIT_MS * 1_000);
  },
  async run(shell, { words, options, signal, say }) {
    const place = onlyPlace(words, this.usage);
    const target = parseHostPort(place);
    if ('error' in target)
      throw new CommandError('bad-address', target.error, [], { reason: 'bad-address', steps: [] });
    const limitUs = readTimeout(options.timeout, DIAL_LIMIT_MS * 1_000);
    let following: DialAttempt | null = null;
    const endLines =
      options.verbose === true
        ? shell.world.onLine((from, n, direction, line) => {
            if (from === shell.node && n === following?.n)
              say(`  ${direction === 'sent' ? '>' : '<'} ${safe(line, 1_400)}`);
          })
        : () => undefined;
    const attempt = await followDial(
      shell.world,
      shell.node,
      { ...target, keep: options.keep === true },
      {
        limitMs: limitUs / 1_000,
        signal,
        onStart(started) {
          following = started;
        },
      },
    ).finally(endLines);
    if (!(attempt instanceof DialAttempt))
      throw attempt.reason === 'banned'
        ? banned(shell, addressOf(target.host, target.port)?.text ?? place, place, [])
        : new CommandError(CODES[attempt.reason] ?? attempt.reason, attempt.message, [], {
            reason: attempt.reason,
            steps: [],
          });
    return answerOf(shell, attempt, `${target.host}:${target.port}`);
  },
};

function banned(shell: Shell, address: string, place: string, steps: readonly unknown[]): CommandError {
  const target = banOn(shell.node, address);
  const advice = target === null ? 'bans lists who is' : `type unban ${safe(target)} first`;
  return new CommandError('banned', `${place} is banned; ${advice}`, [], { reason: 'banned', steps });
}

function answerOf(shell: Shell, attempt: DialAttempt, place: string): Answer {
  const steps = attempt.steps.map(({ step, ms }) => ({ step, ms: round3(ms) }));
  const told = steps.length === 0 ? '' : `${steps.map(({ step, ms }) => `${step} ${ms}`).join(', ')} ms`;
  const [inHand] = shell.world.tap.held();
  if (!attempt.done && inHand !== undefined)
    throw new CommandError(
      'held',
      `${place}: ${inHand.id} is held${told === '' ? '' : ` (${told})`}; held lists it`,
      [],
      {
        reason: 'timeout',
        steps,
      },
    );
  if (!attempt.done)
    throw new CommandError('timeout', `${place}: no answer in time${told === '' ? '' : ` (${told})`}`, [], {
      reason: 'timeout',
      steps,
    });
  if (attempt.failure !== null) explain(shell, attempt, place, told, steps);
  const row = shell.node.views.peers().find((peer) => peer.n === attempt.n);
  if (row === undefined)
    throw new CommandError('refused', `${place}: the connection closed at once`, [], {
      reason: 'remote-closed',
      steps,
    });
  const value = attempt.isOld ? { ...rounded(row), steps: [] } : { id: row.id, n: row.n, address: row.address, steps };
  return {
    value,
    text: attempt.isOld
      ? `already connected: ${shell.who(row.id)} (#${row.n}) ${row.listen ?? row.address}`
      : `connected to ${shell.who(row.id)} (#${row.n})\n${told}`,
  };
}

function explain(shell: Shell, attempt: DialAttempt, place: string, told: string, steps: readonly unknown[]): never {
  const { reason, said } = attempt.failure ?? { reason: 'dial-failed' as const, said: null };
  if (reason === 'banned') throw banned(shell, attempt.address ?? place, place, steps);
  const full = said === 'full';
  const known = attempt.n === null ? null : shell.node.views.peer(attempt.n);
  const other = known?.id == null ? undefined : shell.node.state.peers.get(known.id);
  if ((reason === 'duplicate' || said === 'duplicate') && other !== undefined)
    throw new CommandError('duplicate', `${place} is ${shell.who(other.id)}, already connected as #${other.n}`, [], {
      reason,
      steps,
    });
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

function onlyPlace(words: readonly string[], usage: string): string {
  const [place] = words;
  if (place === undefined || words.length > 1) throw new UsageError(`usage: ${usage}`);
  return place;
}
