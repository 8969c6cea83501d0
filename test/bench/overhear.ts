/** What our node says to a peer that says hello: its port goes in, its writes come out, as they arrived. It answers nothing. */
import { connect } from 'node:net';
import { helloLine } from './peer.ts';

/** On loopback a write arrives as one chunk unless the reader is late; then two are taken for one, never the other way round. */
export function overhear(port: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const chunks: string[] = [];
    const socket = connect({ host: '127.0.0.1', port });
    socket.setEncoding('latin1');
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed while greeting; it said ${chunks.join('')}`)));
    socket.on('data', (chunk: string) => {
      chunks.push(chunk);
      if (!chunks.join('').includes('"getaddr"')) return;
      socket.removeAllListeners('close').destroy();
      resolve(chunks);
    });
    socket.write(helloLine());
  });
}
