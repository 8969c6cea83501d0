/** The recorder on real sockets: the same facts as of simulated nodes. */
import { createTcpWorld } from '../../src/tcp/world.ts';
import { recordingContract } from '../contract/recording.ts';
import { verdictsContract } from '../contract/verdicts.ts';

recordingContract('tcp', () => createTcpWorld('peersh/test'));
verdictsContract('tcp', () => createTcpWorld('peersh/test'));
