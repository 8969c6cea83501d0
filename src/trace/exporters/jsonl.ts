/** JSON lines: a trace goes in, its header and then each event on a line come out, ASCII only; reading them back gives the same trace. */
import { asciiOnly } from '../../util/ascii.ts';
import type { Exporter } from './exporter.ts';

export const jsonl: Exporter = {
  name: 'jsonl',
  ending: 'jsonl',
  meaning: 'JSON lines, all there is',
  *pieces({ header, events }) {
    yield `${asciiOnly(JSON.stringify(header))}\n`;
    for (const event of events) yield `${asciiOnly(JSON.stringify(event))}\n`;
  },
};
