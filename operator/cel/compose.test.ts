import { describe, expect, it } from 'vitest';
import { admissionVariables } from './admission.ts';
import { compile } from './compile.ts';
import { composeVariables, type NamedExpression } from './compose.ts';
import { fromJson } from './json.ts';
import type { Evaluation } from './program.ts';

function evaluate(variables: readonly NamedExpression[], expression: string, object: unknown = {}) {
  const composed = composeVariables(variables, admissionVariables());
  const compiled = compile(expression, composed.declarations);
  if (!compiled.ok) throw new Error(compiled.errors[0]?.message);
  const costs: number[] = [];
  const values = composed.bind({ object: fromJson(object) }, (cost) => costs.push(cost));
  const evaluation: Evaluation = compiled.program.evaluate(values);
  return { evaluation, costs };
}

describe('named expressions', () => {
  it('are used by each other, and evaluated once', () => {
    const variables = [
      { name: 'containers', expression: 'object.spec.containers' },
      { name: 'names', expression: 'variables.containers.map(c, c.name)' },
    ];
    const object = { spec: { containers: [{ name: 'a' }, { name: 'b' }] } };
    const { evaluation, costs } = evaluate(
      variables,
      "variables.names.size() == 2 && 'a' in variables.names",
      object,
    );
    expect(evaluation).toMatchObject({ ok: true, value: true });
    expect(costs).toHaveLength(2);
  });

  it('cost nothing when nobody uses them, and fail nobody then', () => {
    const { evaluation, costs } = evaluate(
      [{ name: 'broken', expression: 'object.missing' }],
      'true || variables.broken',
    );
    expect(evaluation).toMatchObject({ ok: true, value: true });
    expect(costs).toEqual([]);
  });

  it('that fail make what uses them fail, and say which', () => {
    const { evaluation } = evaluate(
      [{ name: 'broken', expression: 'object.missing == 1' }],
      'variables.broken',
    );
    expect(evaluation).toMatchObject({
      ok: false,
      message: expect.stringMatching(/"broken".*no such key: missing/),
    });
  });

  it('that do not compile are told by name, and are an error to whoever uses them', () => {
    const variables = [{ name: 'wrong', expression: '1 + ' }];
    expect([...composeVariables(variables, admissionVariables()).errors.keys()]).toEqual(['wrong']);
    expect(evaluate(variables, 'variables.wrong == 1').evaluation.ok).toBe(false);
  });

  it('know only those before them', () => {
    const variables = [
      { name: 'early', expression: 'variables.late' },
      { name: 'late', expression: '1' },
    ];
    const errors = composeVariables(variables, admissionVariables()).errors.get('early');
    expect(errors?.[0]?.message).toBe("undefined field 'late'");
  });

  it('have their types: a number is no text', () => {
    const composed = composeVariables([{ name: 'n', expression: '1' }], admissionVariables());
    expect(compile("variables.n == 'a'", composed.declarations).ok).toBe(false);
    expect(compile('variables.n == 1', composed.declarations).ok).toBe(true);
  });
});
