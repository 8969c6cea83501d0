/**
 * The usage text as a table, so that help, the manual page and completion cannot differ: USAGE goes in; its forms and its options, with
 * what each takes and does, come out.
 */

/** Where what a line says of its form or option begins. */
const TEXT_COLUMN = 27;

export interface Flag {
  /** With its dashes. */
  readonly name: string;
  /** As printed, `HOST:PORT` or `bash|zsh`; null: it takes nothing. */
  readonly value: string | null;
}

export interface OptionRow {
  readonly flags: readonly Flag[];
  readonly text: string;
}

/** A way to start the program. */
export interface FormRow {
  /** Without the program's name: `[options]`, `attach [TARGET]`. */
  readonly usage: string;
  /** Its first word when that is to be typed as it stands, else null. */
  readonly word: string | null;
  readonly text: string;
}

export interface UsageTable {
  readonly forms: readonly FormRow[];
  readonly options: readonly OptionRow[];
}

export function readUsage(usage: string): UsageTable {
  const rows: { head: string; text: string }[] = [];
  for (const line of usage.split('\n')) {
    const head = line.slice(0, TEXT_COLUMN).trimEnd();
    const text = line.slice(TEXT_COLUMN).trim();
    const last = rows.at(-1);
    if (head === '' && last !== undefined) last.text = `${last.text} ${text}`.trim();
    else rows.push({ head, text });
  }
  return {
    forms: rows.filter(({ head }) => !head.startsWith(' ')).map(formOf),
    options: rows.filter(({ head }) => head.startsWith(' ')).map(optionOf),
  };
}

function formOf({ head, text }: { readonly head: string; readonly text: string }): FormRow {
  const usage = head.replace(/^(?:usage: )?peersh */, '');
  const [word] = /^[a-z]+/.exec(usage) ?? [];
  return { usage, word: word ?? null, text };
}

function optionOf({ head, text }: { readonly head: string; readonly text: string }): OptionRow {
  const flags = head
    .trim()
    .split(', ')
    .map((part) => {
      const [name = '', value] = part.split(' ');
      return { name, value: value ?? null };
    });
  // The short form takes what the long one takes: -e, --eval LINE.
  const value = flags.find((flag) => flag.value !== null)?.value ?? null;
  return { flags: flags.map((flag) => (/^-\w$/.test(flag.name) ? { ...flag, value } : flag)), text };
}
