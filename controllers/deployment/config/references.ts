import type { PodTemplate } from '../../../crds/deployment/podTemplate.ts';
import { isRecord } from '../../../operator/resources/json.ts';

/** What a pod template takes configuration from. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** The pods run without it. */
  readonly optional: boolean;
}

/** Where a template names a ConfigMap or a Secret: the member that holds the reference, and the field with the name. */
const places: Readonly<Record<string, { readonly kind: Reference['kind']; readonly field: string }>> = {
  // Volumes: `configMap` has `name`, `secret` has `secretName`; within `projected.sources` both have `name`.
  configMap: { kind: 'ConfigMap', field: 'name' },
  secret: { kind: 'Secret', field: 'secretName' },
  configMapRef: { kind: 'ConfigMap', field: 'name' },
  configMapKeyRef: { kind: 'ConfigMap', field: 'name' },
  secretRef: { kind: 'Secret', field: 'name' },
  secretKeyRef: { kind: 'Secret', field: 'name' },
};
const inProjected = { kind: 'Secret', field: 'name' } as const;

/** What the volumes and the environments of a template refer to, each once: optional only if nowhere required. */
export function referencesOf(template: PodTemplate): readonly Reference[] {
  const found = new Map<string, Reference>();
  rewrite(template, (reference) => {
    const key = `${reference.kind}/${reference.name}`;
    const before = found.get(key);
    found.set(key, before?.optional === false ? before : reference);
    return undefined;
  });
  return [...found.values()];
}

/** The template with other names for what it refers to; `undefined` leaves one as it is. */
export function withNames(
  template: PodTemplate,
  nameFor: (reference: Reference) => string | undefined,
): PodTemplate {
  return rewrite(template, nameFor);
}

/** Volumes of others (CSI, CephFS and the like) have Secrets too, with members called otherwise or not in these places. */
function rewrite(template: PodTemplate, nameFor: (reference: Reference) => string | undefined): PodTemplate {
  const { spec } = template;
  if (spec === undefined) return template;
  const volumes = spec.volumes?.map((volume) => {
    const { projected } = volume;
    const own = inMembers(volume, nameFor);
    if (projected?.sources === undefined) return own;
    const sources = projected.sources.map((source) => inMembers(source, nameFor, true));
    return { ...own, projected: { ...projected, sources } };
  });
  const containers = <Container extends object>(all: readonly Container[] | undefined) =>
    all?.map((container) => environment(container, nameFor));
  return {
    ...template,
    spec: {
      ...spec,
      ...(volumes != null && { volumes }),
      containers: containers(spec.containers) ?? [],
      ...(spec.initContainers != null && { initContainers: containers(spec.initContainers) }),
    },
  } as PodTemplate;
}

function environment<Container extends object>(
  container: Container,
  nameFor: (reference: Reference) => string | undefined,
): Container {
  const { env, envFrom } = container as {
    env?: readonly object[] | null;
    envFrom?: readonly object[] | null;
  };
  return {
    ...container,
    ...(envFrom != null && { envFrom: envFrom.map((source) => inMembers(source, nameFor)) }),
    ...(env != null && {
      env: env.map((variable) => {
        const { valueFrom } = variable as { valueFrom?: object | null };
        return valueFrom == null ? variable : { ...variable, valueFrom: inMembers(valueFrom, nameFor) };
      }),
    }),
  };
}

function inMembers<Holder extends object>(
  holder: Holder,
  nameFor: (reference: Reference) => string | undefined,
  projected = false,
): Holder {
  const changed = Object.entries(holder).map(([member, value]): readonly [string, unknown] => {
    const place = projected && member === 'secret' ? inProjected : places[member];
    if (place === undefined || !isRecord(value)) return [member, value];
    const { [place.field]: name, optional } = value;
    if (typeof name !== 'string') return [member, value];
    const other = nameFor({ kind: place.kind, name, optional: optional === true });
    return [member, other === undefined ? value : { ...value, [place.field]: other }];
  });
  return Object.fromEntries(changed) as Holder;
}
