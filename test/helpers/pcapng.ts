/**
 * A small reader of pcapng, IPv4, TCP and exported PDUs, written from their specifications and not from our writer: bytes go in, blocks
 * and packets come out, or a failed test where a length, a magic or a checksum is wrong.
 */
import assert from 'node:assert/strict';

export interface Captured {
  readonly interface: number;
  /** Nanoseconds. */
  readonly time: bigint;
  readonly data: Buffer;
  readonly comment: string;
}

export interface Capture {
  readonly interfaces: readonly { readonly linkType: number; readonly name: string; readonly resolution: number }[];
  readonly names: ReadonlyMap<string, string>;
  readonly packets: readonly Captured[];
  readonly application: string;
}

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly payload: Buffer;
}

const up4 = (length: number) => Math.ceil(length / 4) * 4;

function optionsOf(bytes: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const [code, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (code === 0) {
      assert.equal(at + 4, bytes.length, 'the options end where they say');
      return options;
    }
    options.set(code, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + up4(length);
  }
  assert.equal(bytes.length, 0, 'options have an end');
  return options;
}

export function readPcapng(file: Buffer): Capture {
  const interfaces: { linkType: number; name: string; resolution: number }[] = [];
  const names = new Map<string, string>();
  const packets: Captured[] = [];
  let application = '';
  for (let at = 0; at < file.length; ) {
    const [type, length] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    assert.ok(length % 4 === 0 && length >= 12);
    assert.equal(file.readUInt32LE(at + length - 4), length, 'both lengths of a block are equal');
    const body = file.subarray(at + 8, at + length - 4);
    assert.equal(type === 0x0a0d0d0a, at === 0, 'one section, at the beginning');
    if (type === 0x0a0d0d0a) {
      assert.equal(body.readUInt32LE(0), 0x1a2b3c4d);
      assert.deepEqual([body.readUInt16LE(4), body.readUInt16LE(6)], [1, 0]);
      application = optionsOf(body.subarray(16)).get(4)?.toString() ?? '';
    } else if (type === 1) {
      const options = optionsOf(body.subarray(8));
      const [name, resolution] = [options.get(2)?.toString() ?? '', options.get(9)?.[0] ?? 6];
      interfaces.push({ linkType: body.readUInt16LE(0), name, resolution });
    } else if (type === 4) readNames(body, names);
    else {
      assert.equal(type, 6, 'no other block');
      const [number, high, low] = [body.readUInt32LE(0), body.readUInt32LE(4), body.readUInt32LE(8)];
      const captured = body.readUInt32LE(12);
      assert.equal(body.readUInt32LE(16), captured);
      packets.push({
        interface: number,
        time: (BigInt(high) << 32n) | BigInt(low),
        data: body.subarray(20, 20 + captured),
        comment:
          optionsOf(body.subarray(20 + up4(captured)))
            .get(1)
            ?.toString() ?? '',
      });
    }
    at += length;
  }
  return { interfaces, names, packets, application };
}

function readNames(body: Buffer, names: Map<string, string>): void {
  let at = 0;
  for (;;) {
    const [type, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    if (type === 0) return;
    assert.equal(type, 1, 'an IPv4 record');
    const value = body.subarray(at + 4, at + 4 + length);
    assert.equal(value.at(-1), 0, 'a name ends with a zero');
    names.set([...value.subarray(0, 4)].join('.'), value.subarray(4, -1).toString());
    at += 4 + up4(length);
  }
}

/** The sum of a whole with its own checksum in it is all ones. */
function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt8(at) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum % 65_536) + Math.floor(sum / 65_536);
  return sum;
}

export function readSegment(packet: Buffer): Segment {
  assert.equal(packet[0], 0x45, 'IPv4 without options');
  assert.equal(packet.readUInt16BE(2), packet.length);
  assert.equal(packet[9], 6, 'TCP');
  assert.equal(sumOf(packet.subarray(0, 20)), 0xffff, 'the checksum of IP');
  const tcp = packet.subarray(20);
  const pseudo = Buffer.from([...packet.subarray(12, 20), 0, 6, tcp.length >> 8, tcp.length & 0xff]);
  assert.equal(sumOf(Buffer.concat([pseudo, tcp])), 0xffff, 'the checksum of TCP');
  assert.equal((tcp[12] ?? 0) >> 4, 5, 'TCP without options');
  return {
    from: `${[...packet.subarray(12, 16)].join('.')}:${tcp.readUInt16BE(0)}`,
    to: `${[...packet.subarray(16, 20)].join('.')}:${tcp.readUInt16BE(2)}`,
    flags: tcp[13] ?? 0,
    sequence: tcp.readUInt32BE(4),
    acknowledged: tcp.readUInt32BE(8),
    payload: tcp.subarray(20),
  };
}

/** The tags of an exported PDU, by number, and the line after them. */
export function readExported(data: Buffer): { readonly tags: ReadonlyMap<number, Buffer>; readonly line: string } {
  const tags = new Map<number, Buffer>();
  for (let at = 0; ; ) {
    const [tag, length] = [data.readUInt16BE(at), data.readUInt16BE(at + 2)];
    at += 4;
    if (tag === 0) return { tags, line: data.subarray(at).toString() };
    assert.equal(length % 4, 0, 'values are padded');
    tags.set(tag, data.subarray(at, at + length));
    at += length;
  }
}
