/** Every row of EXPORTERS against the contract: a new one is tested without a line here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPORTERS } from '../../../src/trace/exporters/index.ts';
import { exporterContract } from './contract.ts';

for (const exporter of EXPORTERS) exporterContract(exporter);

test('exporters: names and endings are all different', () => {
  for (const key of ['name', 'ending'] as const)
    assert.equal(new Set(EXPORTERS.map((row) => row[key])).size, EXPORTERS.length);
});
