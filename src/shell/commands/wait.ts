/** `wait`: for scripts, holds on until something is true. */
import { peerWords } from '../candidates.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { readTimeout } from '../options.ts';
import { ambiguous, matchPeers } from '../pick.ts';
import { round3 } from '../render.ts';
import type { Shell } from '../shell.ts';

const DEFAULT_US = 30_000_000;
const FORMS = ['peers>=', 'peers<=', 'addrs>=', 'ready', 'gone'];

export const wait: Command = {
  name: 'wait',
  aliases: [],
  group: 'shell',
  takesTime: true,
  takesNodes: true,
  usage: 'wait peers>=N|peers<=N|addrs>=N|ready ID|gone ID [--timeout 30s]',
  summary: 'until something holds',
  details: ['For scripts: what does not come true in time fails, and the program exits with 4.'],
  options: { timeout: { type: 'string' } },
  candidates: (shell, before, word) =>
    before.length === 0 ? FORMS : before[0] === 'ready' || before[0] === 'gone' ? peerWords(shell, word) : [],
  async run(shell, { words, options, signal }) {
    const limitUs = readTimeout(options.timeout, DEFAULT_US);
    const state = condition(shell, words.join(' '), this.usage);
    const startedAt = shell.world.now();
    const until = startedAt + limitUs;
    for (;;) {
      const now = state();
      if (now instanceof CommandError) throw now;
      if (now) break;
      const result = await shell.world.until(() => state() !== false, {
        limitMs: Math.max(0, (until - shell.world.now()) / 1_000),
        signal,
      });
      if (result.kind === 'held' && state() === false)
        throw new CommandError('held', 'a message is held and the time stands still; held lists it');
      if (result.kind !== 'event' && state() === false)
        throw new CommandError('timeout', `${words.join(' ')} did not come true in ${limitUs / 1_000_000} s`);
    }
    const waitedMs = round3((shell.world.now() - startedAt) / 1_000);
    return { value: { waitedMs }, text: `after ${waitedMs} ms` };
  },
};

/** Whether it holds now, or why that cannot be said. It never throws: it is asked in the middle of an event. */
function condition(shell: Shell, text: string, usage: string): () => boolean | CommandError {
  const { views } = shell.node;
  const [, subject, operator, number] = /^(peers|addrs)\s*(>=|<=)\s*([0-9]{1,6})$/.exec(text) ?? [];
  if (subject !== undefined) {
    const amount = () => (subject === 'peers' ? views.ready() : views.addrs().length);
    return () => (operator === '>=' ? amount() >= Number(number) : amount() <= Number(number));
  }
  const [, verb, id = ''] = /^(ready|gone)\s+(\S+)$/.exec(text) ?? [];
  if (verb === undefined) throw new UsageError(`usage: ${usage}`);
  return () => {
    const found = matchPeers(views.peers(), id);
    // Two connections of one peer are one peer: a collision, or a restart.
    if (new Set(found.map((peer) => peer.id ?? peer.n)).size > 1) return ambiguous(id, found);
    const isThere = found.some((peer) => ['ready', 'suspect', 'hello-less'].includes(peer.state));
    return verb === 'ready' ? isThere : !isThere;
  };
}
