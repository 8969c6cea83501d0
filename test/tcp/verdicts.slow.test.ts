/** What is done to lines is recorded on real sockets as of simulated nodes; it waits for real time. */
import { createTcpWorld } from '../../src/tcp/world.ts';
import { verdictsContract } from '../contract/verdicts.ts';

verdictsContract('tcp', () => createTcpWorld('peersh/test'));
