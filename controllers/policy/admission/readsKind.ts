import { readSource } from '../compile/source.ts';

/** Whether expressions ask which kind they see: then what is wrong for one kind may be meant for another. */
export function readsKind(texts: readonly string[]): boolean {
  return texts.some((text) =>
    readSource(text).references.some(({ name, path: [field = ''] }) =>
      name === 'request'
        ? ['kind', 'resource', 'requestKind', 'requestResource'].includes(field)
        : ['object', 'oldObject'].includes(name) && ['kind', 'apiVersion'].includes(field),
    ),
  );
}
