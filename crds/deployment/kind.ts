import { group, version } from '../group.ts';
import type { Kind } from '../structural/customResourceDefinition.ts';
import { dnsSubdomainPattern } from '../structural/identifiers.ts';
import { deploymentAdmission } from './admission.ts';
import { requestVerbs } from './names.ts';
import { deploymentSpec } from './schema.ts';
import { deploymentStatus } from './status.ts';

/** A Service's name has at most 63 characters, of which a revision's hash and its dash take 11. */
const serviceNamePattern = '^[a-z][-a-z0-9]{0,51}$';

/** The kind `Deployment`: namespaced, `mdeploy` or `mdep` for short, since `deploy` goes on meaning that of `apps/v1`. */
export const deploymentKind: Kind = {
  group,
  version,
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['mdeploy', 'mdep'],
  categories: ['mainstay'],
  scope: 'Namespaced',
  description:
    'A Deployment runs pods and rolls changes of them out: all at once as `apps/v1` does, or step by step on real traffic, with a way back. A manifest of `apps/v1` whose `apiVersion` alone is changed is valid, and means the same.',
  name: { maxLength: 253, pattern: dnsSubdomainPattern },
  spec: deploymentSpec,
  status: deploymentStatus,
  rules: [
    {
      rule: `!has(self.spec.traffic) || self.metadata.name.matches('${serviceNamePattern}')`,
      message:
        'with traffic, the name becomes the beginning of names of Services: a letter, then at most 51 lower-case letters, digits and -',
      fieldPath: '.spec.traffic',
    },
  ],
  columns: [
    {
      name: 'Phase',
      type: 'string',
      jsonPath: '.status.phase',
      description: 'Where it is: on its way, or at which end.',
    },
    {
      name: 'Step',
      type: 'string',
      jsonPath: '.status.step.text',
      description: 'The step of the rollout, of all.',
    },
    {
      name: 'Weight',
      type: 'integer',
      jsonPath: '.status.weight.verified',
      description: 'Percent of the traffic that the new revision is known to have.',
    },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.ready',
      description: 'Pods that are ready, of those wished for.',
    },
    {
      name: 'Revision',
      type: 'integer',
      jsonPath: '.status.revision',
      description: 'The number of the revision that the spec asks for, which a request names.',
    },
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.message',
      description: 'Why it is there, and what to do next.',
    },
    {
      name: 'Age',
      type: 'date',
      jsonPath: '.metadata.creationTimestamp',
      description: 'Since when it exists.',
    },
  ],
  verbs: [...new Set(Object.values(requestVerbs))],
  admission: deploymentAdmission,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
};
