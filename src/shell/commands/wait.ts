/** `wait`: for scripts, holds on until something is true. */
import { readDuration } from '../../settings.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { round3, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const DEFAULT_US = 30_000_000;

export const wait: Command = {
  name: 'wait',
  aliases: [],
  group: 'shell',
  usage: 'wait peers>=N|peers<=N|addrs>=N|ready ID|gone ID [--timeout 10s]',
  summary: 'wait until something holds (for scripts)',
  options: { timeout: { type: 'string' } },
  async run(shell, { words, options, signal }) {
    const limitUs = typeof options.timeout === 'string' ? readDuration(options.timeout) : DEFAULT_US;
    if (limitUs === null)
      throw new UsageError(
        `--timeout ${JSON.stringify(safe(String(options.timeout)))} is not a duration such as 500ms or 10s`,
      );
    const holds = condition(shell, words.join(' '), this.usage);
    const startedAt = shell.world.now();
    while (!holds()) {
      const leftMs = limitUs / 1_000 - (shell.world.now() - startedAt) / 1_000;
      const result =
        leftMs <= 0
          ? { kind: 'timeout' as const }
          : await shell.world.until(() => holds(), { limitMs: leftMs, signal });
      if (result.kind !== 'event' && !holds())
        throw new CommandError('timeout', `${words.join(' ')} did not come true in ${limitUs / 1_000_000} s`);
    }
    const waitedMs = round3((shell.world.now() - startedAt) / 1_000);
    return { value: { waitedMs }, text: `after ${waitedMs} ms` };
  },
};

function condition(shell: Shell, text: string, usage: string): () => boolean {
  const { views } = shell.node;
  const [, subject, operator, number] = /^(peers|addrs)\s*(>=|<=)\s*([0-9]{1,6})$/.exec(text) ?? [];
  if (subject !== undefined) {
    const amount = () => (subject === 'peers' ? views.ready() : views.addrs().length);
    return () => (operator === '>=' ? amount() >= Number(number) : amount() <= Number(number));
  }
  const [, verb, id] = /^(ready|gone)\s+(\S+)$/.exec(text) ?? [];
  if (verb === undefined || id === undefined) throw new UsageError(`usage: ${usage}`);
  const isThere = () =>
    views
      .peers()
      .some(
        (peer) =>
          (`#${peer.n}` === id ||
            peer.listen === id ||
            peer.address === id ||
            peer.id?.startsWith(id.toLowerCase()) === true) &&
          ['ready', 'suspect', 'hello-less'].includes(peer.state),
      );
  return verb === 'ready' ? isThere : () => !isThere();
}
