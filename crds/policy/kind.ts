import { group, version } from '../group.ts';
import type { Kind } from '../structural/customResourceDefinition.ts';
import { dnsLabelPattern } from '../structural/identifiers.ts';
import { policySpec } from './schema.ts';
import { policyStatus } from './status.ts';

/** The kind `Policy`: cluster-scoped, `mpolicy` or `mpol` for short, since others call theirs `policy` as well. */
export const policyKind: Kind = {
  group,
  version,
  kind: 'Policy',
  plural: 'policies',
  singular: 'policy',
  shortNames: ['mpolicy', 'mpol'],
  categories: ['mainstay'],
  scope: 'Cluster',
  description:
    'A Policy says what must be so of objects, in CEL. The API server itself judges requests by it, with no webhook in their way; the operator reports what is there and violates it, and can make it good.',
  name: { maxLength: 63, pattern: dnsLabelPattern },
  spec: policySpec,
  status: policyStatus,
  columns: [
    {
      name: 'Enforcement',
      type: 'string',
      jsonPath: '.status.enforcement',
      description: 'What becomes now of a request that violates it.',
    },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether it is in force as the spec says, and all objects have been looked at.',
    },
    {
      name: 'Fail',
      type: 'integer',
      jsonPath: '.status.counts.fail',
      description: 'Verdicts that are bad.',
    },
    {
      name: 'Pass',
      type: 'integer',
      jsonPath: '.status.counts.pass',
      description: 'Verdicts that are good.',
    },
    {
      name: 'Skip',
      type: 'integer',
      jsonPath: '.status.counts.skip',
      description: 'Bad verdicts that an exception hides.',
    },
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
      description: 'Why it is or is not ready.',
    },
    {
      name: 'Age',
      type: 'date',
      jsonPath: '.metadata.creationTimestamp',
      description: 'Since when it exists.',
    },
  ],
};
