/** A shell for a client of the control socket: a shell of the node goes in, another of the same node comes out, as that client may have it. */
import { createPaint } from '../color.ts';
import { ONLY_LOOKS } from '../errors.ts';
import { recordFromNow } from '../record-from-now.ts';
import { Shell } from '../shell.ts';
import type { ShellOptions } from '../shell-options.ts';
import type { Hello } from './protocol.ts';

const NO_JAVASCRIPT = 'plain commands only: JavaScript over a socket needs a node that was started with --allow-eval';

/** `isJson` says of each moment whether the client speaks JSON. */
export function guestShell(shell: Shell, hello: Hello, isJson: () => boolean, allowEval: boolean): Shell {
  const { live, recorder } = shell.options;
  const options: ShellOptions = {
    ...shell.options,
    workshop: shell.workshop,
    recordLate: recorder === null && live !== null ? () => recordFromNow(live.world) : null,
    paint: createPaint(hello.color),
    get json() {
      return isJson();
    },
    interactive: hello.role === 'attach',
    isReadOnly: hello.isReadOnly,
    folder: hello.folder,
    isQuiet: !hello.wantsNews,
    isGuest: true,
    noJavaScript: !allowEval
      ? NO_JAVASCRIPT
      : hello.isReadOnly
        ? `JavaScript may change something, and ${ONLY_LOOKS}`
        : null,
  };
  const guest = new Shell(options);
  guest.notices.start();
  return guest;
}
