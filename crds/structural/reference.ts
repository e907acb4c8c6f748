import type { CustomResourceDefinition } from './customResourceDefinition.ts';
import type { Rule } from './metadata.ts';
import { foreign, type StructuralSchema } from './openApi.ts';

/** The reference page of a kind, in Markdown: every field with its type, default, bounds, meaning and rules. */
export function referencePage(definition: CustomResourceDefinition): string {
  const { names, scope, group, versions } = definition.spec;
  return versions
    .flatMap(({ name, schema, additionalPrinterColumns }) => {
      const { metadata, spec, status } = schema.openAPIV3Schema.properties ?? {};
      const objectName = metadata?.properties?.name;
      const seen = new Map<string, string>();
      return [
        `# ${names.kind}`,
        '',
        '<!-- Written by `npm run generate` from the schema. Change the schema, not this page. -->',
        '',
        schema.openAPIV3Schema.description ?? '',
        '',
        `\`apiVersion: ${group}/${name}\`, \`kind: ${names.kind}\`, ${scope === 'Cluster' ? 'cluster-scoped' : 'namespaced'}. \`kubectl get ${definition.metadata.name}\`, or \`${names.shortNames.join('`, `')}\` for short; \`kubectl get ${names.categories.join('`, `')}\` lists it with its siblings.`,
        '',
        '`kubectl apply` refuses a field that is not listed here, and names it. A required field has **required** beside its type.',
        '',
        ...(objectName === undefined
          ? []
          : [
              `\`metadata.name\` has at most ${objectName.maxLength} characters and matches \`${objectName.pattern}\`.`,
              '',
            ]),
        ...rules(schema.openAPIV3Schema['x-kubernetes-validations'], 'Rules over the whole object'),
        '## Columns of `kubectl get`',
        '',
        ...additionalPrinterColumns.map(
          (column) => `- **${column.name.toUpperCase()}**: ${column.description}`,
        ),
        '',
        ...(spec === undefined ? [] : section('spec', spec, seen)),
        ...(status === undefined ? [] : section('status', status, seen)),
      ];
    })
    .join('\n')
    .concat('\n')
    .replace(/\n+$/, '\n');
}

/**
 * An object and, after it, the objects within it: a heading each, so that each can be linked to. What has the same
 * fields as something before it is told once, and linked to there.
 *
 * @param seen where each set of fields was told
 */
function section(path: string, schema: StructuralSchema, seen: Map<string, string>): string[] {
  const object = insideOf(schema);
  const fields = Object.entries(object.properties ?? {});
  const told = fields
    .filter(([, field]) => hasFields(field))
    .filter(([name, field]) => {
      const key = fieldsKey(field);
      if (seen.has(key)) return false;
      seen.set(key, below(path, name, field));
      return true;
    });
  return [
    `## \`${path}\``,
    '',
    object.description ?? '',
    '',
    ...rules(object['x-kubernetes-validations'], 'Rules'),
    ...fields.flatMap(([name, field]) =>
      fieldLines(name, field, object.required?.includes(name) === true, seen.get(fieldsKey(field))),
    ),
    '',
    ...told.flatMap(([name, field]) => section(below(path, name, field), field, seen)),
  ];
}

/** @param told where the field's own fields are told, if it has any */
function fieldLines(
  name: string,
  field: StructuralSchema,
  required: boolean,
  told: string | undefined,
): string[] {
  const facts = [typeOf(field), ...(required ? ['**required**'] : []), ...bounds(field)].join(', ');
  const more = told === undefined ? '' : ` See [\`${told}\`](#${anchor(told)}).`;
  const own = hasFields(field) && field.items === undefined ? [] : (field['x-kubernetes-validations'] ?? []);
  const inside =
    field.items !== undefined && !hasFields(field) ? (field.items['x-kubernetes-validations'] ?? []) : [];
  return [
    `- **\`${name}\`** (${facts}): ${field.description ?? ''}${more}`,
    ...[...own, ...inside].map((rule) => `  - Rule: ${sentence(rule.message)}`),
  ];
}

/** What tells two objects with the same fields and rules apart from others; empty where there are no fields. */
function fieldsKey(field: StructuralSchema): string {
  if (!hasFields(field)) return '';
  const { properties, required, 'x-kubernetes-validations': rules } = insideOf(field);
  return JSON.stringify({ properties, required, rules });
}

function typeOf(field: StructuralSchema): string {
  if (field.items !== undefined) {
    const kind = field['x-kubernetes-list-type'];
    const keys = field['x-kubernetes-list-map-keys']?.map((key) => `\`${key}\``).join(', ');
    return `list of ${plural(field.items)}${kind === 'map' ? `, each ${keys} once` : kind === 'set' ? ', each once' : ''}`;
  }
  if (field.additionalProperties !== undefined) return `map of ${plural(field.additionalProperties)}`;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(' \\| ');
  if (field['x-kubernetes-int-or-string']) return 'integer or string';
  if (field['x-kubernetes-preserve-unknown-fields'] && field.pattern !== undefined) return 'number or string';
  return field.format === 'date-time' ? 'time' : (field.type ?? 'anything');
}

function plural(schema: StructuralSchema): string {
  return schema.items === undefined && schema.additionalProperties === undefined && schema.enum === undefined
    ? `${typeOf(schema)}s`
    : typeOf(schema);
}

function bounds(field: StructuralSchema): string[] {
  const range = (low: number | undefined, high: number | undefined, what: string) => {
    if (low !== undefined && high !== undefined) return [`${low} to ${high}${what}`];
    if (high !== undefined) return [`at most ${high}${what}`];
    return low === undefined ? [] : [`at least ${low}${what}`];
  };
  return [
    ...(field.default === undefined ? [] : [`default \`${JSON.stringify(field.default)}\``]),
    ...range(field.minimum, field.maximum, ''),
    ...range(field.minItems, field.maxItems, ' entries'),
    ...range(
      field.minProperties,
      field.maxProperties,
      field.properties === undefined ? ' entries' : ' fields',
    ),
    ...range(field.minLength, field.maxLength, ' characters'),
    ...(field.pattern === undefined ? [] : [`matches \`${field.pattern.replaceAll('|', '\\|')}\``]),
  ];
}

function rules(all: readonly Rule[] | undefined, title: string): string[] {
  if (all === undefined) return [];
  // What is said of several fields alike is said once.
  const messages = [...new Set(all.map(({ message }) => sentence(message)))];
  return [`${title}:`, '', ...messages.map((message) => `- ${message}`), ''];
}

function insideOf(schema: StructuralSchema): StructuralSchema {
  return schema.items ?? schema;
}

function hasFields(schema: StructuralSchema): boolean {
  return insideOf(schema).properties !== undefined && !insideOf(schema)[foreign];
}

function below(path: string, name: string, field: StructuralSchema): string {
  return `${path}.${name}${field.items === undefined ? '' : '[]'}`;
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

/** As Markdown renderers make it of a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^a-z0-9 -]/g, '');
}
