import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { readSource } from '../compile/source.ts';

/** Whether expressions of a Policy ask which kind they see: then what is wrong for one kind may be meant for another. */
export function readsKind({ rules, variables = [] }: Pick<PolicySpec, 'rules' | 'variables'>): boolean {
  const texts = [...variables, ...rules].map(({ expression }) => expression);
  return texts.some((text) =>
    readSource(text).references.some(({ name, path: [field = ''] }) =>
      name === 'request'
        ? ['kind', 'resource', 'requestKind', 'requestResource'].includes(field)
        : ['object', 'oldObject'].includes(name) && ['kind', 'apiVersion'].includes(field),
    ),
  );
}
