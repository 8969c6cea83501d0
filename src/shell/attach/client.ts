/** The program as a client of a node that runs already: the words of `attach`, `exec` and `ls` go in, an exit code comes out. It starts no node. */
import { CommandError, EXIT, UsageError } from '../errors.ts';
import { linesOf } from '../input-lines.ts';
import { readOptions } from '../options.ts';
import type { Output } from '../output.ts';
import { catchSignals, type Ended } from '../signals.ts';
import { CLIENT_OPTIONS, CLIENT_USAGE, type ClientWord } from './client-usage.ts';
import { isTarget } from './find.ts';
import { NoLink } from './link.ts';

export async function runClient(word: ClientWord, argv: readonly string[], out: Output, err: Output): Promise<Ended> {
  try {
    return await run(word, argv, out, err);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    err.notice(`peersh: ${error.message}`);
    const isUsage = error instanceof UsageError;
    const isStart = error instanceof NoLink || error.code === 'no-node' || error.code === 'ambiguous';
    return { code: isUsage ? EXIT.usage : isStart ? EXIT.start : EXIT.failed, hasHungUp: false };
  }
}

async function run(word: ClientWord, argv: readonly string[], out: Output, err: Output): Promise<Ended> {
  const ended = (code: number): Ended => ({ code, hasHungUp: false });
  const advice = `peersh ${word} --help tells more`;
  if (argv.includes('--help')) {
    await out.answer(CLIENT_USAGE);
    return ended(EXIT.ok);
  }
  switch (word) {
    case 'attach': {
      const { values, positionals } = readOptions(argv, CLIENT_OPTIONS.attach, advice);
      const [target = null] = positionals;
      if (positionals.length > 1) throw new UsageError(`attach takes one TARGET; peersh exec runs lines`);
      if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
        throw new UsageError('attach is for a terminal, and here is none; peersh exec runs lines without one');
      const color = values['no-color'] === true ? false : values.color === true ? true : null;
      const { attach } = await import('./attach.ts');
      return attach({ target, isReadOnly: values['read-only'] === true, color });
    }
    case 'exec': {
      // What follows the first line is a line, be it one that begins with a dash.
      const { values, positionals } = readOptions(argv, CLIENT_OPTIONS.exec, advice);
      const [first = ''] = positionals;
      const hasTarget =
        isTarget(first) && (positionals.length > 1 || process.stdin.isTTY !== true || values.follow === true);
      const lines = hasTarget ? positionals.slice(1) : positionals;
      const isPiped = lines.length === 0 && values.follow !== true;
      if (isPiped && process.stdin.isTTY === true)
        throw new UsageError(`exec runs lines, such as peersh exec peers; ${advice}`);
      const interrupted = new AbortController();
      void catchSignals(() => {
        interrupted.abort();
        process.stdin.destroy();
      });
      const unread = new AbortController();
      process.stdout.once('close', () => unread.abort());
      const { exec } = await import('./exec.ts');
      const code = await exec({
        target: hasTarget ? first : null,
        lines: isPiped ? linesOf(process.stdin) : lines,
        json: values.json === true,
        keepGoing: values['keep-going'] === true,
        follows: values.follow === true,
        isReadOnly: values['read-only'] === true,
        out,
        err,
        interrupted: interrupted.signal,
        unread: unread.signal,
      }).catch((error: unknown) => {
        if (interrupted.signal.aborted) return EXIT.interrupted;
        throw error;
      });
      process.stdin.destroy();
      return ended(code);
    }
    case 'ls': {
      const { values, positionals } = readOptions(argv, CLIENT_OPTIONS.ls, advice);
      if (positionals.length > 0) throw new UsageError('ls takes no word');
      const { ls } = await import('./ls.ts');
      if (values.json === true && values.targets === true)
        throw new UsageError('ls takes --json or --targets, not both');
      const form = values.json === true ? 'json' : values.targets === true ? 'targets' : 'table';
      return ended(await ls(form, process.stdout.columns || null, out, err));
    }
    default:
      return word satisfies never;
  }
}
