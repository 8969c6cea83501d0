/** Bytes for files of fixed shapes: numbers and texts go in by name of their size, one array comes out. */

const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

export const u8 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** Little-endian. */
export const le16 = (value: number) => u8(value & 0xff, (value >>> 8) & 0xff);
export const le32 = (value: number) => u8(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
/** Big-endian. */
export const be16 = (value: number) => u8((value >>> 8) & 0xff, value & 0xff);
export const be32 = (value: number) => u8(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Zeros at the end up to a multiple of four. */
export const padded = (bytes: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
};
