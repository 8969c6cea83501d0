/** Names for files that other programs read: any names go in, as many come out that are all different and hold no control nor half a character. */

/** Controls, marks that turn the direction of text, halves of characters, line ends of Unicode, and what XML does not allow. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

const printable = (name: string) =>
  name.replace(UNPRINTABLE, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);

export function fileNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((raw) => {
    const name = printable(raw);
    let unique = name;
    for (let again = 2; taken.has(unique); again += 1) unique = `${name} (${again})`;
    taken.add(unique);
    return unique;
  });
}
