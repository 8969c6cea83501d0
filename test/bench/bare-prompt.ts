/** A program: the least that prompts, Node's own console with a prompt that looks like ours. */
import { start } from 'node:repl';

start('00000000 0> ');
