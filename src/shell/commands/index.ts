/** Every command of the shell, in the order of `help`. Adding one is a file in this folder and its row here. */
import type { Command } from '../command.ts';
import { connect } from './connect.ts';
import { drop } from './drop.ts';
import { getaddr } from './getaddr.ts';
import { help } from './help.ts';
import { peers } from './peers.ts';
import { ping } from './ping.ts';
import { quit } from './quit.ts';
import { status } from './status.ts';

export const COMMANDS: readonly Command[] = [peers, connect, ping, getaddr, drop, status, help, quit];
