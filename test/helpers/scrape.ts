// One HTTP request as a scraper, a browser or somebody worse sends it: an address and what is asked go in, the whole answer comes out.
import { type IncomingHttpHeaders, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export function ask(address: string, { path = '/metrics', method = 'GET', headers = {} }: Asked = {}): Promise<Reply> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve, reject) => {
    const options = { host: hostname.replace(/^\[|\]$/g, ''), port, path, method, agent: false };
    const sent = request({ ...options, headers: headers as Record<string, string> }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

export const scrape = async (address: string): Promise<string> => (await ask(address)).body;
