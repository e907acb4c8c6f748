import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { aCandidate, aRule, ofKind, someFacts, validatingOf } from './builders.ts';
import { type Candidate, type CompiledObject, compile } from './index.ts';
import { overlap, transition } from './transition.ts';

vi.setConfig({ testTimeout: 60_000 });

const expressions = [
  'podSpec.hostNetwork != true',
  "podSpec.containers.all(c, c.image.startsWith('a'))",
  'podSpec.containers.all(c, c.env.all(e, e.name != ""))',
  'variables.images.all(i, i in params.images)',
  "object.metadata.labels['app'] != ''",
  "request.userInfo.username != 'me'",
] as const;

const spec = fc.record({
  enforcement: fc.constantFrom('Audit' as const, 'Warn' as const, 'Deny' as const),
  match: fc.record({
    workloads: fc.constant(true),
    namespaces: fc.constantFrom(undefined, ['a'], ['a', 'b'], ['b', 'a']),
    exclude: fc.constantFrom(
      undefined,
      [{ kinds: ['Job'] }],
      [{ namespaceSelector: { matchLabels: { a: 'b' } } }],
    ),
  }),
  exceptions: fc.constantFrom(
    undefined,
    [{ name: 'e', match: { names: ['x-*'] }, reason: 'why' }],
    [{ name: 'e', match: { names: ['x-*'] }, reason: 'why', expires: '2027-06-01' }],
  ),
  rules: fc.uniqueArray(fc.constantFrom(...expressions), { minLength: 1, maxLength: 4 }),
});

const candidate = (name: string): fc.Arbitrary<Candidate> =>
  fc.tuple(spec, fc.boolean()).map(([{ rules, ...fields }, proven]) =>
    aCandidate(
      name,
      {
        ...JSON.parse(JSON.stringify(fields)),
        variables: [{ name: 'images', expression: 'podSpec.containers.map(c, c.image)' }],
        params: { images: ['a', 'b'] },
        rules: rules.map((expression, index) => aRule(`r${index}`, expression)),
      },
      proven,
    ),
  );

const candidates = fc
  .integer({ min: 0, max: 20 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => candidate(`p${index}`))));

const namesOf = (objects: readonly CompiledObject[]) =>
  objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

it('every rule stands in exactly one object that is in force as its Policy is', () => {
  fc.assert(
    fc.property(candidates, (all) => {
      const compiled = compile(all, someFacts());
      const bindings = ofKind(compiled, 'ValidatingAdmissionPolicyBinding');
      const found = validatingOf(compiled).flatMap((policy) => {
        const bound = bindings.filter((binding) => binding.spec.policyName === policy.metadata.name);
        expect(bound).toHaveLength(1);
        return policy.spec.validations.map(
          ({ message }) => `${bound[0]?.spec.validationActions} ${policy.spec.failurePolicy} ${message}`,
        );
      });
      const wanted = all.flatMap(({ name, enforcement, proven, spec }) =>
        spec.rules.map(
          (rule) =>
            `${enforcement} ${enforcement === 'Deny' && proven ? 'Fail' : 'Ignore'} Policy ${name}, rule ${rule.name}: ${rule.message}`,
        ),
      );
      expect(found.toSorted()).toEqual(wanted.toSorted());
      expect(compiled.placements).toHaveLength(wanted.length);
    }),
  );
});

it('the order of Policies does not matter', () => {
  fc.assert(
    fc.property(
      candidates.chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length }),
        ),
      ),
      ([all, shuffled]) => {
        expect(compile(shuffled, someFacts())).toEqual(compile(all, someFacts()));
      },
    ),
  );
});

it('one Policy more changes only what it shares an object with', () => {
  fc.assert(
    fc.property(candidates, candidate('p5x'), (all, more) => {
      const before = compile(all, someFacts());
      const after = compile([...all, more], someFacts());
      const its = after.objects.find(({ metadata }) => metadata.name === placeOf(after, 'p5x'));
      const sharing = (object: CompiledObject | undefined) =>
        object?.kind === 'ValidatingAdmissionPolicy'
          ? JSON.stringify([
              object.spec.matchConstraints,
              object.spec.matchConditions.filter(({ name }) => name !== 'breaks-a-rule'),
              object.spec.failurePolicy,
            ])
          : undefined;
      const names = new Set(namesOf(after.objects));
      const gone = validatingOf(before).filter(
        (object) => !names.has(`${object.kind}/${object.metadata.name}`),
      );
      for (const object of gone) expect(sharing(object)).toBe(sharing(its));
    }),
  );
});

it('every variable stands after those that it reads', () => {
  fc.assert(
    fc.property(candidates, (all) => {
      for (const { spec } of validatingOf(compile(all, someFacts()))) {
        const known = new Set<string>();
        for (const { name, expression } of spec.variables ?? []) {
          for (const [, read = ''] of expression.matchAll(/variables\.(\w+)/g)) expect(known).toContain(read);
          expect(known).not.toContain(name);
          known.add(name);
        }
        for (const { expression } of spec.validations) {
          for (const [, read = ''] of expression.matchAll(/variables\.(\w+)/g)) expect(known).toContain(read);
        }
      }
    }),
  );
});

it('from any set of Policies to any other, what both enforce is enforced at every moment', () => {
  fc.assert(
    fc.property(candidates, candidates, (from, to) => {
      const before = compile(from, someFacts());
      const after = compile(to, someFacts());
      const both = rulesOf(before.objects).filter((rule) => rulesOf(after.objects).includes(rule));
      // Time passes between two looks, an API server sees what has stood for 10 s, and a write may be the last one.
      let now = 0;
      const at = () => new Date(now).toISOString();
      const wait = ({ metadata }: ReturnType<typeof stood>) =>
        Date.parse(metadata.creationTimestamp) + overlap - now;
      let live = before.objects.map((object) => stood(object, new Date(-60_000).toISOString()));
      for (let step = 0; step < 40; step++, now += 4000) {
        const { missing, obsolete } = transition(after.objects, live, wait, now);
        const [made] = missing;
        const [gone] = obsolete;
        if (made !== undefined) live = [...live, stood(made, at())];
        else if (gone !== undefined) live = live.filter((object) => object !== gone);
        const seen = live.filter(({ metadata }) => Date.parse(metadata.creationTimestamp) <= now - 10_000);
        expect(rulesOf(seen)).toEqual(expect.arrayContaining(both));
      }
    }),
    { numRuns: 30 },
  );
});

function placeOf({ placements }: ReturnType<typeof compile>, policy: string): string | undefined {
  return placements.find((placement) => placement.policy === policy)?.object;
}

function stood<T extends CompiledObject>(object: T, creationTimestamp: string) {
  return { ...object, metadata: { ...object.metadata, creationTimestamp } };
}

/** The rules that objects put in force: those of policies that have their binding. */
function rulesOf(objects: readonly CompiledObject[]): readonly string[] {
  return validatingOf({ objects })
    .filter(({ metadata }) =>
      ofKind({ objects }, 'ValidatingAdmissionPolicyBinding').some(
        ({ spec }) => spec.policyName === metadata.name,
      ),
    )
    .flatMap(({ spec }) => spec.validations.map(({ message }) => message));
}
