/**
 * Servers to compare with, as little as can answer: nothing goes in, a listening server comes out. *floor* counts newlines and writes
 * a constant; *reference* is the hand-tuned one that reads every line; *greeter* answers with lines
 * that it was given.
 */
import { createServer, type Server, type Socket } from 'node:net';

const PONG = '{"msgtype":"pong"}\n';
const NEWLINE = 0x0a;

function serve(attend: (socket: Socket) => void): Server {
  return createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    attend(socket);
  });
}

/** Reads nothing: as many pongs as newlines, in one write. */
export function createFloor(): Server {
  const many = PONG.repeat(4_096);
  return serve((socket) => {
    socket.on('data', (chunk: Buffer) => {
      let lines = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
      if (lines > 0) socket.write(lines <= 4_096 ? many.slice(0, lines * PONG.length) : PONG.repeat(lines), 'latin1');
    });
  });
}

/** What a careful hand would write for pings alone: utf8 chunk, indexOf, JSON.parse, a check, one write per chunk. */
export function createReference(): Server {
  return serve((socket) => {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const text = rest + chunk;
      let out = '';
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        const message: unknown = JSON.parse(text.slice(start, end));
        if (typeof message === 'object' && message !== null && 'msgtype' in message && message.msgtype === 'ping')
          out += PONG;
        start = end + 1;
      }
      rest = text.slice(start);
      if (out !== '') socket.write(out, 'latin1');
    });
  });
}

/** Each chunk of a connection is answered with the next of `writes`, until there are no more. */
export function createGreeter(writes: readonly string[]): Server {
  return serve((socket) => {
    let answered = 0;
    socket.on('data', () => {
      const text = writes[answered];
      answered += 1;
      if (text !== undefined) socket.write(text, 'latin1');
    });
  });
}
