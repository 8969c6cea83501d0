/** Where each node of a trace is on the wire of a capture: lanes go in, an IPv4 place of its own each comes out, since Wireshark names IPs and not ports. */
import type { Lanes } from '../lanes.ts';
import { u8 } from './bytes.ts';
import type { End } from './pcapng-packets.ts';

const IPV4_PLACE = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/;
/** 198.18.0.0/15 is for benchmarks and nobody's (RFC 2544): for nodes without an IPv4 address, and for those that share one. */
const MADE_FIRST = 0xc612_0001;
const MADE_MAX = 0x1_fffe;
const PORT_OTHERWISE = 5999;

export function placesOf({ nodes }: Lanes): End[] {
  const taken = new Set<string>();
  return nodes.map(({ address }, lane) => {
    const [, a, b, c, d, port = ''] = IPV4_PLACE.exec(address ?? '') ?? [];
    const bytes = [a, b, c, d].map(Number);
    const listens = Number(port);
    const isPlace = bytes.every((byte) => byte <= 255) && listens > 0 && listens <= 65_535;
    const text = bytes.join('.');
    const made = MADE_FIRST + (lane % MADE_MAX);
    const isOwn = isPlace && !taken.has(text);
    taken.add(text);
    return {
      ip: isOwn ? Uint8Array.from(bytes) : u8(made >>> 24, (made >>> 16) & 0xff, (made >>> 8) & 0xff, made & 0xff),
      port: listens > 0 && listens <= 65_535 ? listens : portOf(address),
    };
  });
}

/** Of an IPv6 address the port stays. */
function portOf(address: string | null): number {
  const port = Number(/:(\d{1,5})$/.exec(address ?? '')?.[1] ?? 0);
  return port > 0 && port <= 65_535 ? port : PORT_OTHERWISE;
}
