import { CustomFiller } from './customFilling.ts';
import { brokenRules } from './customRules.ts';
import { refusals } from './customSchema.ts';
import { record, records, text } from './json.ts';
import { type Json, type Problem, Shaper } from './shape.ts';

/** A custom kind, as its CustomResourceDefinition says it. */
export interface CustomKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly schema: Json;
  /** Whether its status is written apart from it, so that what is created has none. */
  readonly statusApart: boolean;
}

/** The served versions of what a CustomResourceDefinition defines. */
export function customKindsOf(definition: Readonly<Record<string, unknown>>): readonly CustomKind[] {
  const { group, names, scope, versions } = record(definition.spec);
  const { kind, plural } = record(names);
  return records(versions)
    .filter(({ served }) => served === true)
    .map((version) => ({
      apiVersion: `${text(group)}/${text(version.name)}`,
      kind: text(kind),
      resource: text(plural),
      namespaced: scope === 'Namespaced',
      schema: record(record(version.schema).openAPIV3Schema),
      statusApart: record(version.subresources).status !== undefined,
    }));
}

/** What the API server makes of an object of a custom kind, in the order in which it does so. */
export function customDefaulted(
  { schema, statusApart }: CustomKind,
  manifest: Json,
): { readonly object: Json; readonly problems: readonly Problem[] } {
  const shaper = new Shaper({});
  const metadata = shaper.schema('meta.v1.ObjectMeta', manifest.metadata, ['metadata']);
  const filler = new CustomFiller();
  const { status, ...created } = record(filler.fill(schema, manifest, []));
  const object = { ...created, ...(statusApart || status === undefined ? {} : { status }), metadata };
  const problems = [...shaper.problems, ...filler.problems, ...refusals(schema, object, [])];
  // The server asks no rules about what they cannot stand on.
  const isSound = problems.every(({ weight }) => weight !== 'Refused');
  return { object, problems: isSound ? [...problems, ...brokenRules(schema, object, [])] : problems };
}
