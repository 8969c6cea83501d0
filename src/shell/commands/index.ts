/** Every command of the shell, in the order of `help`. Adding one is a file in this folder and its row here. */
import type { Command } from '../command.ts';
import { addrs } from './addrs.ts';
import { alias } from './alias.ts';
import { apropos } from './apropos.ts';
import { at } from './at.ts';
import { ban, bans, unban } from './ban.ts';
import { bootstrap } from './bootstrap.ts';
import { breakCommand, breaks, unbreak } from './break.ts';
import { chaos } from './chaos.ts';
import { connect } from './connect.ts';
import { delay, deliver, dup, edit, inject, resend, revert } from './deal.ts';
import { diff } from './diff.ts';
import { drop } from './drop.ts';
import { events } from './events.ts';
import { expect, report } from './expect.ts';
import { exportCommand } from './export.ts';
import { fault, faults } from './fault.ts';
import { getaddr } from './getaddr.ts';
import { group } from './group.ts';
import { heal } from './heal.ts';
import { held, show } from './held.ts';
import { help } from './help.ts';
import { hist } from './hist.ts';
import { lab } from './lab.ts';
import { listen } from './listen.ts';
import { log, match } from './log.ts';
import { map } from './map.ts';
import { minimise } from './minimise.ts';
import { order } from './order.ts';
import { peer } from './peer.ts';
import { peers } from './peers.ts';
import { ping } from './ping.ts';
import { quit } from './quit.ts';
import { record, recording, replay } from './record.ts';
import { back, branches, checkout, label, labels, rewind } from './rewind.ts';
import { pause, run, until } from './run.ts';
import { send } from './send.ts';
import { seq } from './seq.ts';
import { set } from './set.ts';
import { shutdown } from './shutdown.ts';
import { source } from './source.ts';
import { spawn } from './spawn.ts';
import { spread } from './spread.ts';
import { stats } from './stats.ts';
import { status } from './status.ts';
import { next, step } from './step.ts';
import { sweep } from './sweep.ts';
import { trace, untrace } from './trace.ts';
import { use } from './use.ts';
import { wait } from './wait.ts';
import { watch } from './watch.ts';
import { explain, why } from './why.ts';
import { wtf } from './wtf.ts';

export const COMMANDS: readonly Command[] = [
  peers,
  peer,
  connect,
  ping,
  getaddr,
  drop,
  ban,
  unban,
  bans,
  send,
  status,
  addrs,
  bootstrap,
  listen,
  set,
  trace,
  untrace,
  log,
  match,
  why,
  explain,
  record,
  replay,
  recording,
  events,
  stats,
  wait,
  watch,
  breakCommand,
  breaks,
  unbreak,
  held,
  show,
  edit,
  revert,
  deliver,
  delay,
  dup,
  resend,
  inject,
  lab,
  spawn,
  use,
  run,
  until,
  pause,
  at,
  expect,
  report,
  sweep,
  minimise,
  step,
  next,
  back,
  rewind,
  label,
  labels,
  branches,
  checkout,
  diff,
  group,
  fault,
  faults,
  heal,
  chaos,
  order,
  map,
  spread,
  seq,
  exportCommand,
  help,
  apropos,
  hist,
  wtf,
  alias,
  source,
  quit,
  shutdown,
];

/** Their names and other names. */
export const COMMAND_WORDS: ReadonlySet<string> = new Set(COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]));
