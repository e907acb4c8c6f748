import { expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import { aCandidate, aRule, someFacts, validatingOf } from '../compile/builders.ts';
import { compile } from '../compile/index.ts';
import { TryOuts } from './tryOut.ts';

const { signal } = new AbortController();
const { server } = someFacts();
const withoutRight = { ...server, mutating: 'Forbidden' } as const;
const fixing = {
  name: 'fixing',
  uid: 'uid-of-fixing',
  spec: aCandidate('fixing', {
    fix: {
      existing: 'Off',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
    },
  }).spec,
};

/** An API server that takes everything, or answers 403 to what may mutate. */
function anApiServer(forbids = false) {
  const shown: string[] = [];
  let refusals = 0;
  const tryOuts = new TryOuts(
    {
      apply: async ({ kind }, object) => {
        shown.push(kind);
        if (forbids && kind === 'MutatingAdmissionPolicy')
          throw new ApiError({ verb: 'apply', kind, name: '' }, 403, { reason: 'Forbidden' });
        return object as never;
      },
    },
    { refuse: () => (refusals += 1) },
  );
  return { tryOuts, shown, refusals: () => refusals };
}

it('what is in force is not shown again, until it is compiled into something else', async () => {
  const { tryOuts, shown } = anApiServer();
  expect(await tryOuts.of(fixing, withoutRight, true, signal)).toMatchObject({ state: 'Taken' });
  expect(shown).toEqual([]);
  // The right to write fixes has come.
  expect(await tryOuts.of(fixing, server, true, signal)).toMatchObject({ state: 'Taken' });
  expect(shown).toContain('MutatingAdmissionPolicy');
  const before = shown.length;
  await tryOuts.of(fixing, server, true, signal);
  expect(shown.length).toBe(before);
});

it('what the API server refuses in a rule is told of the rule', async () => {
  const rules = [aRule('first', 'true'), aRule('second', 'false')];
  const candidate = aCandidate('p', { rules });
  const [compiled] = validatingOf(compile([candidate], someFacts()));
  const place = compiled?.spec.variables?.findIndex(({ name }) => name.startsWith('rule_second_'));
  const details = { causes: [{ field: `spec.variables[${place}].expression`, message: 'no' }] };
  const tryOuts = new TryOuts(
    {
      apply: async ({ kind }) => {
        throw new ApiError({ verb: 'apply', kind, name: '' }, 422, { reason: 'Invalid', details });
      },
    },
    { refuse: () => undefined },
  );
  expect(await tryOuts.of({ uid: 'uid', ...candidate }, server, false, signal)).toMatchObject({
    state: 'Refused',
    findings: [{ field: 'spec.rules[1].expression', message: 'the API server refuses it: no' }],
  });
});

it('a right that is gone is told, and the Policy is asked about again', async () => {
  const { tryOuts, shown, refusals } = anApiServer(true);
  expect(await tryOuts.of(fixing, server, false, signal)).toMatchObject({ state: 'Unknown' });
  expect(refusals()).toBe(1);
  const before = shown.length;
  expect(await tryOuts.of(fixing, withoutRight, false, signal)).toMatchObject({ state: 'Taken' });
  expect(shown.slice(before)).not.toContain('MutatingAdmissionPolicy');
});
