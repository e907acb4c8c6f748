import type { Manifest } from '../admission/people.ts';
import { project } from './stage.ts';

const many = <Item>(length: number, make: (index: number) => Item) =>
  Array.from({ length }, (_, index) => make(index));

/** Projects that are past one bound each. */
export const tooLarge: readonly Manifest[] = [
  project('huge', { description: 'x'.repeat(2_000_000) }),
  { ...project('huge'), metadata: { name: 'huge', annotations: { a: 'x'.repeat(300_000) } } },
  project('huge', { environments: many(33, (index) => ({ name: `e${index}` })) }),
  project('huge', { owners: many(33, (index) => ({ kind: 'User', name: `u${index}` })) }),
];

/** A Project with a field that nobody knows, 5,000 deep. */
export const deep: Manifest = project('deep', {
  unknown: many(5_000, () => undefined).reduce<object>((inner) => ({ a: inner }), {}),
});

const nobody = (index: number) => ({ project: `${'n'.repeat(60)}${index}`, environment: 'e'.repeat(63) });
const ingress = many(16, () => ({ from: many(8, nobody) }));

/** A Project within all bounds, of whose rules and Secrets each names what is not there, at the greatest length. */
export const largest: Manifest = project('largest', {
  network: { ingress },
  environments: many(32, (index) => ({ name: `e${index}`, network: { ingress } })),
  secrets: many(32, (index) => ({
    name: `s${index}`,
    from: { namespace: 'n'.repeat(63), name: 'x'.repeat(253) },
  })),
});
