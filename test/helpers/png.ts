/** A screenshot as its pixels: the bytes of a PNG of 8 bits per channel go in, its size and how often each colour is there come out. */
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Pixels of each colour, as `#rrggbb`. */
  readonly colours: ReadonlyMap<string, number>;
}

/** Bytes per pixel by the type of colour: RGB and RGBA are what a browser writes. */
const PIXEL_BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

export function readPng(bytes: Buffer): Picture {
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const pixelBytes = PIXEL_BYTES[bytes[25] ?? 0] ?? 0;
  assert.ok(bytes[24] === 8 && pixelBytes > 0 && bytes[28] === 0, 'a form of PNG that this does not read');
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.subarray(at + 4, at + 8).toString() === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const rows = unfiltered(inflateSync(Buffer.concat(data)), width * pixelBytes, height, pixelBytes);
  const colours = new Map<string, number>();
  for (let at = 0; at < rows.length; at += pixelBytes) {
    const colour = `#${rows.toString('hex', at, at + 3)}`;
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  return { width, height, colours };
}

/** Each row begins with how it was filtered (PNG 1.2, chapter 6). */
function unfiltered(filtered: Buffer, rowBytes: number, height: number, pixelBytes: number): Buffer {
  const rows = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    const filter = filtered[y * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x += 1) {
      const at = y * rowBytes + x;
      const left = x < pixelBytes ? 0 : (rows[at - pixelBytes] ?? 0);
      const above = y === 0 ? 0 : (rows[at - rowBytes] ?? 0);
      const corner = x < pixelBytes || y === 0 ? 0 : (rows[at - rowBytes - pixelBytes] ?? 0);
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0] ?? 0;
      rows[at] = (filtered[y * (rowBytes + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return rows;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [byLeft, byAbove, byCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
}
