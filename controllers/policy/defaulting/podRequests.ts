import { record, records, text } from './json.ts';
import { largerOf, sumOf } from './quantity.ts';
import type { Json } from './shape.ts';

/**
 * What a pod that is limited as a whole asks for as a whole: what its containers ask for together, and of what none asks for
 * as much as it is limited to.
 *
 * @param spec of a pod whose containers have their defaults
 */
export function withPodRequests(spec: Json): Json {
  const resources = record(spec.resources);
  const limits = record(resources.limits);
  if (Object.keys(limits).length === 0) return spec;
  const requests = { ...limits, ...ofContainers(spec), ...record(resources.requests) };
  return { ...spec, resources: { ...resources, requests } };
}

type Amounts = Readonly<Record<string, string>>;

/** Those of a pod; huge pages are never asked for by containers alone. */
const ofPods = ['cpu', 'memory'];

/** At the worst moment: while one container prepares, those run that were to be there before it, and go on. */
function ofContainers(spec: Json): Amounts {
  let beside: Amounts = {};
  let preparing: Amounts = {};
  for (const container of records(spec.initContainers)) {
    const own = requestsOf(container);
    const goesOn = container.restartPolicy === 'Always';
    if (goesOn) beside = combined(beside, own, sumOf);
    preparing = combined(preparing, goesOn ? beside : combined(own, beside, sumOf), largerOf);
  }
  const serving = records(spec.containers).map(requestsOf);
  const running = [...serving, beside].reduce((all, one) => combined(all, one, sumOf), {});
  return combined(running, preparing, largerOf);
}

function requestsOf(container: Json): Amounts {
  const requests = record(record(container.resources).requests);
  return Object.fromEntries(
    ofPods.filter((name) => Object.hasOwn(requests, name)).map((name) => [name, text(requests[name])]),
  );
}

function combined(all: Amounts, more: Amounts, of: (first: string, second: string) => string): Amounts {
  const both = Object.entries(more).map(([name, amount]) => {
    const known = all[name];
    return [name, known === undefined ? amount : of(known, amount)];
  });
  return { ...all, ...Object.fromEntries(both) };
}
