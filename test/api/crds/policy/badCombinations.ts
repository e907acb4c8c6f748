import { reservedWords } from '../../../../crds/policy/names.ts';
import type { Base } from './policies.ts';

/** What a rule in CEL refuses of a Policy, each with its good twin. */

/** Every change together makes the Policy bad; `good` replaces some of them and makes it good. */
interface BadCombination {
  /** The message of the rule, as the schema has it. */
  readonly rule: string;
  readonly base: Base;
  readonly bad: Readonly<Record<string, unknown>>;
  readonly good: Readonly<Record<string, unknown>>;
  /** The field that the answer names. */
  readonly blames: string;
}

const field = (
  rule: string,
  at: string,
  bad: unknown,
  good: unknown,
  blames = at,
  base: Base = 'workloads',
): BadCombination => ({ rule, base, bad: { [at]: bad }, good: { [at]: good }, blames });

const oneMatch = 'give exactly one of workloads: true and resources';
const pods = [{ apiGroups: [''], resources: ['pods'] }];

const matches: readonly BadCombination[] = [
  field(oneMatch, 'spec.match', {}, { workloads: true }),
  field(oneMatch, 'spec.match', { workloads: false }, { workloads: false, resources: pods }),
  field(oneMatch, 'spec.match', { workloads: true, resources: pods }, { resources: pods }),
  field(oneMatch, 'spec.match', { projects: ['shop'] }, { projects: ['shop'], workloads: true }),
];

const alone = (name: string) => `${name}: an asterisk stands for everything: give it alone`;
const at = 'spec.match.resources[0]';
const ofResource = (rule: string, name: string, bad: unknown, good: unknown) =>
  field(rule, `${at}.${name}`, bad, good, `${at}.${name}`, 'resources');
const besides = 'resources: with * only subresources can be named besides';
const withName = 'resources: with name/* no other subresource of it can be named';
const withSubresource = 'resources: with */name no other resource with that subresource can be named';
const lockedOut =
  'no Policy guards Policies: a mistake in one could then never be corrected. Use RBAC to say who may write them';

const resources: readonly BadCombination[] = [
  ofResource(alone('apiGroups'), 'apiGroups', ['*', 'apps'], ['*']),
  ofResource(alone('apiVersions'), 'apiVersions', ['v1', '*'], ['*']),
  ofResource(alone('resources'), 'resources', ['*/*', 'pods'], ['*/*']),
  ofResource(besides, 'resources', ['*', 'pods'], ['*', 'pods/exec']),
  ofResource(besides, 'resources', ['pods', '*', 'pods/exec'], ['*']),
  ofResource(withName, 'resources', ['pods/*', 'pods/exec'], ['pods/*', 'pods', 'jobs/status']),
  ofResource(withName, 'resources', ['pods/log', 'pods/*'], ['pods/log', 'podtemplates/*']),
  ofResource(withSubresource, 'resources', ['*/scale', 'deployments/scale'], ['*/scale', 'pods/status']),
  ofResource(withSubresource, 'resources', ['jobs/status', '*/status'], ['*/status']),
  ofResource(
    'the API server never asks policies about admissionregistration.k8s.io: such a rule would never hold anything up',
    'apiGroups',
    ['apps', 'admissionregistration.k8s.io'],
    ['apps'],
  ),
  ...['policies', 'policies/status'].map((resource) => ({
    rule: lockedOut,
    base: 'resources' as const,
    bad: { [`${at}.apiGroups`]: ['mainstay.dev'], [`${at}.resources`]: ['projects', resource] },
    good: { [`${at}.resources`]: ['projects'] },
    blames: `${at}.resources`,
  })),
];

const nothing =
  'name something: with no projects, environments, namespaces, kinds, names or selectors, everything would be left out';
const emptySelector = 'an empty selector selects everything: leave it out, or give matchLabels';
const valuesFit = 'values are required for In and NotIn, and only for them';
const labelKey =
  'a key of matchLabels is no label: an optional DNS name and /, then up to 63 letters, digits, -, _ or .';
const expressions = 'spec.match.objectSelector.matchExpressions';
const team = { matchLabels: { team: 'a' } };

