/** JSON goes in, the same JSON in ASCII comes out: a terminal makes nothing of it, and every reader of JSON reads it alike. */

/** Everything from DEL on as `\uXXXX`; what is below 0x20 JSON escapes by itself. */
export const asciiOnly = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
