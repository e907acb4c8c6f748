import { isRecord, type JsonObject, record } from '../evaluate/subject.ts';

/** Why a patch cannot be applied. */
export class PatchProblem extends Error {}

/** An object with a JSON Patch (RFC 6902) applied. One whose `test` fails changes nothing. Throws PatchProblem. */
export function patched(object: JsonObject, operations: readonly JsonObject[]): JsonObject {
  let now: unknown = object;
  for (const operation of operations) {
    const { op } = operation;
    const path = stepsOf(operation.path);
    if (op === 'test') {
      if (JSON.stringify(valueAt(now, path)) !== JSON.stringify(operation.value)) return object;
    } else {
      const from = op === 'move' || op === 'copy' ? stepsOf(operation.from) : undefined;
      const value = from === undefined ? operation.value : valueAt(now, from);
      if (op === 'move' && from !== undefined) now = changed(now, from, remove);
      now = changed(now, path, op === 'remove' ? remove : op === 'replace' ? replace(value) : add(value));
    }
  }
  return record(now);
}

function stepsOf(path: unknown): readonly string[] {
  const [, ...steps] = String(path).split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((above, step) => childOf(above, step), value);
}

function childOf(above: unknown, step: string): unknown {
  const child = Array.isArray(above) ? above[Number(step)] : isRecord(above) ? above[step] : undefined;
  if (child === undefined) throw new PatchProblem(`there is no ${step} to go through or to change`);
  return child;
}

type Change = (above: unknown, step: string) => unknown;

function changed(value: unknown, [step = '', ...rest]: readonly string[], change: Change): unknown {
  if (rest.length === 0) return change(value, step);
  return replace(changed(childOf(value, step), rest, change))(value, step);
}

const remove: Change = (above, step) => {
  childOf(above, step);
  if (Array.isArray(above)) return above.toSpliced(Number(step), 1);
  const { [step]: _, ...others } = record(above);
  return others;
};

const replace =
  (value: unknown): Change =>
  (above, step) => {
    childOf(above, step);
    return Array.isArray(above) ? above.with(Number(step), value) : { ...record(above), [step]: value };
  };

const add =
  (value: unknown): Change =>
  (above, step) => {
    if (!Array.isArray(above)) return { ...record(above), [step]: value };
    const index = step === '-' ? above.length : Number(step);
    if (!(index <= above.length)) throw new PatchProblem(`the list has no place ${step}`);
    return above.toSpliced(index, 0, value);
  };
