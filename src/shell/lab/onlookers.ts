/**
 * The shells that look into a lab, each at one node of it and with its own news: a shell goes in, what it looks at comes out. A shell that
 * asks is taken in; nothing here prints.
 */
import type { NodePort } from '../../core/world.ts';
import type { Notices } from '../notices.ts';
import type { Shell } from '../shell.ts';

/** At which node it looks, and what tells it the news. */
interface Onlooker {
  focus: NodePort;
  readonly notices: Notices;
}

export class Onlookers {
  private readonly byShell = new Map<Shell, Onlooker>();
  private readonly firstFocus: () => NodePort;
  private readonly noticesFor: (shell: Shell) => Notices;

  constructor(firstFocus: () => NodePort, noticesFor: (shell: Shell) => Notices) {
    this.firstFocus = firstFocus;
    this.noticesFor = noticesFor;
  }

  /** From now on the shell hears what happens here. */
  private of(shell: Shell): Onlooker {
    const known = this.byShell.get(shell);
    if (known !== undefined) return known;
    const onlooker = { focus: this.firstFocus(), notices: this.noticesFor(shell) };
    // What a shell planned for later is done when it is gone, too.
    if (shell.hasLeft) return onlooker;
    this.byShell.set(shell, onlooker);
    onlooker.notices.start();
    return onlooker;
  }

  noticesOf(shell: Shell): Notices {
    return this.of(shell).notices;
  }

  /** The node that a shell looks at. */
  focusOf(shell: Shell): NodePort {
    return this.of(shell).focus;
  }

  look(shell: Shell, node: NodePort): void {
    const onlooker = this.of(shell);
    if (node === onlooker.focus) return;
    onlooker.focus = node;
    onlooker.notices.forget();
  }

  isTracing(shell: Shell): boolean {
    return (this.byShell.get(shell)?.notices.traces.length ?? 0) > 0;
  }

  /** Tells every one of them. */
  tell(say: (notices: Notices) => void): void {
    for (const { notices } of this.byShell.values()) say(notices);
  }

  /** Their prompts are other ones. */
  moved(): void {
    for (const shell of this.byShell.keys()) shell.promptChanged();
  }

  /** It is another moment, at which these nodes run. */
  timeMoved(nodes: readonly NodePort[]): void {
    for (const onlooker of this.byShell.values()) {
      onlooker.notices.forget();
      if (!nodes.includes(onlooker.focus)) onlooker.focus = nodes[0] ?? onlooker.focus;
    }
  }

  /** A shell is gone. */
  leave(shell: Shell): void {
    this.byShell.get(shell)?.notices.stop();
    this.byShell.delete(shell);
  }
}
