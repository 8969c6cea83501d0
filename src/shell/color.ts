/** The one decision about colour: flag, then NO_COLOR, FORCE_COLOR, then the terminal. The environment goes in, a painter comes out. */
import kleur from 'kleur';

export interface Paint {
  readonly on: boolean;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

export function decideColor(flag: boolean | null, env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (flag !== null) return flag;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

/** Several shells of one process may differ, so the switch of kleur, which is the whole process's, is on for all. */
export function createPaint(on: boolean): Paint {
  kleur.enabled = true;
  const painted = (colour: (text: string) => string) => (on ? colour : (text: string) => text);
  return {
    on,
    good: painted((text) => kleur.green(text)),
    bad: painted((text) => kleur.red(text)),
    dim: painted((text) => kleur.gray(text)),
    strong: painted((text) => kleur.bold(text)),
  };
}
