/** Servers of names that do not answer, for as long as they are waited for. Rule 48. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFakeServer, openSilentServer } from '../helpers/dnsmasq.ts';
import { look } from '../helpers/look-up.ts';

test('directory: what was found counts when one host of a service has no answer in time', async (context) => {
  const { place } = await openFakeServer(context);
  assert.deepEqual(await look(place, 'dnssrv:_peersh._tcp.net.test'), ['10.0.0.1:7001']);
});

test('directory: a server that is silent is given up within five seconds', async (context) => {
  const { place, heard } = await openSilentServer(context);
  const started = performance.now();
  assert.equal(await look(place, 'dns:one.test'), 'ETIMEOUT');
  assert.ok(performance.now() - started < 5_500);
  assert.ok(heard() >= 2, 'a question that is lost is asked again');
});
