/**
 * The image without an engine: what the Dockerfile copies is copied and what it runs is run, in folders of a temporary place instead of
 * layers. So it is known that the build needs no other file, and that the program finds all it needs in the image.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import type { Instruction } from 'dockerfile-ast';
import { deployText, dockerStages, imageWords } from '../helpers/deploy-files.ts';
import { ROOT } from '../helpers/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'peersh-image-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const build = join(folder, 'build');
const image = join(folder, 'image');
const [buildStage = [], imageStage = []] = dockerStages();

/** The words of COPY that are no flags: sources, then where to. */
function copied(instruction: Instruction): { readonly sources: readonly string[]; readonly target: string } {
  const words = (instruction.getArgumentsContent() ?? '').split(/\s+/).filter((word) => !word.startsWith('--'));
  return { sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}

function makeBuild(): void {
  const source = join(build, 'source');
  mkdirSync(source, { recursive: true });
  for (const instruction of buildStage) {
    const text = instruction.getArgumentsContent() ?? '';
    if (instruction.getKeyword() === 'COPY') {
      const { sources, target } = copied(instruction);
      for (const path of sources)
        cpSync(join(ROOT, path), target === './' ? join(source, basename(path)) : join(source, target), {
          recursive: true,
        });
    } else if (text.startsWith('npm ci')) symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
    else if (instruction.getKeyword() === 'RUN') execFileSync('sh', ['-c', text], { cwd: source, stdio: 'pipe' });
  }
}

function makeImage(): void {
  for (const instruction of imageStage) {
    if (instruction.getKeyword() !== 'COPY') continue;
    const { sources, target } = copied(instruction);
    assert.equal(sources.length, 1);
    cpSync(join(build, sources[0] ?? ''), join(image, target), { recursive: true });
  }
}

test('image: is built of the files that the Dockerfile names, and its program runs and stops as an engine has it do', async () => {
  makeBuild();
  makeImage();
  rmSync(build, { recursive: true });
  const program = join(image, 'opt', 'peersh', 'main.js');
  assert.match(execFileSync(program, ['--version'], { encoding: 'utf8' }), /^\d+\.\d+\.\d+\n$/);
  const [, ...entry] = imageWords('ENTRYPOINT');
  const words = entry.map((word) =>
    word === '0.0.0.0:5999' ? '127.0.0.1:0' : word.replace(/^\/data$/, join(folder, 'data')),
  );
  const node = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  const said: string[] = [];
  for (const stream of [node.stdout, node.stderr]) stream.on('data', (chunk: Buffer) => said.push(String(chunk)));
  await Promise.race([once(node.stderr, 'data'), once(node, 'exit')]);
  const started = performance.now();
  node.kill('SIGTERM');
  const [code] = (await once(node, 'exit')) as [number | null];
  assert.equal(code, 0, said.join(''));
  assert.ok(performance.now() - started < 3_000);
  assert.match(said.join(''), /listen/);
  assert.match(readFileSync(join(folder, 'data', 'book.json'), 'utf8'), /^\{/);
});

test('image: the builder is sent every file that the Dockerfile copies, and no other', () => {
  const sent = deployText('Dockerfile.dockerignore')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const wanted = buildStage.filter((one) => one.getKeyword() === 'COPY').flatMap((one) => copied(one).sources);
  assert.deepEqual(sent.sort(), wanted.sort());
});
