/** The blocks of a pcapng file: what they hold goes in, each comes out as bytes, little-endian. */
import { joined, le16, le32, padded, u8, utf8 } from './bytes.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const NAMES = 4;
const PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Not known. */
const SECTION_LENGTH = u8(255, 255, 255, 255, 255, 255, 255, 255);

const OPTION_END = u8(0, 0, 0, 0);
const OPTION_COMMENT = 1;
const OPTION_NAME = 2;
const OPTION_APPLICATION = 4;
const OPTION_RESOLUTION = 9;
/** Negative power of ten: nanoseconds. */
const NANOSECONDS = 9;
const NAME_IPV4 = 1;

/** What the length of an option can say. */
const OPTION_BYTES_MAX = 65_535;

function option(code: number, value: Uint8Array): Uint8Array {
  const kept = value.subarray(0, OPTION_BYTES_MAX);
  return joined([le16(code), le16(kept.length), padded(kept)]);
}

const options = (all: readonly Uint8Array[]) => (all.length === 0 ? u8() : joined([...all, OPTION_END]));

function block(type: number, body: Uint8Array): Uint8Array {
  const length = le32(body.length + 12);
  return joined([le32(type), length, body, length]);
}

export const sectionBlock = (application: string): Uint8Array =>
  block(
    SECTION,
    joined([
      le32(BYTE_ORDER_MAGIC),
      le16(1),
      le16(0),
      SECTION_LENGTH,
      options([option(OPTION_APPLICATION, utf8(application))]),
    ]),
  );

/** No limit to the length of a packet. */
export const interfaceBlock = (linkType: number, name: string): Uint8Array =>
  block(
    INTERFACE,
    joined([
      le16(linkType),
      le16(0),
      le32(0),
      options([option(OPTION_NAME, utf8(name)), option(OPTION_RESOLUTION, u8(NANOSECONDS))]),
    ]),
  );

export const namesBlock = (names: readonly (readonly [ip: Uint8Array, name: string])[]): Uint8Array =>
  block(
    NAMES,
    joined([
      ...names.map(([ip, name]) => {
        const value = joined([ip, utf8(name), u8(0)]);
        return joined([le16(NAME_IPV4), le16(value.length), padded(value)]);
      }),
      OPTION_END,
    ]),
  );

/** `timeUs` since 1970, or since the world began; `comment` is empty for most. */
export function packetBlock(interfaceNumber: number, timeUs: number, data: Uint8Array, comment: string): Uint8Array {
  const nanoseconds = BigInt(timeUs) * 1_000n;
  return block(
    PACKET,
    joined([
      le32(interfaceNumber),
      le32(Number(nanoseconds >> 32n)),
      le32(Number(nanoseconds & 0xffff_ffffn)),
      le32(data.length),
      le32(data.length),
      padded(data),
      options(comment === '' ? [] : [option(OPTION_COMMENT, utf8(comment))]),
    ]),
  );
}
