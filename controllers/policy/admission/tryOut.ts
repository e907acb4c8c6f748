import { triedName } from '../../../crds/policy/names.ts';
import { isApiError, isForbidden } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { type CompiledObject, compile, type Facts, type Finding } from '../compile/index.ts';
import type { Subject } from './examination.ts';
import type { FixRight } from './fixRight.ts';
import { compiledResources } from './live.ts';
import { digestOf } from './origins.ts';

/** What the API server says of the objects that a Policy alone is compiled into. */
export interface TryOut {
  readonly state: 'Taken' | 'Refused' | 'Unknown';
  readonly findings: readonly Omit<Finding, 'policy'>[];
  readonly trouble: string;
}

const taken: TryOut = { state: 'Taken', findings: [], trouble: '' };

/**
 * Shows each new spec to the API server, by a dry run and alone, before it joins others': one that the server refuses must
 * not hold up those that it would share an object with.
 */
export class TryOuts {
  readonly #client: Pick<Client, 'apply'>;
  readonly #fixRight: Pick<FixRight, 'refuse'>;
  /** Answers, by Policy: of its last spec only. */
  readonly #known = new Map<string, { readonly key: string; readonly tryOut: TryOut }>();

  constructor(client: Pick<Client, 'apply'>, fixRight: Pick<FixRight, 'refuse'>) {
    this.#client = client;
    this.#fixRight = fixRight;
  }

  /** @param stands whether this very spec is in force: then the server has taken it */
  async of(
    { name, uid, spec }: Subject,
    server: Facts['server'],
    stands: boolean,
    signal: AbortSignal,
  ): Promise<TryOut> {
    const key = JSON.stringify([digestOf(spec), server]);
    const known = this.#known.get(uid);
    if (known?.key === key) return known.tryOut;
    // By other facts it was compiled into something else, perhaps without its fix: then that is shown as well.
    const tryOut = stands && known === undefined ? taken : await this.#ask(name, spec, server, signal);
    if (tryOut.state !== 'Unknown') this.#known.set(uid, { key, tryOut });
    return tryOut;
  }

  /** Of Policies that are gone nothing is kept. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const uid of this.#known.keys()) if (!uids.has(uid)) this.#known.delete(uid);
  }

  async #ask(
    name: string,
    spec: Subject['spec'],
    server: Facts['server'],
    signal: AbortSignal,
  ): Promise<TryOut> {
    const candidate = { name, spec, enforcement: spec.enforcement, proven: true };
    const { objects, placements } = compile([candidate], { environments: [], server, now: 0 });
    for (const object of objects) {
      if (object.kind.endsWith('Binding')) continue;
      try {
        const resource: Resource = compiledResources[object.kind];
        const sent: KubernetesObject = { ...object, metadata: { ...object.metadata, name: triedName } };
        await this.#client.apply(resource, sent, { dryRun: true, signal });
      } catch (error) {
        // Asked again, it is compiled without its fix.
        if (isForbidden(error) && object.kind === 'MutatingAdmissionPolicy') this.#fixRight.refuse();
        if (!isApiError(error)) throw error;
        const { message, reason, details } = error;
        if (!['Invalid', 'BadRequest', 'RequestEntityTooLarge'].includes(reason))
          return { state: 'Unknown', findings: [], trouble: message };
        const causes = (details.causes ?? []).slice(0, 8);
        const rules = placements.filter(({ object: its }) => its === object.metadata.name);
        const places = causes.length === 0 ? [{ field: '', message }] : causes;
        const findings = places.map(
          (cause): Omit<Finding, 'policy'> => ({
            weight: 'Refused',
            reason: 'InvalidExpression',
            field: fieldOf(
              cause.field ?? '',
              object,
              spec,
              rules.map(({ rule }) => rule),
            ),
            message: `the API server refuses it: ${cause.message ?? message}`,
          }),
        );
        return { state: 'Refused', findings, trouble: '' };
      }
    }
    return taken;
  }
}

/** Where in the Policy that stands which the server names in the compiled object. */
function fieldOf(
  field: string,
  object: CompiledObject,
  spec: Subject['spec'],
  rules: readonly string[],
): string {
  const [, list, index, part = 'expression'] =
    /^spec\.(validations|variables|mutations)\[(\d+)\](?:\.(\w+))?/.exec(field) ?? [];
  if (list === 'validations') {
    const at = spec.rules.findIndex(({ name }) => name === rules[Number(index)]);
    return `spec.rules[${at}].${part}`;
  }
  if (list === 'mutations') return `spec.fix.mutations[${index}]`;
  if (list === 'variables' && 'variables' in object.spec) {
    const name = object.spec.variables?.[Number(index)]?.name ?? '';
    const validations = 'validations' in object.spec ? object.spec.validations : [];
    const rule =
      rules[validations.findIndex(({ expression }) => expression.includes(`variables.${name} //`))];
    if (rule !== undefined)
      return `spec.rules[${spec.rules.findIndex((one) => one.name === rule)}].expression`;
    const at = (spec.variables ?? []).findIndex((one) => name.startsWith(`${one.name}_`));
    if (at >= 0) return `spec.variables[${at}].expression`;
  }
  return 'spec';
}
