/** The manifests are what the types of Kubernetes say, word by word, and fit together: who is selected, whom DNS lists, who is asked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type IStatefulSet, StatefulSet } from 'kubernetes-models/apps/v1';
import { type INamespace, type IService, Namespace, Service } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import { DEPLOY, deployText, dockerStages, type Manifest, manifests } from '../helpers/deploy-files.ts';
import { ROOT } from '../helpers/program.ts';

const KINDS = {
  Namespace: { module: 'v1', check: (document: Manifest) => new Namespace(document as INamespace).validate() },
  Service: { module: 'v1', check: (document: Manifest) => new Service(document as IService).validate() },
  StatefulSet: {
    module: 'apps/v1',
    check: (document: Manifest) => new StatefulSet(document as unknown as IStatefulSet).validate(),
  },
} as const;

const kindOf = ({ kind }: Manifest) => {
  assert.ok(kind in KINDS, `no types for ${kind}`);
  return KINDS[kind as keyof typeof KINDS];
};

const found = manifests();
const only = <Kind>(kind: string) => found.find(({ document }) => document.kind === kind)?.document as Kind;
const set = only<IStatefulSet>('StatefulSet');
const service = only<IService>('Service');
const [container] = set.spec?.template.spec?.containers ?? [];

/** The compiler's complaints of documents as values of their types: the schemas let unknown words pass, it does not. */
function complaints(documents: readonly Manifest[]): string {
  const folder = join(ROOT, '.build', `manifests-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const lines = documents.map(
      (document, index) =>
        `export const d${index}: import('kubernetes-models/${kindOf(document).module}').I${document.kind} = ${JSON.stringify(document)};`,
    );
    writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--ignoreConfig',
      '--types',
      'node',
    ];
    const { stdout } = spawnSync(
      join(ROOT, 'node_modules', '.bin', 'tsc'),
      [...options, join(folder, 'manifests.ts')],
      {
        encoding: 'utf8',
        cwd: ROOT,
      },
    );
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const { file, document } of found) {
  test(`kubernetes: ${file} fits the schema of its kind`, () => {
    kindOf(document).check(document);
  });
}

test('kubernetes: no manifest has a word that its kind does not know', () => {
  const documents = found.map(({ document }) => document);
  assert.equal(complaints(documents), '');
  const [wrong] = documents.filter(({ kind }) => kind === 'Service').map((one) => ({ ...one, specc: {} }));
  assert.match(complaints(wrong === undefined ? [] : [wrong]), /specc/);
});

test('kubernetes: kustomize takes every manifest', () => {
  const { resources, images } = parse(deployText('kubernetes', 'kustomization.yaml')) as {
    resources: string[];
    images: { name: string }[];
  };
  const files = readdirSync(join(DEPLOY, 'kubernetes')).filter((file) => file !== 'kustomization.yaml');
  assert.deepEqual(resources.sort(), files.sort());
  assert.deepEqual(
    images.map(({ name }) => name),
    [container?.image],
  );
});

test('kubernetes: the service without an address lists the pods of the set from their first moment', () => {
  assert.equal(service.spec?.clusterIP, 'None');
  assert.equal(service.spec?.publishNotReadyAddresses, true);
  assert.equal(set.spec?.serviceName, service.metadata?.name);
  assert.deepEqual(service.spec?.selector, set.spec?.selector.matchLabels);
  assert.deepEqual(service.spec?.selector, set.spec?.template.metadata?.labels);
  const bootstrap = container?.args?.[container.args.indexOf('--bootstrap') + 1];
  assert.equal(bootstrap, `dns:${service.metadata?.name}.$(NAMESPACE).svc.cluster.local:5999`);
});

test('kubernetes: what is scraped and asked is the port of the metrics', () => {
  const port = container?.ports?.find(({ name }) => name === 'metrics')?.containerPort;
  const { annotations = {} } = set.spec?.template.metadata ?? {};
  assert.equal(annotations['prometheus.io/port'], String(port));
  assert.equal(annotations['prometheus.io/scrape'], 'true');
  assert.equal(container?.args?.[container.args.indexOf('--metrics') + 1], `0.0.0.0:${port}`);
  for (const probe of [container?.readinessProbe, container?.livenessProbe])
    assert.deepEqual([probe?.httpGet?.path, probe?.httpGet?.port], ['/health', 'metrics']);
});

test('kubernetes: a pod runs as the user of the image, and has the time that a clean stop takes', () => {
  const user = dockerStages()
    .at(-1)
    ?.find((instruction) => instruction.getKeyword() === 'USER')
    ?.getArgumentsContent();
  const { securityContext, terminationGracePeriodSeconds } = set.spec?.template.spec ?? {};
  assert.equal(`${securityContext?.runAsUser}:${securityContext?.runAsGroup}`, user);
  assert.equal(securityContext?.runAsNonRoot, true);
  assert.equal(container?.securityContext?.readOnlyRootFilesystem, true);
  assert.ok((terminationGracePeriodSeconds ?? 0) > 2);
});
