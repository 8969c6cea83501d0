/**
 * The figures of one node as Prometheus reads them: its events and its views go in, a text comes out whenever it is asked for. It looks and
 * counts; it changes nothing of the node.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { NodeEvent } from '../core/events.ts';
import { REASONS, type ReasonCode } from '../core/reasons.ts';
import type { PeerStateName } from '../core/view-rows.ts';
import type { NodePort, World } from '../core/world.ts';
import { VERSION } from '../util/version.ts';
import { MESSAGE_TYPES } from '../wire/messages.ts';
import { METRICS, type MetricName, type MetricsOf } from './table.ts';

/** How often it is looked whether the event loop is late. */
const LATE_EVERY_MS = 20;
const US_PER_S = 1_000_000;
const MS_PER_S = 1_000;
const US_PER_MS = 1_000;

const STATES: readonly PeerStateName[] = ['handshaking', 'ready', 'suspect', 'hello-less', 'visitor', 'closing'];

/** A figure with more digits than microseconds have: the noise that a sum of fractions gathers. */
const NOISY = /(?<= )\d+\.\d{7,}$/gm;

type Labels = Readonly<Record<string, string>>;

export interface Figures {
  readonly contentType: string;
  text(node: NodePort): Promise<string>;
  /** Counts no more. */
  stop(): void;
}

/** Counts from now on, before the node called `name` begins. */
export function createFigures(world: World, name: string): Figures {
  const registry = new Registry();
  const made = new Map<MetricName, Counter | Gauge | Histogram>();
  for (const [metric, row] of Object.entries(METRICS)) {
    const config = { name: metric, help: row.help, labelNames: [...row.labels], registers: [registry] };
    made.set(
      metric as MetricName,
      row.type === 'gauge'
        ? new Gauge(config)
        : row.type === 'counter'
          ? new Counter(config)
          : new Histogram({ ...config, buckets: [...row.buckets] }),
    );
  }
  const set = (metric: MetricsOf<'gauge'>, labels: Labels, value: number) =>
    (made.get(metric) as Gauge).set(labels, value);
  const count = (metric: MetricsOf<'counter'>, labels: Labels, by = 1) => (made.get(metric) as Counter).inc(labels, by);
  const observe = (metric: MetricsOf<'histogram'>, us: number) =>
    (made.get(metric) as Histogram).observe(Math.round(us) / US_PER_S);
  /** What somebody else counts. */
  const copy = (metric: MetricsOf<'counter'>, values: readonly (readonly [Labels, number])[]) => {
    (made.get(metric) as Counter).reset();
    for (const [labels, value] of values) count(metric, labels, value);
  };

  function note(event: NodeEvent): void {
    switch (event.kind) {
      case 'dialing':
        return count('peersh_dials_total', { via: event.via });
      case 'dial-failed':
        return count('peersh_dials_failed_total', { reason: event.reason });
      case 'closed':
        return count('peersh_connections_closed_total', { direction: event.dir, reason: event.reason });
      case 'pong':
        return observe('peersh_ping_rtt_seconds', event.rttUs);
      case 'strike':
        return count('peersh_strikes_total', {});
      default:
    }
  }

  function look({ views }: NodePort): void {
    const { uptimeMs, peers, book, bytes, bans } = views.status();
    set('peersh_build_info', { version: VERSION, node_version: process.versions.node }, 1);
    set('peersh_uptime_seconds', {}, uptimeMs / MS_PER_S);
    set('peersh_dials_in_progress', {}, peers.dialing);
    for (const direction of ['inbound', 'outbound'] as const)
      for (const state of STATES) set('peersh_peers', { direction, state }, 0);
    for (const { dir, state } of views.peers()) (made.get('peersh_peers') as Gauge).inc({ direction: dir, state });
    for (const table of ['new', 'tried'] as const) set('peersh_book_addresses', { table }, book[table]);
    for (const by of ['hand', 'strikes'] as const) set('peersh_bans', { by }, bans[by]);
    const traffic = views.traffic(null);
    const types = (['sent', 'received'] as const).flatMap((direction) =>
      MESSAGE_TYPES.map((type) => ({ labels: { direction, type }, row: traffic[direction][type] })),
    );
    copy(
      'peersh_messages_total',
      types.map(({ labels, row }) => [labels, row?.messages ?? 0]),
    );
    copy(
      'peersh_message_bytes_total',
      types.map(({ labels, row }) => [labels, row?.bytes ?? 0]),
    );
    copy('peersh_network_bytes_total', [
      [{ direction: 'sent' }, bytes.sent],
      [{ direction: 'received' }, bytes.received],
    ]);
    copy(
      'peersh_reasons_total',
      Object.entries(traffic.reasons).map(([reason, value]) => [
        { reason, side: REASONS[reason as ReasonCode].side },
        value,
      ]),
    );
    const { user, system } = process.cpuUsage();
    copy('process_cpu_seconds_total', [[{}, (user + system) / US_PER_S]]);
    set('process_resident_memory_bytes', {}, process.memoryUsage.rss());
  }

  const unlisten = world.onEvent((node, event) => {
    if (node.name === name) note(event);
  });
  let dueAt = performance.now() + LATE_EVERY_MS;
  const late = setInterval(() => {
    const now = performance.now();
    observe('peersh_event_loop_delay_seconds', Math.max(0, now - dueAt) * US_PER_MS);
    dueAt = now + LATE_EVERY_MS;
  }, LATE_EVERY_MS);
  late.unref();

  return {
    contentType: registry.contentType,
    async text(node) {
      look(node);
      return (await registry.metrics()).replace(NOISY, (figure) => String(Number(Number(figure).toFixed(6))));
    },
    stop() {
      unlisten();
      clearInterval(late);
    },
  };
}
