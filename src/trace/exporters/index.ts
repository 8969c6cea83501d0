/** EXPORTERS: every kind of file that a trace can become. Adding one is a file in this folder and its row here. */
import { dot } from './dot.ts';
import type { Exporter } from './exporter.ts';
import { graphml } from './graphml.ts';
import { html } from './html.ts';
import { jsonl } from './jsonl.ts';
import { mermaid } from './mermaid.ts';
import { pcapng } from './pcapng.ts';
import { perfetto } from './perfetto.ts';
import { svg } from './sequence-svg.ts';
import { shiviz } from './shiviz.ts';

export const EXPORTERS: readonly Exporter[] = [html, svg, mermaid, shiviz, pcapng, perfetto, dot, graphml, jsonl];
