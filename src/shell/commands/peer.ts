/** `peer`: everything about one connection, also one that has just gone. */
import { liveIdsOnly } from '../candidates.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { reasonText } from '../legend.ts';
import { pickAny } from '../pick.ts';
import { age, count, cut, foldedRows, quoted, round3, rtt, safe } from '../render.ts';
import { rounded } from './peers.ts';

const LINES_SHOWN = 12;

export const peer: Command = {
  name: 'peer',
  looks: alwaysLooks,
  aliases: ['getpeerinfo'],
  group: 'peers',
  takesNodes: true,
  usage: 'peer ID',
  summary: 'all about one peer',
  details: ['Counters, the last lines on the wire, why it closed; also for one that has just gone.'],
  candidates: liveIdsOnly,
  run(shell, { words }) {
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const view = pickAny(shell, words[0], this.usage);
    const now = shell.world.now();
    const lines = shell.ring
      .of(view.n, LINES_SHOWN)
      .map(({ at, direction, line }) => ({ agoMs: round3((now - at) / 1_000), dir: direction, line }));
    const value = {
      ...view,
      ...rounded(view),
      state: view.state,
      closed: view.closed === null ? null : { ...view.closed, agoMs: round3(view.closed.agoMs) },
      outstandingPingMs: round3(view.outstandingPingMs),
      lines,
    };
    const amounts = (record: Readonly<Record<string, number>>) =>
      Object.entries(record)
        .map(([type, n]) => `${type} ${n}`)
        .join(', ') || 'nothing';
    const closed =
      view.closed === null
        ? []
        : [
            `closed     ${age(view.closed.agoMs)} ago by ${view.closed.by}: ${reasonText(view.closed.reason)}${view.closed.said === null || view.closed.said === '' ? '' : ` ${quoted(view.closed.said)}`}`,
          ];
    const text = [
      `#${view.n}         ${safe(view.id ?? '(no id)')}`,
      `state      ${view.state}, ${view.dir} (${view.via})${view.closed === null ? `, for ${age(view.ageMs)}` : ''}`,
      `address    ${view.address}, listens on ${view.listen ?? 'nothing we know of'}`,
      `agent      ${view.agent === null ? '-' : quoted(view.agent, 64)}${view.ext.length === 0 ? '' : `, ext ${view.ext.map((one) => safe(one, 32)).join(' ')}`}`,
      `ping       ${view.pingMs === null ? 'no pong yet' : `${rtt(view.pingMs)} ms, min ${rtt(view.pingMinMs)} ms, last pong ${age(view.lastPongMs)} ago`}`,
      `sent       ${amounts(view.counts.sent)} (${view.bytes.sent} bytes)`,
      `received   ${amounts(view.counts.received)} (${view.bytes.received} bytes)`,
      `told       ${view.advertised ?? view.notAdvertised ?? 'nothing: we do not listen'}`,
      ...(view.pausedMs === null ? [] : [`held back  it sent more than it may; read again in ${age(view.pausedMs)}`]),
      ...(view.lastError === null ? [] : [`trouble    ${safe(view.lastError)}, ${count(view.strikes, 'strike')}`]),
      ...closed,
    ];
    const columns = shell.columns();
    const wire = lines.map((line) =>
      cut(
        `${line.dir === 'sent' ? '>' : '<'} ${age(line.agoMs).padStart(6)}  ${safe(line.line, 300)}`,
        columns === null ? null : columns - 1,
      ),
    );
    return { value, text: [foldedRows(text, columns), ...wire].join('\n') };
  },
};
