/**
 * Writes the schema of a pod template, `node crds/deployment/podTemplate/generate.ts v1.36.3`, from the OpenAPI document
 * that Kubernetes' Go module of that version holds. Without a version: that of the file that is there. With `--check` it
 * writes nothing, and exits with 1 where the file is another.
 *
 * It is not part of `npm run generate`, since it needs Go and the module, some 60 MB from the module proxy. Tests compare
 * the file with what the API server itself serves.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { builtinSchema } from '../../structural/builtinSchema.ts';
import type { StructuralSchema } from '../../structural/openApi.ts';
import { kubernetesVersion } from '../generated/podTemplate.ts';

/** What `apps/v1` calls a template. */
export function podTemplateSchemaOf(openApiOfApps: unknown): StructuralSchema {
  return builtinSchema(openApiOfApps, 'io.k8s.api.core.v1.PodTemplateSpec');
}

const file = fileURLToPath(new URL('../generated/podTemplate.ts', import.meta.url));

function contentOf(version: string, openApiOfApps: unknown): string {
  return [
    `// Written by crds/deployment/podTemplate/generate.ts from the OpenAPI document of Kubernetes ${version}. Do not edit.`,
    `import type { StructuralSchema } from '../../structural/openApi.ts';`,
    '',
    `export const kubernetesVersion = ${JSON.stringify(version)};`,
    '',
    `export const podTemplateSchema: StructuralSchema = ${JSON.stringify(podTemplateSchemaOf(openApiOfApps), undefined, 1)};`,
    '',
  ].join('\n');
}

/** Where the module lies; Go downloads it once, and proves it by its checksum database. */
function moduleFolder(version: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], {
    encoding: 'utf8',
    env: { ...process.env, GO111MODULE: 'on', GOFLAGS: '-mod=mod' },
  });
  return z.object({ Dir: z.string() }).parse(JSON.parse(answer)).Dir;
}

function main(): void {
  const version = process.argv.slice(2).find((word) => word.startsWith('v')) ?? kubernetesVersion;
  const document = join(moduleFolder(version), 'api/openapi-spec/v3/apis__apps__v1_openapi.json');
  const content = contentOf(version, JSON.parse(readFileSync(document, 'utf8')));
  if (!process.argv.includes('--check')) {
    writeFileSync(file, content);
  } else if (readFileSync(file, 'utf8') !== content) {
    console.error(
      'crds/deployment/generated/podTemplate.ts is stale: run crds/deployment/podTemplate/generate.ts',
    );
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
