/**
 * METRICS: every figure that is served, by its name. Names follow Prometheus' conventions: base units, `_total` for what only grows, labels of
 * closed sets, so that no text of a peer can be in one. Nothing here is measured.
 */

interface MetricRow {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Of a histogram: upper bounds. */
  readonly buckets?: readonly number[];
}

/** From a loopback to a far or sick peer. */
const RTT_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const DELAY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export const METRICS = {
  peersh_build_info: { type: 'gauge', help: 'Always 1; which program this is.', labels: ['version', 'node_version'] },
  peersh_uptime_seconds: { type: 'gauge', help: 'How long the node runs.', labels: [] },
  peersh_peers: {
    type: 'gauge',
    help: 'Connections by direction and state; peers are ready, suspect or hello-less.',
    labels: ['direction', 'state'],
  },
  peersh_dials_in_progress: { type: 'gauge', help: 'Dials that wait for an answer.', labels: [] },
  peersh_dials_total: {
    type: 'counter',
    help: 'Dials that were begun, by how the address came to be dialled.',
    labels: ['via'],
  },
  peersh_dials_failed_total: {
    type: 'counter',
    help: 'Dials that led to no connection, by reason.',
    labels: ['reason'],
  },
  peersh_connections_closed_total: {
    type: 'counter',
    help: 'Connections that are gone, by direction and reason.',
    labels: ['direction', 'reason'],
  },
  peersh_reasons_total: {
    type: 'counter',
    help: 'Refusals, closes, failed dials and addresses that were not taken, by reason and whose doing it is.',
    labels: ['reason', 'side'],
  },
  peersh_messages_total: {
    type: 'counter',
    help: 'Messages by direction (sent or received) and type.',
    labels: ['direction', 'type'],
  },
  peersh_message_bytes_total: {
    type: 'counter',
    help: 'Bytes of messages by direction (sent or received) and type.',
    labels: ['direction', 'type'],
  },
  peersh_network_bytes_total: {
    type: 'counter',
    help: 'All bytes that passed the sockets of peers, by direction (sent or received).',
    labels: ['direction'],
  },
  peersh_ping_rtt_seconds: {
    type: 'histogram',
    help: 'Round trips of pings that were answered.',
    labels: [],
    buckets: RTT_BUCKETS_S,
  },
  peersh_book_addresses: {
    type: 'gauge',
    help: 'Addresses known, unproven (new) and proven (tried).',
    labels: ['table'],
  },
  peersh_strikes_total: { type: 'counter', help: 'Lines of peers that broke the rules.', labels: [] },
  peersh_bans: {
    type: 'gauge',
    help: 'Peers kept away, by whom: by hand, or for breaking the rules (strikes).',
    labels: ['by'],
  },
  peersh_event_loop_delay_seconds: {
    type: 'histogram',
    help: 'How late the event loop ran a timer that was due.',
    labels: [],
    buckets: DELAY_BUCKETS_S,
  },
  process_cpu_seconds_total: { type: 'counter', help: 'User and system CPU time of the process.', labels: [] },
  process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory of the process.', labels: [] },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;
export type MetricsOf<Type extends MetricRow['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
