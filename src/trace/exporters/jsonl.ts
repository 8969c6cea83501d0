/** JSON lines: a trace goes in, its header and then each event on a line come out, ASCII only; `replay` opens it. */
import { asciiOnly } from '../../util/ascii.ts';
import { eventLine, headerLine } from '../record-lines.ts';
import type { Exporter } from './exporter.ts';

export const jsonl: Exporter = {
  name: 'jsonl',
  ending: 'jsonl',
  meaning: 'JSON lines, all there is; replay opens it',
  *pieces({ header, events }) {
    yield `${asciiOnly(headerLine(header))}\n`;
    for (const event of events) yield `${asciiOnly(eventLine(event))}\n`;
  },
};
