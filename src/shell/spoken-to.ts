/**
 * Whom a shell's lines are about: the user's own node, the node that the shell looks at in its lab, or those that a line names first. Names
 * go in, nodes and their worlds come out. It runs no line.
 */
import type { NodePort } from '../core/world.ts';
import { type Lab, labOf } from './lab/lab.ts';
import { namesOf } from './lab/node-first.ts';
import type { Shell } from './shell.ts';
import type { Live } from './shell-options.ts';

export interface Spoken extends Live {
  readonly isOfLab: boolean;
  readonly isNamed: boolean;
  /** In the middle of somebody's work in the lab. */
  readonly isNow: boolean;
}

export class SpokenTo {
  private readonly shell: Shell;
  /** The lab that what is typed goes to, as long as there is that one. */
  private lastEntered: Lab | null = null;
  /** The node that the running command is about when it was named before the command, or when the command is done at a later time. */
  private spoken: Spoken | null = null;

  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** The lab, when what is typed goes to it. */
  get entered(): Lab | null {
    return this.lastEntered === this.shell.lab ? this.lastEntered : null;
  }

  set entered(lab: Lab | null) {
    this.lastEntered = lab;
  }

  /** The user's own node; a lab script knows of none. */
  private get own(): Live | null {
    return this.shell.play === null ? this.shell.options.live : null;
  }

  /** Where commands go. */
  get place(): Live {
    const { entered, own, shell } = this;
    if (this.spoken !== null) return this.spoken;
    if (entered !== null) return { world: entered.world, node: entered.onlookers.focusOf(shell) };
    if (own !== null) return own;
    throw shell.noLab();
  }

  /** The lab when the running command, or the next one, is about one of its nodes. */
  get lab(): Lab | null {
    return (this.spoken?.isOfLab ?? this.entered !== null) ? this.shell.lab : null;
  }

  /** The running line says whom it is about. */
  get isNamed(): boolean {
    return this.spoken?.isNamed === true;
  }

  /** The running line is done in the middle of somebody's work in the lab. */
  get isNow(): boolean {
    return this.spoken?.isNow === true;
  }

  /** A new line names nobody yet, whatever one was about that was interrupted. */
  forget(): void {
    this.spoken = null;
  }

  /** Does what is done without waiting, about somebody. */
  during<Result>(spoken: Spoken, work: () => Result): Result {
    const before = this.spoken;
    this.spoken = spoken;
    try {
      return work();
    } finally {
      this.spoken = before;
    }
  }

  /** Looks at something as if the user were at that node. */
  lookingAt<Result>(node: NodePort, look: () => Result): Result {
    return this.during(this.spokenAt(node), look);
  }

  /** Does something as if the user were at that node. */
  async at<Result>(node: NodePort, work: () => Promise<Result>): Promise<Result> {
    const before = this.spoken;
    const spoken = this.spokenAt(node);
    this.spoken = spoken;
    try {
      return await work();
    } finally {
      // What was interrupted and goes on unheard does not take the place of what was typed since.
      if (this.spoken === spoken) this.spoken = before;
    }
  }

  private spokenAt(node: NodePort): Spoken {
    const { live } = this.shell.options;
    if (node === live?.node) return { ...live, isOfLab: false, isNamed: true, isNow: false };
    return { node, world: labOf(this.shell).world, isOfLab: true, isNamed: true, isNow: false };
  }

  /** The names in the lab that `n3`, `n1..n4`, `@A` or `all` stand for. */
  namesOf(who: string): readonly string[] {
    const lab = labOf(this.shell);
    return namesOf(who, lab.groups, () => lab.names());
  }

  /** The nodes of these names, or the user's own one, which is `live`. */
  named(who: string): readonly NodePort[] {
    const { own } = this;
    if (who === 'live' && own !== null) return [own.node];
    const lab = labOf(this.shell);
    return this.namesOf(who).map((name) => lab.node(name));
  }
}
