/** `listen`: where this node listens, and one more place. */
import { parseHostPort } from '../../wire/address.ts';
import { type Command, looksAlone } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { whyNoPort } from '../live-node.ts';

export const listen: Command = {
  name: 'listen',
  looks: looksAlone,
  aliases: [],
  group: 'network',
  asksNode: true,
  usage: 'listen [HOST:PORT]',
  summary: 'where we listen',
  details: ['With HOST:PORT it listens there as well.'],
  async run(shell, { words }) {
    const [place] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    if (place !== undefined) {
      const at = parseHostPort(place, { anyPort: true });
      if ('error' in at) throw new CommandError('bad-address', at.error);
      await shell.node.listen(at).catch((error: NodeJS.ErrnoException) => {
        const { code = '', message } = error;
        const why = whyNoPort(code) ?? (code === 'ENOTSUP' || code === '' ? message : code);
        throw new CommandError('cannot-listen', `cannot listen on ${place}: ${why}`);
      });
    }
    const { listening } = shell.node.views.status();
    return {
      value: { listening },
      text: listening.length === 0 ? 'listening nowhere' : `listening on ${listening.join(', ')}`,
    };
  },
};
