/** `record` and `replay`: recordings in files, written as things happen and opened again; `recording`: what is kept meanwhile. */
import { readExpression } from '../../query/check.ts';
import { RECORD_KINDS } from '../../trace/kinds.ts';
import { matcherOf } from '../../trace/matching.ts';
import type { Recorder } from '../../trace/recorder.ts';
import { type Answer, alwaysLooks, type Command, looksAlone } from '../command.ts';
import { driveFile } from '../drive-file.ts';
import { CommandError, UsageError } from '../errors.ts';
import { asTypedExpression, expressionWords } from '../expressions.ts';
import { nextFile, RecordFile, readRecording } from '../record-file.ts';
import { count, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { olderText } from './log.ts';

export const record: Command = {
  name: 'record',
  looks: looksAlone,
  aliases: [],
  group: 'record',
  raw: true,
  usage: 'record [FILE [EXPR]|stop]',
  summary: 'write events to a file',
  details: [
    'JSON lines: a header, then an event each, from now on. record run.jsonl type=addr writes those for which it holds.',
    'Without an expression it also holds what replay --drive needs, with the whole state of each node.',
    'Nothing is overwritten; after 64 MiB it goes on in FILE.1, up to FILE.7. replay FILE opens it again.',
    'A journey to another moment of a lab ends it.',
  ],
  candidates: (shell, before, word) =>
    before.length === 0
      ? ['stop', ...shell.pathsFrom(word)]
      : expressionWords(shell, before.slice(1), word, RECORD_KINDS),
  async run(shell, { rest, signal }) {
    const [, path = '', text = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(rest) ?? [];
    if (path === '') return about(shell);
    if (path === 'stop' && text === '') return stop(shell);
    if (shell.recordFile !== null)
      throw new CommandError(
        'busy',
        `${safe(shell.recordFile.paths.at(-1) ?? '')} is being written; record stop ends it`,
      );
    const recorder = await shell.recorder(signal);
    const holds = text === '' ? null : testOf(recorder, text);
    const file = new RecordFile({
      path: shell.pathOf(path),
      recorder,
      world: shell.world,
      holds,
      ended(why) {
        shell.recordFile = null;
        shell.notices.complain(`the recording in ${safe(file.paths.at(-1) ?? '')} has ended: ${safe(why, 300)}`);
      },
    });
    shell.recordFile = file;
    const { labHere } = shell;
    if (labHere !== null)
      labHere.record.ended = () => {
        file.stop();
        if (shell.recordFile !== file) return;
        shell.recordFile = null;
        shell.notices.complain(`the recording in ${safe(path)} has ended: the lab is at another moment`);
      };
    return {
      value: { file: path, expression: text === '' ? null : text },
      text: `recording to ${safe(path, 300)}; record stop ends it`,
    };
  },
};

function testOf(recorder: Recorder, text: string): (index: number) => boolean {
  const there = recorder.nodes.whoIsThere();
  const { asked, holds } = asTypedExpression(() =>
    matcherOf(readExpression(text, { nodes: there.names, kinds: RECORD_KINDS }), there),
  );
  return (index) => {
    asked.look(recorder, index);
    return holds();
  };
}

function about({ recordFile }: Shell): Answer {
  if (recordFile === null) return { value: { files: [], events: 0 }, text: 'nothing is written; record FILE begins' };
  const { paths, events } = recordFile;
  return {
    value: { files: paths, events },
    text: `${count(events, 'event')} in ${paths.map((path) => safe(path, 300)).join(', ')}`,
  };
}

function stop(shell: Shell): Answer {
  const { recordFile } = shell;
  if (recordFile === null) throw new CommandError('not-recording', 'nothing is written; record FILE begins');
  recordFile.stop();
  shell.recordFile = null;
  return about({ recordFile } as Shell);
}

export const replay: Command = {
  name: 'replay',
  looks: alwaysLooks,
  aliases: [],
  group: 'record',
  usage: 'replay [FILE|close] [--drive]',
  summary: 'open a recording',
  details: [
    'Until replay close, log, match, why, explain, seq and export tell of the file and not of the node or the lab.',
    'replay --drive FILE gives everything that came to its nodes to the core again, on virtual time, and tells the first thing that the core now does otherwise, with exit code 1 in a script. It goes on in FILE.1 and the next.',
  ],
  options: { drive: { type: 'boolean' } },
  candidates: (shell, before, word) => {
    if (word.startsWith('-')) return ['--drive'];
    const files = shell.pathsFrom(word);
    return before.length === 0 ? ['close', ...files] : before.includes('--drive') && before.length === 1 ? files : [];
  },
  run(shell, { words, options, signal }) {
    const [word] = words;
    if (words.length > 1 || (options['drive'] === true && word === undefined))
      throw new UsageError(`usage: ${this.usage}`);
    if (options['drive'] === true) return driveFile(shell.pathOf(word as string), signal);
    if (word === undefined) return opened(shell);
    if (word === 'close') {
      if (shell.opened === null) throw new CommandError('not-open', 'no recording is open; replay FILE opens one');
      shell.opened = null;
      return { value: { closed: true }, text: 'closed; log tells of what happens here again' };
    }
    shell.opened = readRecording(shell.pathOf(word));
    return opened(shell);
  },
};

function opened({ opened: file }: Shell): Answer {
  if (file === null) return { value: null, text: 'no recording is open; replay FILE opens one' };
  const { world, nodes, app, seed } = file.header();
  const last = file.events().at(-1);
  const next = nextFile(file.path);
  return {
    value: {
      file: file.path,
      events: file.count,
      world,
      seed,
      app,
      nodes: nodes.map(({ name }) => name),
      lastMs: last?.t ?? null,
      next,
    },
    text: `${safe(file.path, 300)}: ${count(file.count, 'event')} of ${count(nodes.length, 'node')} (${world === 'sim' ? `simulated, seed ${seed}` : 'real sockets'}), written by ${safe(app)}${next === null ? '' : `; goes on in ${safe(next, 300)}`}; replay close ends it`,
  };
}

export const recording: Command = {
  name: 'recording',
  looks: looksAlone,
  aliases: [],
  group: 'record',
  usage: 'recording [on|off]',
  summary: 'what is kept for log',
  details: [
    'Your own node is recorded from its start. A simulated lab costs nothing until somebody asks:',
    'then its history runs once more, and it is recorded until a journey to another moment. off frees what is kept.',
  ],
  candidates: (_, before) => (before.length === 0 ? ['on', 'off'] : []),
  async run(shell, { words, signal }) {
    const [word] = words;
    if (words.length > 1 || (word !== undefined && word !== 'on' && word !== 'off'))
      throw new UsageError(`usage: ${this.usage}`);
    const { labHere, opened: file } = shell;
    const elsewhere = file === null ? '' : `; log tells of ${safe(file.path, 300)} until replay close`;
    if (word === 'off') {
      if (labHere?.simulation == null)
        throw new CommandError('usage', 'only a simulated lab can be told again, so only its recording can be off');
      labHere.record.forget();
    }
    if (word === 'on') await shell.recorder(signal);
    const current = labHere === null ? await shell.recorder(signal) : labHere.record.current;
    if (current === null)
      return {
        value: { on: false, events: 0, forgotten: 0 },
        text: `off; log, match or why run the history once more${elsewhere}`,
      };
    const { count: events, forgotten } = current;
    const older = olderText(current);
    return {
      value: { on: true, events, forgotten },
      text: `on: ${count(events, 'event')}${older === null ? '' : `; ${older}`}${elsewhere}`,
    };
  },
};
