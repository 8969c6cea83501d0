/** A program: the least that listens. It says so as our program does, and does nothing else. */
import { createServer } from 'node:net';

const server = createServer();
server.listen(0, '127.0.0.1', () => console.error(`bare listening on ${JSON.stringify(server.address())}`));
