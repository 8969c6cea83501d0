/** Messages in hand on real sockets keep the contract. */
import { createTcpWorld } from '../../src/tcp/world.ts';
import { tapContract } from '../contract/tap.ts';

tapContract('tcp', () => createTcpWorld('peersh/test'));
