/** Rule 10: errors that nobody caught come in; our own mistake ends the program in order, and of the user's somebody else is told. */
import { EXIT } from './errors.ts';
import type { Output } from './output.ts';

export interface CrashOptions {
  readonly err: Output;
  /** Whether it is the user's mistake, which was told. */
  readonly isTold: (error: unknown) => boolean;
  readonly close: () => Promise<void>;
}

export function stopOnCrash({ err, isTold, close }: CrashOptions): void {
  const onCrash = (error: unknown) => {
    if (isTold(error)) return;
    err.notice(`peersh: our own error, the node stops: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = EXIT.failed;
    void close().finally(() => process.exit(EXIT.failed));
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
}
