/** `order`: gives a node an order as data and waits for nothing; scripts that `lab script` prints are made of it. */
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { labOf } from '../lab/lab.ts';
import { readOrder } from '../lab/order-text.ts';

export const order: Command = {
  name: 'order',
  aliases: [],
  group: 'lab',
  usage: 'order JSON',
  summary: 'an order, not waited for',
  details: ['For example: n1: order {"kind":"ping","n":2}. lab script prints these; its answer is what the node said.'],
  raw: true,
  needsLab: true,
  run(shell, { rest }) {
    labOf(shell);
    if (rest.trim() === '') throw new UsageError(`usage: ${this.usage}`);
    const answer = shell.node.order(readOrder(rest));
    return { value: answer, text: answer.ok ? '' : answer.message };
  },
};
