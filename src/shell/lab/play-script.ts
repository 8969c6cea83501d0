/**
 * Runs a lab script in a shell: its lines, a seed and settings go in, a report comes out. The script is read as a whole before its first
 * line runs; a line that is wrong throws a UsageError that names its file and line.
 */
import { defaultSettings, type SettingKey } from '../../settings.ts';
import { applySetting, type SettingOrigin } from '../apply-setting.ts';
import { checkLater, checkNames } from '../check-line.ts';
import { CommandError, UsageError } from '../errors.ts';
import { stripComment } from '../line.ts';
import type { RunResult } from '../session.ts';
import type { Shell } from '../shell.ts';
import type { Lab } from './lab.ts';
import type { Play } from './play.ts';
import { momentFields, plannedText, type Report, rowValue } from './report.ts';
import { type Script, type ScriptLine, spawnedBy } from './script-file.ts';
import { thereAfter } from './there.ts';

/** What the command line says of a run. Plain data. */
export interface ScriptOptions {
  /** null: as the script says, else 1. */
  readonly seed: number | null;
  /** `KEY=VALUE` each; they stand, whatever the script sets. */
  readonly settings: readonly string[];
}

export async function playScript(
  shell: Shell,
  script: Script,
  options: ScriptOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Report> {
  if (shell.play !== null) throw new UsageError('a lab script cannot run another one; source takes its lines in');
  if (shell.lab !== null) throw new CommandError('busy', 'there is a lab already; lab stop ends it');
  const play = begin(script, options);
  const wasPlainOnly = shell.plainOnly;
  shell.play = play;
  shell.plainOnly = true;
  try {
    for (const line of script.lines) await check(shell, line);
    const stopped = await runLines(shell, play, script, signal, say);
    const { lab } = shell as { lab: Lab | null };
    if (lab === null && stopped !== null) throw wrong(stopped.where, stopped.message, { code: stopped.code, near: [] });
    if (lab === null) throw new UsageError(`${script.path ?? 'stdin'} spawns no nodes; type spawn n1..n8 in it`);
    lab.script = script;
    return await conclude(lab, { script, options, play, stopped });
  } finally {
    shell.play = null;
    shell.plainOnly = wasPlainOnly;
  }
}

function begin({ lines }: Script, { seed, settings: typed }: ScriptOptions): Play {
  const settings = defaultSettings();
  const origins = new Map<SettingKey, SettingOrigin>();
  for (const text of typed) {
    const at = text.indexOf('=');
    applySetting(settings, origins, text.slice(0, at), text.slice(at + 1), '--set');
  }
  return {
    seed: seed ?? 1,
    isSeedGiven: seed !== null,
    settings,
    givenSettings: new Set(origins.keys()),
    nodes: spawnedBy(lines).size,
    there: thereAfter({ names: [], groups: {} }, lines),
    where: '',
    failure: null,
  };
}

/** A line that is no command or names nobody, and a mistake in one of a later time, is found before an hour of the lab has passed. */
async function check(shell: Shell, { where, text }: ScriptLine): Promise<void> {
  const later = /^\s*at\s+\S+\s+(\S.*)$/s.exec(stripComment(text))?.[1];
  try {
    if (later === undefined) checkNames(shell, stripComment(text));
    else await checkLater(shell, later);
  } catch (error) {
    throw error instanceof CommandError ? wrong(where, error.message, error) : error;
  }
}

function wrong(
  where: string,
  message: string,
  { code, near }: { readonly code: string; readonly near: readonly string[] },
) {
  const hint = code === 'unknown-command' && near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return new UsageError(`${where}: ${message}${hint}`, near);
}

type Stopped = Report['stopped'];

async function runLines(
  shell: Shell,
  play: Play,
  { lines }: Script,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Stopped> {
  for (const { where, text } of lines) {
    play.where = where;
    if (shell.lab === null && !/^\s*(set|spawn)\s/.test(text))
      throw new UsageError(`${where}: there are no nodes yet; type spawn n1..n8 before`);
    const result = await shell.runNested(text, signal);
    // What was wrong with a line of a later time is known a turn afterwards.
    await shell.options.labs?.turn(0);
    if (signal.aborted || shell.quitting) return { where, code: 'interrupted', message: 'interrupted' };
    const failed = play.failure ?? (result.kind === 'error' ? { where, result } : null);
    if (failed !== null) return stop(failed.where, failed.result);
    if (result.kind === 'ok' && result.text !== '') say(result.text);
  }
  return null;
}

function stop(where: string, result: Extract<RunResult, { kind: 'error' }>): Stopped {
  const { code, message, near } = result;
  if (code === 'usage' || code === 'unknown-command') throw wrong(where, message, { code, near });
  return { where, code, message };
}

interface Ran {
  readonly script: Script;
  readonly options: ScriptOptions;
  readonly play: Play;
  readonly stopped: Stopped;
}

async function conclude(lab: Lab, { script, options, play, stopped }: Ran): Promise<Report> {
  const { simulation } = lab.clockwork();
  const { expectations } = lab;
  await expectations?.finish(stopped === null);
  const rows = (expectations?.rows() ?? []).map(rowValue);
  const isStopped = (isFailure: boolean) =>
    stopped !== null && isFailure === !['timeout', 'interrupted'].includes(stopped.code);
  const has = (verdict: string) => rows.some((row) => row.verdict === verdict);
  return {
    path: script.path,
    seed: play.seed,
    verdict: has('fail') || isStopped(true) ? 'fail' : has('unknown') || isStopped(false) ? 'unknown' : 'pass',
    ...momentFields(simulation.moment(), simulation.hash()),
    expectations: rows,
    stopped,
    notDone: (lab.agenda?.ahead() ?? []).map(plannedText),
    repro: repro(script, options, play),
  };
}

/** What to type to see the same once more. */
function repro({ path }: Script, { settings }: ScriptOptions, { seed }: Play): string {
  const quoted = (word: string) => (/^[\w.,:=/@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  return [
    'peersh',
    ...(path === null ? [] : ['--script', quoted(path)]),
    '--seed',
    String(seed),
    ...settings.flatMap((text) => ['--set', quoted(text)]),
    ...(path === null ? ['< FILE'] : []),
  ].join(' ');
}
