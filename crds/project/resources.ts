import * as z from 'zod';
import { kubernetes, type Rule } from '../structural/metadata.ts';

/** Amounts of resources: what a quota counts, and what a container asks for. */

const quantity = z
  .string()
  .max(24)
  .regex(/^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$/)
  .describe(
    'A quantity that is not negative, as Kubernetes writes it: "2", "500m", "1.5", "64Gi", "1e3". In quotes.',
  );

/** Names of resources that a ResourceQuota counts; it accepts others, and silently never enforces them. */
const countable = [
  '(requests[.]|limits[.])?(cpu|memory|ephemeral-storage)',
  '(requests[.])?hugepages-[0-9]+[KMGTPE]?i?',
  'requests[.]storage',
  'pods|secrets|configmaps|persistentvolumeclaims|replicationcontrollers|resourcequotas',
  'services([.]loadbalancers|[.]nodeports)?',
  'count/[a-z0-9][-a-z0-9.]*',
  'requests[.][a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9_.]*',
  '[a-z0-9][-a-z0-9.]*[.]k8s[.]io/[A-Za-z0-9][-A-Za-z0-9_.]*',
].join('|');

/** Of these, those that are amounts; the others are numbers of objects. */
const divisible =
  '^((requests[.]|limits[.])?(cpu|memory|ephemeral-storage)|(requests[.])?hugepages-.*|(.*/)?requests[.]storage)$';

/** Names of resources that a container asks for. */
const requestable = [
  'cpu|memory|ephemeral-storage',
  'hugepages-[0-9]+[KMGTPE]?i?',
  '[a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9_.]*',
].join('|');

const maxResources = 32;

const hard = z.record(z.string(), quantity);

/** Hard limits by the names that a ResourceQuota knows. */
export function quotaHard(description: string) {
  return hard.describe(description).register(kubernetes, {
    minProperties: 1,
    maxProperties: maxResources,
    rules: [
      namesMatch(
        countable,
        'is no resource that a quota counts',
        'for example cpu, limits.memory, pods, count/jobs.batch, requests.nvidia.com/gpu',
      ),
      {
        rule: `self.all(name, name.matches('${divisible}') || quantity(self[name]).isInteger())`,
        message: 'objects are counted in whole numbers',
        messageExpression: `'objects are counted in whole numbers: %s'.format([self.filter(name, !name.matches('${divisible}') && !quantity(self[name]).isInteger())])`,
      },
    ],
  });
}

/** What Kubernetes demands of a LimitRange: in each pair the first is not above the second. */
export const limitPairs = [
  ['min', 'defaultRequest'],
  ['min', 'default'],
  ['min', 'max'],
  ['defaultRequest', 'default'],
  ['defaultRequest', 'max'],
  ['default', 'max'],
] as const;

const containerAmounts = (description: string) =>
  z
    .record(z.string(), quantity)
    .describe(description)
    .register(kubernetes, {
      minProperties: 1,
      maxProperties: 16,
      rules: [
        namesMatch(
          requestable,
          'is no resource of a container',
          'for example cpu, memory, ephemeral-storage, nvidia.com/gpu',
        ),
      ],
    });

/** What a LimitRange does to every container of an environment. */
export const limits = z
  .strictObject({
    default: containerAmounts(
      'Limits that a container gets when it states none, for example `{cpu: 500m, memory: 512Mi}`. With a quota on `limits.*`, without this, a pod that states no limits is refused.',
    ).optional(),
    defaultRequest: containerAmounts(
      'Requests that a container gets when it states none. Where this is not given, Kubernetes takes `default`.',
    ).optional(),
    min: containerAmounts('The least that a container may request; a pod below it is refused.').optional(),
    max: containerAmounts(
      'The most that a container may have as its limit; a pod above it is refused.',
    ).optional(),
    maxLimitRequestRatio: containerAmounts(
      'How many times its request a container\'s limit may be, for example `{cpu: "4"}`. At least 1.',
    ).optional(),
  })
  .describe(
    'Defaults and bounds for the resources of each container, kept as a LimitRange in every environment. They apply to pods made from then on; running pods are left alone.',
  )
  .register(kubernetes, {
    minProperties: 1,
    rules: [
      ...limitPairs.map(([lower, upper]) => notAbove(lower, upper)),
      {
        rule: `!has(self.maxLimitRequestRatio) || self.maxLimitRequestRatio.all(name, quantity(self.maxLimitRequestRatio[name]).compareTo(quantity('1')) >= 0)`,
        message: 'a limit is never below its request: maxLimitRequestRatio must be at least 1',
        fieldPath: '.maxLimitRequestRatio',
      },
      {
        rule: `!has(self.maxLimitRequestRatio) || !has(self.min) || !has(self.max) || self.maxLimitRequestRatio.all(name, !(name in self.min) || !(name in self.max) || quantity(self.maxLimitRequestRatio[name]).asApproximateFloat() * quantity(self.min[name]).asApproximateFloat() <= quantity(self.max[name]).asApproximateFloat())`,
        message: 'maxLimitRequestRatio must not be above max divided by min, which can never be reached',
        fieldPath: '.maxLimitRequestRatio',
      },
    ],
  });

/** Every name of the map is one of these; the message lists those that are not. */
function namesMatch(names: string, what: string, examples: string): Rule {
  const matches = `name.matches('^(${names})$')`;
  return {
    rule: `self.all(name, ${matches})`,
    message: `a name in the map ${what}; ${examples}`,
    messageExpression: `'%s ${what}; ${examples}'.format([self.filter(name, !${matches})])`,
  };
}

/** For each resource that both name, the lower is not above the upper. */
function notAbove(lower: string, upper: string): Rule {
  const above = `(name in self.${upper}) && quantity(self.${lower}[name]).isGreaterThan(quantity(self.${upper}[name]))`;
  return {
    rule: `!has(self.${lower}) || !has(self.${upper}) || !self.${lower}.exists(name, ${above})`,
    message: `${lower} must not be above ${upper}`,
    messageExpression: `'${lower} must not be above ${upper}: %s'.format([self.${lower}.filter(name, ${above})])`,
    fieldPath: `.${lower}`,
  };
}