const scopes: readonly BadCombination[] = [
  field(nothing, 'spec.match.exclude[0]', {}, { kinds: ['Job'] }),
  field(nothing, 'spec.exceptions[0].match', {}, { projects: ['shop'] }),
  field(nothing, 'spec.exceptions[0].match', {}, { environments: ['dev'] }),
  field(nothing, 'spec.exceptions[0].match', {}, { names: ['batch'] }),
  field(nothing, 'spec.exceptions[0].match', {}, { namespaceSelector: team }),
  field(nothing, 'spec.exceptions[0].match', {}, { objectSelector: team }),
  field(emptySelector, 'spec.match.namespaceSelector', {}, team),
  field(emptySelector, 'spec.match.objectSelector', { matchLabels: {} }, team),
  field(
    emptySelector,
    'spec.exceptions[0].match',
    { objectSelector: { matchExpressions: [] } },
    { objectSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
    'spec.exceptions[0].match.objectSelector',
  ),
  field(
    valuesFit,
    expressions,
    [{ key: 'a', operator: 'In' }],
    [{ key: 'a', operator: 'In', values: ['b'] }],
    `${expressions}[0].values`,
  ),
  field(
    valuesFit,
    expressions,
    [{ key: 'a', operator: 'DoesNotExist', values: ['b'] }],
    [{ key: 'a', operator: 'DoesNotExist' }],
    `${expressions}[0].values`,
  ),
  field(labelKey, 'spec.match.objectSelector.matchLabels', { 'a b': 'x' }, { 'a.b/c': 'x' }),
];

const isDuration = 'a duration is a number and its unit (h, m, s or ms), as in 30s, 5m or 1h30m';
const goesUp = 'promotion goes up: from Audit to Warn or Deny, from Warn to Deny';
const promoted = (from: string, to: string) => ({
  'spec.enforcement': from,
  'spec.promotion': { to, afterCleanFor: '1h' },
});
const whyRefused = 'a rule needs message or messageExpression: whoever is refused must learn why';
const form = (type: string, name: string) => `${name} is required for patchType ${type}, and only for it`;
const mutation = 'spec.fix.mutations[0]';
const patch = { expression: '[]' };
const apply = { expression: 'Object{}' };

const others: readonly BadCombination[] = [
  field(isDuration, 'spec.promotion.afterCleanFor', '1 day', '24h'),
  {
    rule: goesUp,
    base: 'workloads',
    bad: promoted('Deny', 'Deny'),
    good: promoted('Warn', 'Deny'),
    blames: 'spec.promotion',
  },
  {
    rule: goesUp,
    base: 'workloads',
    bad: promoted('Deny', 'Warn'),
    good: promoted('Audit', 'Warn'),
    blames: 'spec.promotion',
  },
  {
    rule: goesUp,
    base: 'workloads',
    bad: promoted('Warn', 'Warn'),
    good: promoted('Audit', 'Deny'),
    blames: 'spec.promotion',
  },
  field(whyRefused, 'spec.rules[0].message', undefined, 'why', 'spec.rules[0]'),
  field(whyRefused, 'spec.rules[1].messageExpression', undefined, "'why'", 'spec.rules[1]'),
  ...reservedWords.map((word) =>
    field('this word is one of CEL itself: take another name', 'spec.variables[0].name', word, `${word}s`),
  ),
  field(
    form('ApplyConfiguration', 'applyConfiguration'),
    mutation,
    { patchType: 'ApplyConfiguration' },
    { patchType: 'ApplyConfiguration', applyConfiguration: apply },
    `${mutation}.applyConfiguration`,
  ),
  field(
    form('ApplyConfiguration', 'applyConfiguration'),
    mutation,
    { patchType: 'JSONPatch', jsonPatch: patch, applyConfiguration: apply },
    { patchType: 'JSONPatch', jsonPatch: patch },
    `${mutation}.applyConfiguration`,
  ),
  field(
    form('JSONPatch', 'jsonPatch'),
    mutation,
    { patchType: 'JSONPatch' },
    { patchType: 'JSONPatch', jsonPatch: patch },
    `${mutation}.jsonPatch`,
  ),
  field(
    form('JSONPatch', 'jsonPatch'),
    mutation,
    { patchType: 'ApplyConfiguration', jsonPatch: patch, applyConfiguration: apply },
    { patchType: 'ApplyConfiguration', applyConfiguration: apply },
    `${mutation}.jsonPatch`,
  ),
];

export const badCombinations: readonly BadCombination[] = [...matches, ...resources, ...scopes, ...others];
