import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Candidate, Facts } from '../../controllers/policy/compile/index.ts';
import { policySpec } from '../../crds/policy/schema.ts';

/** Pod Security Standards, restricted: what baseline asks for as well. */
const folders = ['baseline', 'restricted'];

/** The Policies of the restricted standard, as they are shipped. */
export function restrictedPack(root: string): readonly Candidate[] {
  return folders.flatMap((folder) => {
    const directory = join(root, 'policies/pod-security', folder);
    return readdirSync(directory)
      .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
      .toSorted()
      .map((file) => candidateIn(readFileSync(join(directory, file), 'utf8')));
  });
}

function candidateIn(text: string): Candidate {
  const { metadata, spec } = parse(text) as {
    readonly metadata: { readonly name: string };
    readonly spec: unknown;
  };
  const policy = policySpec.parse(spec);
  return { name: metadata.name, spec: policy, enforcement: policy.enforcement, proven: true };
}

/** A newest server that holds no Projects. */
export function benchFacts(): Facts {
  return { environments: [], server: { minor: 36, validating: true, mutating: true }, now: Date.now() };
}
