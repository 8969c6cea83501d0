/**
 * Reads .noderc again while the node runs: the shell and what it started with go in; then settings, aliases and the bootstrap list are as the
 * file has them now, and lines that are new in it are run. A file that is wrong changes nothing, and what --set said stays.
 */
import type { HostPort } from '../core/world.ts';
import { checkSettings, SETTINGS, type SettingKey, type Settings } from '../settings.ts';
import type { SettingOrigin } from './apply-setting.ts';
import { CommandError } from './errors.ts';
import { readRc, runRc } from './rc.ts';
import { createRcTarget, type RcLine, type RcTarget } from './rc-target.ts';
import { count, safe } from './render.ts';
import type { Shell } from './shell.ts';
import type { Live } from './shell-options.ts';
import type { RcSaid, Startup } from './startup.ts';

/** What is called each time that the file is to be read. */
export function createReload(shell: Shell, startup: Startup): () => Promise<void> {
  const { rc, hasOwnBootstrap } = startup;
  let said: RcSaid = startup.rcSaid;
  let lines: readonly RcLine[] = startup.rcLines;
  let last: Promise<void> = Promise.resolve();

  async function reload(live: Live, path: string): Promise<void> {
    const now = readAgain(path);
    const { settings, origins } = merged(live.node.state.settings, shell.options.origins, now);
    const changes = [
      ...changeSettings(live, settings),
      ...changeAliases(shell.options.aliases, said, now),
      ...(hasOwnBootstrap ? [] : changeBootstrap(live, said, now)),
      ...(placeText(said.listen) === placeText(now.listen) ? [] : ['listen (at next start)']),
    ];
    shell.options.origins.clear();
    for (const [key, origin] of origins) shell.options.origins.set(key, origin);
    const known = new Set(lines.map(({ text }) => text));
    const fresh = now.rcLines.filter(({ text }) => !known.has(text));
    said = now;
    lines = now.rcLines;
    const what = [...changes, ...(fresh.length === 0 ? [] : [count(fresh.length, 'new line')])];
    const told = what.length === 0 ? 'nothing is new' : what.join(', ');
    shell.notices.say('reloaded', { file: path, changes: told }, `read ${safe(path, 300)} again: ${told}`);
    await runRc(shell, fresh, (text) => shell.print(text));
  }

  return () => {
    last = last.then(async () => {
      const { live } = shell.options;
      if (live === null || shell.quitting) return;
      if (rc === null) return shell.notices.complain('no .noderc was read at start, so none is read again');
      try {
        await reload(live, rc);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        shell.notices.complain(`nothing is changed: ${safe(error.message, 300)}`);
      }
    });
    return last;
  };
}

function readAgain(path: string): RcTarget {
  const target = createRcTarget();
  readRc(path, target);
  return target;
}

/** The settings as they are to be: what the file says, and the default for what it said before and says no more. */
function merged(current: Settings, before: ReadonlyMap<SettingKey, SettingOrigin>, now: RcTarget) {
  const origins = new Map(before);
  const settings: Settings = { ...current };
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    const isSaid = now.origins.has(key);
    if (before.get(key) === '--set' || (!isSaid && before.get(key) !== '.noderc')) continue;
    Object.assign(settings, { [key]: now.settings[key] });
    if (isSaid) origins.set(key, '.noderc');
    else origins.delete(key);
  }
  const wrong = checkSettings(settings);
  if (wrong !== null) throw new CommandError('usage', wrong);
  return { settings, origins };
}

function changeSettings({ node }: Live, settings: Settings): string[] {
  const changed = (Object.keys(SETTINGS) as SettingKey[]).filter(
    (key) => String(settings[key]) !== String(node.state.settings[key]),
  );
  return changed.map((key) => {
    const order = node.order({ kind: 'set', key, value: settings[key] });
    return `${key}${order.ok ? (SETTINGS[key].live ? '' : ' (at next start)') : `: ${safe(order.message)}`}`;
  });
}

function changeAliases(aliases: Map<string, string>, before: RcSaid, now: RcTarget): string[] {
  const names = new Set([...before.aliases.keys(), ...now.aliases.keys()]);
  const changed = [...names].filter((name) => before.aliases.get(name) !== now.aliases.get(name));
  for (const name of changed) {
    const line = now.aliases.get(name);
    if (line === undefined) aliases.delete(name);
    else aliases.set(name, line);
  }
  return changed.map((name) => `alias ${name}`);
}

function changeBootstrap({ node }: Live, before: RcSaid, now: RcTarget): string[] {
  const [old, fresh] = [before.bootstrap.map(placeText), now.bootstrap.map(placeText)];
  const gone = before.bootstrap.filter((place) => !fresh.includes(placeText(place)));
  const added = now.bootstrap.filter((place) => !old.includes(placeText(place)));
  for (const { host, port } of gone) node.order({ kind: 'bootstrap-remove', host, port });
  for (const { host, port } of added) node.order({ kind: 'bootstrap-add', host, port });
  return [
    ...gone.map((place) => `bootstrap rm ${placeText(place)}`),
    ...added.map((place) => `bootstrap add ${placeText(place)}`),
  ];
}

const placeText = (place: HostPort | null): string => (place === null ? '' : `${place.host}:${place.port}`);
