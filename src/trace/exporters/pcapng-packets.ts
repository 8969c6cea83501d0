/** Packets as a wire would have had them: two ends and what passes between them go in, IPv4 with TCP comes out, or a line for Wireshark's exported PDUs. */
import { be16, be32, joined, padded, u8, utf8 } from './bytes.ts';

export interface End {
  readonly ip: Uint8Array;
  readonly port: number;
}

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

const IP_HEADER_BYTES = 20;
const TCP_HEADER_BYTES = 20;
/** The most that the length of an IPv4 packet can say. */
export const SEGMENT_BYTES_MAX = 65_535 - IP_HEADER_BYTES - TCP_HEADER_BYTES;
const PROTOCOL_TCP = 6;
const TIME_TO_LIVE = 64;
const WINDOW = 65_535;
const DO_NOT_FRAGMENT = 0x4000;

/** RFC 1071. */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function tcpPacket(
  from: End,
  to: End,
  flags: number,
  sequence: number,
  acknowledged: number,
  payload: Uint8Array,
): Uint8Array {
  const tcpBytes = TCP_HEADER_BYTES + payload.length;
  const tcp = (sum: number) =>
    joined([
      be16(from.port),
      be16(to.port),
      be32(sequence),
      be32(acknowledged),
      u8((TCP_HEADER_BYTES / 4) << 4, flags),
      be16(WINDOW),
      be16(sum),
      be16(0),
    ]);
  const ip = (sum: number) =>
    joined([
      u8(0x45, 0),
      be16(IP_HEADER_BYTES + tcpBytes),
      be16(0),
      be16(DO_NOT_FRAGMENT),
      u8(TIME_TO_LIVE, PROTOCOL_TCP),
      be16(sum),
      from.ip,
      to.ip,
    ]);
  const pseudo = joined([from.ip, to.ip, u8(0, PROTOCOL_TCP), be16(tcpBytes)]);
  return joined([ip(checksum([ip(0)])), tcp(checksum([pseudo, tcp(0), payload])), payload]);
}

const TAG_DISSECTOR = 12;
const TAG_IPV4_SOURCE = 20;
const TAG_IPV4_DESTINATION = 21;
const TAG_PORT_TYPE = 24;
const TAG_SOURCE_PORT = 25;
const TAG_DESTINATION_PORT = 26;
const TAG_PROTOCOL_COLUMN = 33;
const PORT_TYPE_TCP = 2;

/** Wireshark steps by the length that is written, so it is that of the padded value. */
const tag = (code: number, value: Uint8Array) => joined([be16(code), be16(padded(value).length), padded(value)]);

/** A line that was never on the wire, with who would have had it. */
export const exportedLine = (from: End, to: End, line: Uint8Array): Uint8Array =>
  joined([
    tag(TAG_DISSECTOR, utf8('json')),
    tag(TAG_IPV4_SOURCE, from.ip),
    tag(TAG_IPV4_DESTINATION, to.ip),
    tag(TAG_PORT_TYPE, be32(PORT_TYPE_TCP)),
    tag(TAG_SOURCE_PORT, be32(from.port)),
    tag(TAG_DESTINATION_PORT, be32(to.port)),
    tag(TAG_PROTOCOL_COLUMN, utf8('P2P')),
    be32(0),
    line,
  ]);
