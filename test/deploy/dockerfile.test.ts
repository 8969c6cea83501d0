/** The Dockerfile is one that Docker would take, its image runs as nobody of note, and says by itself whether it is well. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate } from 'dockerfile-utils';
import { deployText, dockerStages, imageWords } from '../helpers/deploy-files.ts';

const stages = dockerStages();
const image = stages.at(-1) ?? [];
const said = (keyword: string) => image.filter((instruction) => instruction.getKeyword() === keyword);

test('Dockerfile: its linter finds nothing', () => {
  assert.deepEqual(
    validate(deployText('Dockerfile')).map(({ message, range }) => ({ line: range.start.line + 1, message })),
    [],
  );
  assert.notDeepEqual(validate('FROM node:24\nCOPPY a b\nHEALTHCHECK'), []);
});

test('Dockerfile: the image runs as a user without rights, by number, and keeps what it knows in a volume', () => {
  const users = said('USER').map((instruction) => instruction.getArgumentsContent());
  assert.equal(users.length, 1);
  assert.match(users[0] ?? '', /^[1-9]\d*:[1-9]\d*$/);
  assert.deepEqual(
    said('VOLUME').map((instruction) => instruction.getArgumentsContent()),
    ['/data'],
  );
});

test('Dockerfile: the program gets signals itself, since no shell starts it', () => {
  assert.equal(said('ENTRYPOINT').length, 1);
  assert.equal(imageWords('ENTRYPOINT')[0], 'peersh');
  assert.deepEqual(
    said('STOPSIGNAL').map((instruction) => instruction.getArgumentsContent()),
    ['SIGTERM'],
  );
});

test('Dockerfile: asks its own node whether it is well where the node says so', () => {
  const [check] = said('HEALTHCHECK');
  const [, address] = imageWords('CMD');
  assert.ok(check?.getArgumentsContent()?.includes(`http://${address}/health`));
});

test('Dockerfile: every base has a version, and no stage but the last is in the image', () => {
  const bases = stages.map(([from]) => from?.getArguments()[0]?.getValue() ?? '');
  for (const base of bases) assert.match(base, /^[a-z]+:\d/);
  assert.deepEqual(
    said('COPY').filter((instruction) => !instruction.getArgumentsContent()?.includes('/source/')),
    [],
  );
});
