/** A sequence diagram as a page: a trace goes in, the pieces of one file come out that fetches nothing and shows all without its script. */
import type { Trace } from '../event.ts';
import type { Exporter } from './exporter.ts';
import { markup, shortened } from './names.ts';
import { sequenceSvg, tooWide } from './sequence-svg.ts';

/** Nothing may be fetched, whatever a peer managed to write into a text. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

const STYLE = `
  body { margin: 1em; font: 14px sans-serif; color: #212121; background: #ffffff }
  #detail { position: sticky; top: 0; min-height: 3em; margin: 0; padding: .5em; background: #eceff1; white-space: pre-wrap; overflow-wrap: anywhere }
  .message:hover path { stroke-width: 4 }
`;

/** Shows at the top what a browser shows of a title only after a while. */
const SCRIPT = `
  const detail = document.getElementById('detail');
  detail.hidden = false;
  document.getElementById('sequence').addEventListener('mouseover', (event) => {
    const title = event.target.closest('.message, .note')?.querySelector('title');
    if (title) detail.textContent = title.textContent;
  });
`;

function* pieces(trace: Trace): Generator<string, void> {
  const { app, world, seed } = trace.header;
  const title = markup(shortened(`${app}, ${world}${seed === null ? '' : `, seed ${seed}`}`));
  yield [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1 id="title">${title}</h1>`,
    `<p id="count">${trace.events.length} events</p>`,
    '<pre id="detail" hidden>Point at a message.</pre>',
    '',
  ].join('\n');
  yield* sequenceSvg(trace);
  yield `<script>${SCRIPT}</script>\n</body>\n</html>\n`;
}

export const html: Exporter = {
  name: 'html',
  ending: 'html',
  meaning: 'sequence diagram as a page that fetches nothing',
  refusal: tooWide,
  pieces,
};
