import { describe, expect, it } from 'vitest';
import { readAnswer } from './answer.ts';
import { parseJsonPath } from './jsonPath.ts';

const at = (path: string, body: unknown, status = 200) => {
  const parsed = parseJsonPath(path);
  if (parsed === undefined) throw new Error(`${path} is no path`);
  return readAnswer({ status, body: typeof body === 'string' ? body : JSON.stringify(body) }, parsed);
};

describe('a web service’s answer', () => {
  const body = {
    errors: { rate: 0.02, 'a b': { "it's": 3 } },
    items: [{ value: 1 }, { value: 2 }],
    texts: ['0.5', 'many', '', 'NaN', ' 7 '],
    ok: true,
    nothing: null,
  };
  it.each<[string, string, unknown]>([
    ['$.errors.rate', 'Number', 0.02],
    ['{.errors.rate}', 'Number', 0.02],
    ['{$.errors.rate}', 'Number', 0.02],
    ['.errors.rate', 'Number', 0.02],
    ["$['errors']['rate']", 'Number', 0.02],
    ['$["errors"]["rate"]', 'Number', 0.02],
    [String.raw`$.errors['a b']['it\'s']`, 'Number', 3],
    ['$.items[0].value', 'Number', 1],
    ['$.items[-1].value', 'Number', 2],
    ['$.texts[0]', 'Number', 0.5],
    ['$.texts[4]', 'Number', 7],
    ['$.ok', 'Truth', true],
    ['$.items[*].value', 'Error', 'finds 2 values'],
    ['$.items.*', 'Error', 'finds 2 values'],
    ['$.items', 'Error', 'a list'],
    ['$.errors', 'Error', 'an object'],
    ['$', 'Error', 'an object'],
    ['$.texts[1]', 'Error', 'a text that is no number'],
    ['$.texts[2]', 'Error', 'a text that is no number'],
    ['$.texts[3]', 'NoData', 'NaN'],
    ['$.missing', 'NoData', 'finds nothing'],
    ['$.items[2].value', 'NoData', 'finds nothing'],
    ['$.items[-3].value', 'NoData', 'finds nothing'],
    ['$.errors.rate.deeper', 'NoData', 'finds nothing'],
    ['$.constructor.name', 'NoData', 'finds nothing'],
    ['$.toString', 'NoData', 'finds nothing'],
    ['$.items.length', 'NoData', 'finds nothing'],
    ['$.nothing', 'NoData', 'null'],
  ])('at %s: %s', (path, type, expected) => {
    const reading = at(path, body);
    expect(reading.type).toBe(type);
    if ('value' in reading) expect(reading.value).toBe(expected);
    else expect('message' in reading ? reading.message : '').toContain(expected);
  });

  it.each([
    [200, 'not JSON', 'no JSON'],
    [200, '', 'no JSON'],
    [204, '', 'no JSON'],
    [301, '', 'a redirect, which is not followed'],
    [404, '{"errors":{"rate":0}}', 'HTTP 404'],
    [500, 'secret trace', 'HTTP 500'],
  ])('%d %j: an error that repeats nothing of it', (status, text, message) => {
    const reading = at('$.errors.rate', text, status);
    expect(reading).toMatchObject({ type: 'Error' });
    expect(JSON.stringify(reading)).toContain(message);
    expect(JSON.stringify(reading)).not.toContain('secret');
  });
});

describe('a path', () => {
  it.each([
    '',
    '$..rate',
    '$.a[?(@.b)]',
    '$.a[0:2]',
    'a b',
    '$.a[',
    '$.a[01]',
    "$['a]",
    '$.a{',
    '{.a',
  ])('%j is none', (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });
});
