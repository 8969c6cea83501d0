/** The dashboard that ships: each of its queries asks for metrics and labels that are served, and no metric is left out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { METRICS } from '../../src/metrics/table.ts';
import { ROOT } from '../helpers/program.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

const DASHBOARD = JSON.parse(readFileSync(join(ROOT, 'deploy', 'grafana-dashboard.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
};

/** Functions and words of PromQL that the queries use. */
const WORDS = new Set('sum count min by rate histogram_quantile'.split(' '));
/** Labels that Prometheus itself adds, and that of buckets. */
const OTHER_LABELS = ['instance', 'le'];

/** Names as series have them, with the labels of each. */
const SERIES = new Map<string, readonly string[]>(
  Object.entries(METRICS).flatMap(([name, { type, labels }]): [string, readonly string[]][] =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => [`${name}${part}`, labels]) : [[name, labels]],
  ),
);

/** What a query asks for that is not there. */
function wrongIn(expr: string): string[] {
  const bare = expr.replace(/"[^"]*"|\[[^\]]*\]/g, '');
  const selectors = [...bare.matchAll(/([a-z_]+)\{([^}]*)\}/g)];
  const names = selectors.map(([, name = '']) => name);
  const known = names.flatMap((name) => SERIES.get(name) ?? []);
  const grouped = [...bare.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
  const asked = selectors.flatMap(([, , labels = '']) => labels.split(', ').map((one) => one.split(/[=!]/)[0] ?? ''));
  const rest = bare.replace(/\{[^}]*\}|\bby \([^)]*\)/g, ' ').match(/[a-z_]+/g) ?? [];
  return [
    ...names.filter((name) => !SERIES.has(name)),
    ...[...grouped, ...asked].filter((label) => !known.includes(label) && !OTHER_LABELS.includes(label)),
    ...rest.filter((word) => !names.includes(word) && !WORDS.has(word)),
  ];
}

const queries = DASHBOARD.panels.flatMap(({ targets }) => targets);

test('dashboard: every query asks for what is served', () => {
  assert.ok(queries.length > 10);
  for (const { expr } of queries) assert.deepEqual(wrongIn(expr), [], expr);
  for (const { expr, legendFormat } of queries)
    for (const [, label = ''] of legendFormat.matchAll(/\{\{([^}]*)\}\}/g))
      assert.ok(new RegExp(`\\bby \\([^)]*\\b${label}\\b`).test(expr), `${legendFormat} of ${expr}`);
});

test('dashboard: a query for what is not served is found', () => {
  for (const expr of [
    'sum(peersh_peer{instance="a"})',
    'sum by (kind) (peersh_peers{instance="a"})',
    'sum(peersh_peers{kind="a"})',
    'sum(peersh_ping_rtt_seconds{instance="a"})',
    'summ(peersh_peers{state="a"})',
    'sum(peersh_peers)',
  ])
    assert.notDeepEqual(wrongIn(expr), [], expr);
  assert.deepEqual(wrongIn('sum by (state) (rate(peersh_peers{direction="in", state=~"a|b"}[5m])) > 0'), []);
});

test('dashboard: every metric has a place on it', () => {
  const all = queries.map(({ expr }) => expr).join('\n');
  assert.deepEqual(
    Object.keys(METRICS).filter((name) => !all.includes(name)),
    [],
  );
});

test('dashboard: a counter is shown by its rate, a panel overlaps no other, numbers and letters are given once', () => {
  for (const { expr } of queries)
    for (const [name] of expr.matchAll(/[a-z_]+_(?:total|bucket)(?=\{)/g))
      assert.ok(expr.includes(`rate(${name}`), expr);
  const taken = new Set<string>();
  for (const { gridPos, title, targets } of DASHBOARD.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.equal(taken.has(`${x},${y}`), false, title);
        taken.add(`${x},${y}`);
      }
  }
  assert.equal(new Set(DASHBOARD.panels.map(({ id }) => id)).size, DASHBOARD.panels.length);
});

test('dashboard: the source of data and the nodes are chosen by who looks', () => {
  const { list } = DASHBOARD.templating;
  assert.deepEqual(
    list.map(({ name }) => name),
    ['datasource', 'instance'],
  );
  for (const { datasource } of DASHBOARD.panels) assert.equal(datasource.uid, '${datasource}');
  for (const { expr } of queries) assert.ok(expr.includes('instance=~"$instance"'), expr);
});
