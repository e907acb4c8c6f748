import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { UsageError } from './commandLine.ts';
import { isObject } from './manifests.ts';
import type { ControlStanding, FrameworkStanding, PolicyFacts, Result } from './report.ts';

/** What a framework asks for, as `policies/frameworks/` says it. */
export interface Framework {
  readonly name: string;
  readonly title: string;
  readonly controls: readonly Control[];
}

interface Control {
  readonly id: string;
  readonly title: string;
  /** That check it; none where no Policy can. */
  readonly policies: readonly string[];
  /** What these do not see of it, or why none can check it. */
  readonly limits: string | undefined;
}

/** @throws UsageError naming those that there are */
export function frameworkCalled(name: string): Framework {
  const found = all().find((framework) => framework.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const names = all().map((framework) => framework.name);
  throw new UsageError(`There is no framework ${name}, but ${names.join(', ')}.`);
}

/** The files of the Policies that check it. */
export function policiesFor({ controls }: Framework): readonly string[] {
  const names = new Set(controls.flatMap(({ policies }) => policies));
  return readdirSync(packs, { recursive: true, encoding: 'utf8' })
    .filter((file) => names.has(basename(file, '.yaml')))
    .toSorted()
    .map((file) => join(packs, file));
}

/**
 * How what was judged stands with each control: by the Policies that the framework names, and by any other that says that
 * it checks it.
 */
export function standingOf(
  { name, title, controls }: Framework,
  policies: readonly PolicyFacts[],
  results: readonly Result[],
): FrameworkStanding {
  return {
    name,
    title,
    controls: controls.map((control) => {
      const checks = (policy: PolicyFacts) =>
        control.policies.includes(policy.name) ||
        policy.controls.some(({ framework, id }) => framework === name && id === control.id);
      const checking = policies.filter(checks).map((policy) => policy.name);
      const own = results.filter(({ policy }) => checking.includes(policy.name));
      return {
        id: control.id,
        title: control.title,
        policies: checking,
        ...verdictOn(control, checking, own),
      };
    }),
  };
}

function verdictOn(
  { limits }: Control,
  checking: readonly string[],
  results: readonly Result[],
): Pick<ControlStanding, 'result' | 'violations' | 'why'> {
  const number = (verdict: Result['verdict']) => results.filter((one) => one.verdict === verdict).length;
  const violations = number('fail');
  if (violations > 0) return { result: 'fail', violations, why: undefined };
  const unchecked = (why: string | undefined) => ({ result: 'notChecked' as const, violations, why });
  if (checking.length === 0) return unchecked(limits ?? 'none of its Policies can judge');
  if (number('error') > 0) return unchecked('an object could not be judged');
  if (results.length === 0) return unchecked('nothing here is what its Policies are about');
  const excepted = number('skip');
  const hidden = excepted > 0 ? `${excepted} hidden by exceptions` : undefined;
  return {
    result: 'pass',
    violations,
    why: [hidden, limits].filter((one) => one !== undefined).join('; ') || undefined,
  };
}

const packs = fileURLToPath(new URL('../policies', import.meta.url));

function all(): readonly Framework[] {
  const folder = join(packs, 'frameworks');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => frameworkOf(parse(readFileSync(join(folder, file), 'utf8'))));
}

/** A test says what these files hold. */
function frameworkOf(data: unknown): Framework {
  const { framework, title, controls } = isObject(data) ? data : {};
  return {
    name: String(framework),
    title: String(title),
    controls: (Array.isArray(controls) ? controls : []).filter(isObject).map((control) => ({
      id: String(control.id),
      title: String(control.title),
      policies: Array.isArray(control.policies) ? control.policies.map(String) : [],
      limits: limitsOf(control.partly ?? control.cannot),
    })),
  };
}

function limitsOf(said: unknown): string | undefined {
  return typeof said === 'string' ? said : undefined;
}
