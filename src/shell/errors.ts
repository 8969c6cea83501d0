/** What a user did or met, as one line: a code, a sentence and near words go in; nothing here prints. */

/** Exit codes of the program (SHELL.md). */
export const EXIT = { ok: 0, failed: 1, usage: 2, start: 3, timeout: 4, interrupted: 130 } as const;

/** Of a shell that may change nothing, and how to have one that may. */
export const ONLY_LOOKS = 'this shell only looks: leave --read-only out';

/** A command that could not do its work. `data` joins the JSON error beside code and message. */
export class CommandError extends Error {
  /** What programs that use the library know it by. */
  override readonly name = 'PeershError';
  readonly code: string;
  readonly near: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    near: readonly string[] = [],
    data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.near = near;
    this.data = data;
  }
}

/** A line that was typed wrong; the message says what to type instead. */
export class UsageError extends CommandError {
  constructor(message: string, near: readonly string[] = []) {
    super('usage', message, near);
  }
}

/** The error as JSON answers carry it. */
export function errorValue(error: CommandError): { readonly error: Readonly<Record<string, unknown>> } {
  const { code, message, near, data } = error;
  return { error: { code, message, near, ...data } };
}
