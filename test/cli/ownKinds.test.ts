import { describe, expect, it } from 'vitest';
import { Kinds } from '../../cli/kinds.ts';
import { defaulted, type Problem } from '../../controllers/policy/defaulting/index.ts';
import { badCombinations } from '../api/crds/badCombinations.ts';
import { type BadField, badFields } from '../api/crds/badFields.ts';
import { badCombinations as badDeployments } from '../api/crds/deployment/badCombinations.ts';
import { badFields as badDeploymentFields, badTemplates } from '../api/crds/deployment/badFields.ts';
import { baseOf as deploymentBaseOf, deploymentWith } from '../api/crds/deployment/deployments.ts';
import { badCombinations as badPolicies } from '../api/crds/policy/badCombinations.ts';
import { badFields as badPolicyFields } from '../api/crds/policy/badFields.ts';
import { baseOf as policyBaseOf, policyWith } from '../api/crds/policy/policies.ts';
import { projectWith } from '../api/crds/projects.ts';

/**
 * What the API server refuses of Mainstay's own kinds, without one: the very tables that are tried on it (`test/api/crds/`),
 * each bad value with the same field and message, and each good twin taken.
 */

describe('a Project', () => {
  const problems = problemsOf('Project');
  it.for(badFields)('%s %s', ([by, at, bad, good, blames = at]) => {
    expectField(problems(projectWith({ [at]: bad })), by, blames);
    expect(problems(projectWith({ [at]: good }))).toEqual([]);
  });
  it.for(badCombinations)('$blames: $rule $bad', ({ rule, bad, good, blames, says = rule }) => {
    expectRule(problems(projectWith(bad)), blames, says);
    expect(problems(projectWith({ ...bad, ...good }))).toEqual([]);
  });
});

describe('a Deployment', () => {
  const problems = problemsOf('Deployment');
  it.for([...badDeploymentFields, ...badTemplates])('%s %s', ([by, at, bad, good, blames = at]) => {
    expectField(problems(deploymentWith({ [at]: bad }, deploymentBaseOf(at))), by, blames);
    expect(problems(deploymentWith({ [at]: good }, deploymentBaseOf(at)))).toEqual([]);
  });
  it.for(badDeployments)('$blames: $rule $bad', ({ rule, base, bad, good, blames, says = rule }) => {
    expectRule(problems(deploymentWith(bad, base)), blames, says);
    expect(problems(deploymentWith({ ...bad, ...good }, base))).toEqual([]);
  });
});

describe('a Policy', () => {
  const problems = problemsOf('Policy');
  it.for(badPolicyFields)('%s %s', ([by, at, bad, good, blames = at]) => {
    expectField(problems(policyWith({ [at]: bad }, policyBaseOf(at))), by, blames);
    expect(problems(policyWith({ [at]: good }, policyBaseOf(at)))).toEqual([]);
  });
  it.for(badPolicies)('$blames: $rule $bad', ({ rule, base, bad, good, blames }) => {
    expectRule(problems(policyWith(bad, base)), blames, rule);
    expect(problems(policyWith({ ...bad, ...good }, base))).toEqual([]);
  });
});

function problemsOf(kind: string): (manifest: object) => readonly Problem[] {
  const { custom } = new Kinds([]).of({ apiVersion: 'mainstay.dev/v1alpha1', kind, object: {} });
  return (manifest) => defaulted({ kind, ...manifest }, custom).problems;
}

function expectField(problems: readonly Problem[], by: BadField[0], at: string): void {
  const steps = stepsOf(at);
  const said = problems.map(({ place, message, weight }) => `${place.join('.')} ${weight} ${message}`);
  if (by === 'required') {
    expect(said).toContain(`${steps.slice(0, -1).join('.')} Refused ${steps.at(-1)} is required`);
  } else if (by === 'unknown') {
    expect(said).toContain(`${steps.join('.')} Dropped is no field that the kind has`);
  } else {
    expect(said).toContainEqual(
      expect.stringMatching(new RegExp(`^${RegExp.escape(steps.join('.'))} Refused `)),
    );
  }
}

function expectRule(problems: readonly Problem[], at: string, says: string): void {
  const said = problems.map(({ place, message }) => [place.join('.'), message]);
  expect(said).toContainEqual([stepsOf(at).join('.'), expect.stringContaining(says)]);
  expect(new Set(problems.map(({ message }) => message)).size, 'no other rule complains').toBe(1);
}

/** Of `spec.quota.hard["requests.cpu"]`, as the tables write it, or `spec.owners[0].name`. */
function stepsOf(path: string): readonly string[] {
  return [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain ?? '',
  );
}
