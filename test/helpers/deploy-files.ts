/** The files below deploy/, read: their text, and what they hold of the Dockerfile and of manifests, come out. It judges nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Instruction, type JSONInstruction } from 'dockerfile-ast';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './program.ts';

export const DEPLOY: string = join(ROOT, 'deploy');

export const deployText = (...path: readonly string[]): string => readFileSync(join(DEPLOY, ...path), 'utf8');

/** What Kubernetes is told, without the list of the files themselves. */
export function manifests(): { readonly file: string; readonly document: Manifest }[] {
  return readdirSync(join(DEPLOY, 'kubernetes'))
    .filter((file) => file !== 'kustomization.yaml')
    .flatMap((file) =>
      parseAllDocuments(deployText('kubernetes', file)).map((document) => {
        if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join(', ')}`);
        return { file, document: document.toJS() as Manifest };
      }),
    );
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The instructions of each stage, from its FROM on. */
export function dockerStages(): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of DockerfileParser.parse(deployText('Dockerfile')).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  return stages;
}

/** The words of an instruction such as CMD ["a", "b"]. */
export const jsonWords = (instruction: Instruction | undefined): string[] =>
  (instruction as JSONInstruction | undefined)?.getJSONStrings().map((word) => JSON.parse(word.getValue()) as string) ??
  [];

/** Those of the image. */
export const imageWords = (keyword: string): string[] =>
  jsonWords(
    dockerStages()
      .at(-1)
      ?.find((instruction) => instruction.getKeyword() === keyword),
  );
