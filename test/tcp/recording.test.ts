/** The recorder on real sockets: the same facts as of simulated nodes. */
import { createTcpWorld } from '../../src/tcp/world.ts';
import { recordingContract } from '../contract/recording.ts';

recordingContract('tcp', () => createTcpWorld('peersh/test'));
