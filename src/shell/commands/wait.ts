/** `wait`: for scripts, holds on until an expression holds. */
import { QueryError } from '../../query/errors.ts';
import type { Expression } from '../../query/expression.ts';
import { compile, compileState } from '../../query/match.ts';
import { emptyObservation } from '../../query/observation.ts';
import { peerWords } from '../candidates.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import {
  asTypedExpression,
  expressionWords,
  observeEvent,
  observeLine,
  readTyped,
  refuseOptions,
  scopeOf,
  takeOption,
} from '../expressions.ts';
import { readTimeout } from '../options.ts';
import { round3, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const DEFAULT_US = 30_000_000;
const FORMS = ['peers>=', 'peers<=', 'addrs>=', 'ready', 'gone'];

export const wait: Command = {
  name: 'wait',
  aliases: [],
  group: 'shell',
  takesTime: true,
  raw: true,
  takesExpression: true,
  usage: 'wait EXPR [--timeout 30s]',
  summary: 'until something holds',
  details: [
    'For scripts: wait peers>=2, wait ready ID, wait gone ID, wait addrs>=5, wait type=pong & id=5f0c.',
    'What does not come true in time fails, and the program exits with 4.',
  ],
  options: { timeout: { type: 'string' } },
  candidates(shell, before, word) {
    if (before.length === 1 && /^(?:ready|gone)$/.test(before[0] ?? '')) return peerWords(shell, word);
    const words = expressionWords(shell, before, word);
    return before.length > 0 ? words : [...FORMS, '', ...words.filter((one) => !/^(?:ready|gone)\(/.test(one))];
  },
  async run(shell, { rest, signal }) {
    const { text, value: timeout } = takeOption(rest, '--timeout', true);
    refuseOptions(text, this.options ?? {}, this.usage);
    const limitUs = readTimeout(timeout ?? undefined, DEFAULT_US);
    if (text === '') throw new UsageError(`usage: ${this.usage}, such as wait peers>=2`);
    const startedAt = shell.world.now();
    const condition = conditionOf(shell, readTyped(shell, text));
    try {
      await untilTrue(shell, condition, limitUs, signal, text);
    } finally {
      condition.close();
    }
    const waitedMs = round3((shell.world.now() - startedAt) / 1_000);
    return { value: { waitedMs }, text: `after ${waitedMs} ms` };
  },
};

interface Condition {
  /** Whether it holds, or held at something that happened since it was asked first; or why that cannot be said. It never throws. */
  readonly isTrue: () => boolean | CommandError;
  /** Called when something happened at which it holds. */
  happened: (() => void) | null;
  readonly close: () => void;
}

async function untilTrue(
  shell: Shell,
  condition: Condition,
  limitUs: number,
  signal: AbortSignal,
  text: string,
): Promise<void> {
  const until = shell.world.now() + limitUs;
  // A message is no event that the world can wait for: it ends the wait by itself.
  const ended = new AbortController();
  condition.happened = () => ended.abort();
  const either = AbortSignal.any([signal, ended.signal]);
  for (;;) {
    const now = condition.isTrue();
    if (now instanceof CommandError) throw now;
    if (now || signal.aborted) return;
    const result = await shell.world.until(() => condition.isTrue() !== false, {
      limitMs: Math.max(0, (until - shell.world.now()) / 1_000),
      signal: either,
    });
    if (result.kind === 'held' && condition.isTrue() === false)
      throw new CommandError('held', 'a message is held and the time stands still; held lists it');
    if (result.kind !== 'event' && condition.isTrue() === false)
      throw new CommandError('timeout', `${safe(text, 200)} did not come true in ${limitUs / 1_000_000} s`);
  }
}

/** What asks of states alone is asked of them; else everything that happens at the node is looked at. */
function conditionOf(shell: Shell, expression: Expression): Condition {
  const { node, world } = shell;
  const scope = scopeOf(world);
  const state = stateTest(expression, scope);
  if (state !== null)
    return {
      isTrue() {
        scope.reset();
        try {
          return state(node.name);
        } catch (error) {
          if (error instanceof QueryError) return new CommandError('ambiguous', safe(error.message, 300), error.near);
          throw error;
        }
      },
      happened: null,
      close: () => undefined,
    };
  const matcher = asTypedExpression(() => compile(expression, scope));
  const observation = emptyObservation();
  let isHit = false;
  const test = () => {
    if (matcher.looksAtState) scope.reset();
    if (isHit || !matcher.test(observation)) return;
    isHit = true;
    condition.happened?.();
  };
  const isMeant = (name: string) => shell.labHere !== null || name === node.name;
  const endings = [
    world.onEvent((at, event) => {
      if (!isMeant(at.name)) return;
      observeEvent(observation, world.now(), at, event);
      test();
    }),
    world.onLine((at, n, direction, _, message) => {
      if (!isMeant(at.name)) return;
      observeLine(observation, world.now(), at, n, direction, message, (id) => shell.lab?.nameOf(id) ?? null);
      test();
    }),
  ];
  const condition: Condition = {
    isTrue: () => isHit,
    happened: null,
    close() {
      for (const end of endings) end();
    },
  };
  return condition;
}

function stateTest(
  expression: Expression,
  scope: Parameters<typeof compileState>[1],
): ((node: string) => boolean) | null {
  try {
    return compileState(expression, scope);
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}
