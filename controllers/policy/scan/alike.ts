import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { fieldsRead } from '../compile/fieldsRead.ts';
import { ExpressionProblem, readSource } from '../compile/source.ts';
import type { Judge, Path } from '../evaluate/index.ts';
import type { Kept } from './kindWatch.ts';
import type { Entry } from './ledger.ts';
import { isOutcome, type Standing } from './outcome.ts';

/**
 * The replicas of a workload differ in nothing that most Policies read: what is found of one holds for all. Kept while there is
 * something to look at, and no longer.
 */
export class Alike {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<Judge, Map<number, Standing>>();
  /** Of all texts that are known. */
  #characters = 0;

  /** A number that objects of one namespace have in common which are alike. */
  numberOf({ resource, namespace }: Pick<Entry, 'resource' | 'namespace'>, object: Kept): number {
    const { metadata, ...rest } = object;
    const { group, version, resource: plural } = resource;
    const { labels, annotations } = metadata;
    const all = JSON.stringify([group, version, plural, namespace, rest, labels, annotations]);
    const text = all.replaceAll(tokenVolume, '"kube-api-access"');
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#characters += text.length;
    if (this.#characters > mostCharacters) this.forget();
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }

  /** What the judge says of those of that number; found out where it is not known. */
  standing(judge: Judge, number: number, find: () => Standing): Standing {
    const known = this.#known.get(judge) ?? new Map<number, Standing>();
    this.#known.set(judge, known);
    if (known.has(number)) return known.get(number);
    const found = find();
    if (!isOutcome(found) || !found.bad.some(({ message }) => message.includes(tokenVolumeName)))
      known.set(number, found);
    return found;
  }

  forget(): void {
    this.#numbers.clear();
    this.#known.clear();
    this.#characters = 0;
  }
}

/**
 * The volume of its token, to which the API server gives another name in each pod. No rule goes by what is random in it; a
 * message may quote it, and is of that pod alone.
 */
const tokenVolumeName = 'kube-api-access-';
const tokenVolume = /"kube-api-access-[a-z0-9]{5}"/g;

/** Beyond it all begins anew, so that memory is bounded whatever comes. */
const mostCharacters = 2_000_000;

/** Whether a Policy says the same of objects of one kind and namespace that differ only in name, UID, age and owners. */
export function judgesAlike({ match, variables = [], rules, exceptions = [] }: PolicySpec): boolean {
  const scopes = [...(match.exclude ?? []), ...exceptions.map((exception) => exception.match)];
  const texts = [
    ...variables.map(({ expression }) => expression),
    ...rules.flatMap(({ expression, messageExpression = '' }) => [expression, messageExpression]),
  ].filter((text) => text !== '');
  return (
    scopes.every(({ names }) => names === undefined) &&
    exceptions.every(({ expires }) => expires === undefined) &&
    !texts.some(readsIdentity)
  );
}

/** Of a request what is the same for all that is made of one kind in one namespace. */
const common = [
  'kind',
  'namespace',
  'operation',
  'requestKind',
  'requestResource',
  'resource',
  'subResource',
];

function readsIdentity(text: string): boolean {
  try {
    const { references } = readSource(text);
    const asks = references.some(
      ({ name, path: [field = ''] }) => name === 'request' && !common.includes(field),
    );
    return asks || fieldsRead(text).object.some(isOfOne);
  } catch (error) {
    if (error instanceof ExpressionProblem) return true;
    throw error;
  }
}

/** Whether the field is another in each object, or holds one that is. */
function isOfOne([first, second = '']: Path): boolean {
  return first === undefined || (first === 'metadata' && !['labels', 'annotations'].includes(second));
}
