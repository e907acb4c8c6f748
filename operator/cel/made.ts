import { type CelType, dyn, listOf, mapOf, type ObjectType, objectOf, string } from './types.ts';

/**
 * The objects that a mutation may make: `Object`, and `Object.spec.containers` for what stands there in objects of the kind,
 * with the fields that it has; and `JSONPatch`. To the API server each of them may hold anything until it runs.
 *
 * @param kind the kind's type; `dyn` where it is not known
 */
export function madeObjects(kind: CelType): (name: string) => ObjectType | undefined {
  return (name) => {
    if (name === jsonPatch.name) return jsonPatch;
    const [root, ...path] = name.split('.');
    if (root !== 'Object') return undefined;
    const type = path.reduce<CelType | undefined>(
      (above, field) => (above === undefined ? undefined : fieldOf(within(above), field)),
      kind,
    );
    return type === undefined ? undefined : asMade(name, type);
  };
}

const jsonPatch: ObjectType = {
  ...objectOf('JSONPatch', { op: string, path: string, from: string, value: dyn }),
  made: true,
};

/** Elements of lists are named as their list is. */
function within(type: CelType): CelType {
  return type.kind === 'list' ? within(type.element) : type;
}

function fieldOf(type: CelType, field: string): CelType | undefined {
  switch (type.kind) {
    case 'dyn':
      return dyn;
    case 'map':
      return type.value;
    case 'object':
      return type.field(field);
    default:
      return undefined;
  }
}

/** Undefined for what has no fields. */
function asMade(name: string, written: CelType): ObjectType | undefined {
  const type = within(written);
  if (!['dyn', 'map', 'object'].includes(type.kind)) return undefined;
  return {
    kind: 'object',
    name,
    structural: true,
    made: true,
    field: (field) => {
      const own = fieldOf(type, field);
      return own === undefined ? undefined : heldBy(`${name}.${field}`, own);
    },
  };
}

/** What stands somewhere in an object that is made. */
function heldBy(place: string, type: CelType): CelType {
  switch (type.kind) {
    case 'list':
      return listOf(heldBy(place, type.element));
    case 'map':
      return mapOf(type.key, heldBy(place, type.value));
    case 'object':
      return asMade(place, type) ?? dyn;
    default:
      return type;
  }
}
