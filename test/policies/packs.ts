/** The packs in `policies/`: every Policy with its cases. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { type PolicySpec, policySpec } from '../../crds/policy/schema.ts';
import { dnsLabelPattern } from '../../crds/structural/identifiers.ts';

export interface PackPolicy {
  /** Below `policies/`. */
  readonly file: string;
  readonly name: string;
  readonly spec: PolicySpec;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly name: string;
  readonly object: Manifest;
  readonly namespace: Manifest | undefined;
  /** What each rule comes to. */
  readonly expected: Outcome;
}

export type Result = z.infer<typeof result>;

/** What each rule that has a verdict comes to; or that nothing is judged. */
export type Outcome = Readonly<Record<string, Result>> | 'notMatched';

export type Manifest = z.infer<typeof manifest>;

const root = fileURLToPath(new URL('../../policies', import.meta.url));

const result = z.enum(['pass', 'fail', 'skip', 'error']);

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
  }),
});

const policyFile = z.strictObject({
  apiVersion: z.literal('mainstay.dev/v1alpha1'),
  kind: z.literal('Policy'),
  metadata: z.strictObject({ name: z.string().max(63).regex(new RegExp(dnsLabelPattern)) }),
  spec: policySpec,
});

const caseFile = z.strictObject({
  policy: z.string(),
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        object: manifest,
        namespace: z.looseObject({ metadata: z.looseObject({ name: z.string() }) }).optional(),
        expect: z.union([result, z.literal('notMatched'), z.record(z.string(), result)]),
      }),
    )
    .min(1),
});

/** In the order of their files. What frameworks ask for is data, and no Policy. */
export function packPolicies(): readonly PackPolicy[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
    .filter((file) => !file.startsWith('frameworks/'))
    .toSorted()
    .map(packPolicy);
}

function packPolicy(file: string): PackPolicy {
  const { metadata, spec } = policyFile.parse(parse(readFileSync(join(root, file), 'utf8')));
  const cases = file.replace(/\.yaml$/, '.cases.yaml');
  const given = caseFile.parse(parse(readFileSync(join(root, cases), 'utf8')));
  if (join(dirname(file), given.policy) !== relative('.', file)) {
    throw new Error(`${cases} is of ${given.policy}, and not of ${basename(file)}`);
  }
  return {
    file,
    name: metadata.name,
    spec,
    cases: given.cases.map(({ name, object, namespace, expect }) => ({
      name,
      object,
      namespace: namespace === undefined ? undefined : { apiVersion: 'v1', kind: 'Namespace', ...namespace },
      expected: expectedOf(expect, spec),
    })),
  };
}

/** One word is about every rule. */
function expectedOf(expect: z.infer<typeof caseFile>['cases'][number]['expect'], spec: PolicySpec): Outcome {
  if (expect === 'notMatched') return expect;
  if (typeof expect === 'object') return expect;
  return Object.fromEntries(spec.rules.map(({ name }) => [name, expect]));
}
