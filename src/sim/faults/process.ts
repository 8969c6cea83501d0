/**
 * Faults of a node's process and clock. `crash` leaves nothing of it but the resets that its system sends; healed, it starts anew.
 * `pause` lets what arrives wait and no timer fire; a dial waits, too, until its dialler gives up. `skew` moves its clock.
 */
import { schedule } from '../kernel.ts';
import { type Host, type Network, removeHost } from '../network.ts';
import type { Behaviour } from './passage.ts';
import { oneNode } from './silence.ts';
import type { Selector, ValuesOf } from './spec.ts';

const reach = ({ node }: { readonly node: string }): Selector => ({ kind: 'nodes', nodes: oneNode(node) });

function kill(network: Network, host: Host): void {
  const ends = [...host.ends.values()];
  host.ends.clear();
  for (const end of ends) {
    if (!end.isOpen) continue;
    end.isOpen = false;
    if (end.other !== null) network.links?.closed(end, 'reset');
  }
  removeHost(network, host);
}

export const crash: Behaviour<ValuesOf<'crash'>> = {
  reach,
  starts({ node }, _fault, network) {
    const host = network.names.get(node);
    if (host !== undefined) kill(network, host);
    return host !== undefined;
  },
  ends({ node }, { struck }, network) {
    if (struck > 0 && !network.names.has(node)) network.faultHooks.restartNode(node);
  },
};

export const restart: Behaviour<ValuesOf<'restart'>> = {
  reach,
  starts({ node }, _fault, network) {
    const host = network.names.get(node);
    if (host !== undefined) kill(network, host);
    network.faultHooks.restartNode(node);
    return true;
  },
};

export const pause: Behaviour<ValuesOf<'pause'>> = {
  reach,
  starts({ node }, _fault, { names }) {
    const host = names.get(node);
    if (host !== undefined) host.frozen ??= [];
    return host !== undefined;
  },
  ends({ node }, _fault, network) {
    const host = network.names.get(node);
    if (host === undefined || host.frozen === null || isPaused(network, node)) return;
    const waiting = host.frozen;
    host.frozen = null;
    for (const item of waiting) schedule(network.kernel, network.kernel.now, item);
  },
};

const isPaused = ({ faults }: Network, node: string) =>
  faults.active.some(({ spec }) => spec.name === 'pause' && spec.values.node === node);

export const resume: Behaviour<ValuesOf<'resume'>> = { reach };

export const skew: Behaviour<ValuesOf<'skew'>> = {
  reach,
  starts: ({ node }, _fault, network) => jump(network, node),
  ends: ({ node }, _fault, network) => void jump(network, node),
};

/** The timer that the node asked for is due by its own clock: it is woken and asks anew. Earlier is harmless to it. */
function jump(network: Network, node: string): boolean {
  const host = network.names.get(node);
  let skewUs = 0;
  for (const { spec } of network.faults.active)
    if (spec.name === 'skew' && spec.values.node === node) skewUs += spec.values.shift;
  if (host === undefined || host.skewUs === skewUs) return false;
  const backUs = host.skewUs - skewUs;
  host.skewUs = skewUs;
  host.context.now = network.kernel.now + skewUs;
  if (backUs > 0) host.inhabitant.clockSetBack(backUs);
  if (host.frozen === null) host.inhabitant.woken();
  return true;
}
