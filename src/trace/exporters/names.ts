/** Names and texts for files that other programs read: any go in, they come out without a control or half a character, names all different. */

/** Controls, marks that turn the direction of text, halves of characters, line ends of Unicode, and what XML does not allow. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

/** At most so much of a text, in one line. */
export const TEXT_LENGTH_MAX = 200;

export const printable = (text: string) =>
  text.replace(UNPRINTABLE, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);

/** Those that were taken already get a number, after a gap. */
export function fileNames(names: readonly string[], gap = ' '): string[] {
  const taken = new Set<string>();
  return names.map((raw) => {
    const name = printable(raw);
    let unique = name;
    for (let again = 2; taken.has(unique); again += 1) unique = `${name}${gap}(${again})`;
    taken.add(unique);
    return unique;
  });
}

/** The beginning of a long text, as long as it is when it is shown; a half character at the cut is shown as such. */
export function shortened(text: string, most = TEXT_LENGTH_MAX): string {
  const shown = printable(text.slice(0, most + 1));
  return shown.length > most ? `${printable(shown.slice(0, most - 1))}…` : shown;
}

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A printable text as XML and HTML write it, between marks or in quotes. */
export const markup = (text: string) => text.replace(/[&<>"']/g, (mark) => MARKUP[mark] ?? '');
