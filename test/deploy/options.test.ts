/** Whoever starts the program in a file of deploy/ says only what its command line takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IStatefulSet } from 'kubernetes-models/apps/v1';
import { parse } from 'yaml';
import { readOptions } from '../../src/shell/options.ts';
import { OPTIONS } from '../../src/shell/startup.ts';
import { deployText, imageWords, manifests } from '../helpers/deploy-files.ts';

const [, ...entry] = imageWords('ENTRYPOINT');
const compose = parse(deployText('compose.yaml')) as { services: Record<string, { command: string[] }> };
const set = manifests().find(({ document }) => document.kind === 'StatefulSet')?.document as unknown as IStatefulSet;
const [, unit = ''] = /^ExecStart=\S+ (.*)$/m.exec(deployText('peersh.service')) ?? [];

const COMMAND_LINES: Readonly<Record<string, readonly string[]>> = {
  Dockerfile: [...entry, ...imageWords('CMD')],
  'compose.yaml': [...entry, ...(compose.services['node']?.command ?? [])],
  'statefulset.yaml': [...entry, ...(set.spec?.template.spec?.containers[0]?.args ?? [])],
  'peersh.service': unit.split(' '),
};

for (const [file, words] of Object.entries(COMMAND_LINES)) {
  test(`deploy: the command line of ${file} is one`, () => {
    const { values, positionals } = readOptions(words, OPTIONS, '');
    assert.equal(values.headless, true);
    assert.equal(values.listen, '0.0.0.0:5999');
    assert.ok(values.data !== undefined && values.metrics !== undefined);
    assert.deepEqual(positionals, []);
  });
}
