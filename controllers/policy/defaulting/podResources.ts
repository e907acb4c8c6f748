import { record, records, text } from './json.ts';
import { largerOf, sumOf } from './quantity.ts';
import type { Json } from './shape.ts';

/**
 * What a pod that says something of itself as a whole is limited to and asks for as a whole. It is limited to the huge pages
 * of its containers. If it is limited at all, it asks for what its containers ask for together, and of what none asks for as
 * much as it is limited to; of huge pages, which are never promised twice, always that.
 *
 * @param spec of a pod whose containers have their defaults
 */
export function withPodResources(spec: Json): Json {
  const resources = record(spec.resources);
  const said = { limits: record(resources.limits), requests: record(resources.requests) };
  if (Object.keys({ ...said.limits, ...said.requests }).length === 0) return spec;
  // The server leaves out huge pages that the pod itself asks for; but without a limit of them it refuses the pod.
  const limits = { ...ofContainers(spec, 'limits', isHugePages), ...said.limits };
  if (Object.keys(limits).length === 0) return spec;
  const requests = { ...limits, ...ofContainers(spec, 'requests', isShared), ...said.requests };
  return { ...spec, resources: { ...resources, limits, requests } };
}

type Amounts = Readonly<Record<string, string>>;
type Chosen = (resource: string) => boolean;

function isHugePages(resource: string): boolean {
  return resource.startsWith('hugepages-');
}

function isShared(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory';
}

/** At the worst moment: while one container prepares, those run that were to be there before it, and go on. */
function ofContainers(spec: Json, list: 'limits' | 'requests', isChosen: Chosen): Amounts {
  const amountsOf = ({ resources }: Json): Amounts =>
    Object.fromEntries(
      Object.entries(record(record(resources)[list]))
        .filter(([resource]) => isChosen(resource))
        .map(([resource, amount]) => [resource, text(amount)]),
    );
  let beside: Amounts = {};
  let preparing: Amounts = {};
  for (const container of records(spec.initContainers)) {
    const own = amountsOf(container);
    const goesOn = container.restartPolicy === 'Always';
    if (goesOn) beside = combined(beside, own, sumOf);
    preparing = combined(preparing, goesOn ? beside : combined(own, beside, sumOf), largerOf);
  }
  const serving = records(spec.containers).map(amountsOf);
  const running = [...serving, beside].reduce((all, one) => combined(all, one, sumOf), {});
  return combined(running, preparing, largerOf);
}

function combined(all: Amounts, more: Amounts, of: (first: string, second: string) => string): Amounts {
  const both = Object.entries(more).map(([name, amount]) => {
    const known = all[name];
    return [name, known === undefined ? amount : of(known, amount)];
  });
  return { ...all, ...Object.fromEntries(both) };
}
