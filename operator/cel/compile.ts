import type { Compilation, Declarations } from './program.ts';

/** Parses and checks an expression as the API server would. */
export function compile(expression: string, declarations: Declarations): Compilation {
  const known = Object.keys(declarations.variables).join(', ');
  const message = `'${expression}' cannot be compiled yet, whatever it names of ${known}`;
  return { ok: false, errors: [{ line: 1, column: 1, message, reason: 'Unsupported' }] };
}
