/** The world of real sockets keeps the contract of worlds. */
import { createTcpWorld } from '../../src/tcp/world.ts';
import { worldContract } from '../contract/world.ts';

worldContract('tcp', () => createTcpWorld('peersh/test'));
