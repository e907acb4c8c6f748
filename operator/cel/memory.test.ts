import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

/** Of heap, for the program, the object and all that is made of it: the operator's container has 512. */
const megabytes = 64;

/** Whether it comes to a value, or to an error. Rejects with `ERR_WORKER_OUT_OF_MEMORY` where it needs more. */
function evaluated(expression: string, object: string): Promise<boolean> {
  const worker = new Worker(new URL('./memoryWorker.ts', import.meta.url), {
    workerData: { expression, object },
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16 },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('it said nothing')));
  });
}

const times = (count: number, text: string) => text.repeat(count);
const text = (length: number) => JSON.stringify({ text: times(length, 'a') });
const listed = (count: number, item: unknown) =>
  JSON.stringify({ list: Array.from({ length: count }, () => item) });
const doubled = (what: string, often = 30) =>
  Array.from({ length: often }).reduce<string>((half) => `[${half}].map(l, l + l)[0]`, what);
const keptTexts = (made: string) => `lists.range(1000).map(x, ${made}).all(t, size(t) > 0)`;
const container = {
  name: 'main',
  image: `registry.example.com/${times(50, 'x')}`,
  env: [{ name: 'A', value: 'x' }],
};

describe(`whatever is evaluated needs no more than ${megabytes} MB`, () => {
  it.for([
    ['a regular expression made to explode', "object.text.matches('((a+)+)+$|(.*)*x')", text(30_000), true],
    ['one that repeats', "object.text.matches('((a{0,10}){0,10}){0,10}b')", text(3000), true],
    ['one that finds much', "object.text.findAll('a?').size() > 0", text(500_000), true],
    [
      'a megabyte',
      "object.list.all(c, c.image.startsWith('reg') && c.env.all(e, e.name != 'B'))",
      listed(8000, container),
      true,
    ],
    [
      'a megabyte, gathered',
      'object.list.map(c, c.image + c.name).filter(i, i != "").size() > 0',
      listed(8000, container),
      true,
    ],
    ['a megabyte of characters', "object.text.split('').size() == size(object.text)", text(1_000_000), true],
    [
      'deep nesting of an object',
      'object.list == object.list',
      `{"list":${times(100_000, '[')}${times(100_000, ']')}}`,
      false,
    ],
    ['deep nesting of an expression', `${times(50_000, '(')}1${times(50_000, ')')}`, '{}', false],
    [
      'a text between all characters of another',
      "object.text.replace('', object.text).size() > 0",
      text(20_000),
      false,
    ],
    [
      'a text again and again',
      "lists.range(20000).map(x, object.text).join('').size() > 0",
      text(20_000),
      false,
    ],
    [
      'an object written again and again',
      `'${times(1000, '%s')}'.format(object.list.map(x, object)).size() > 0`,
      listed(1000, times(1000, 'a')),
      false,
    ],
    [
      'a list written within itself',
      "'%s'.format([object.list.map(x, object.list)]).size() > 0",
      listed(30_000, 1),
      false,
    ],
    [
      'a map of it',
      "'%s'.format([object.list.map(x, {'a': object.list})]).size() > 0",
      listed(20_000, 1),
      false,
    ],
    [
      'a text in each list of a list of a list',
      `'%s'.format([${times(200, '[object.text, ')}1${times(200, ']')}]).size() > 0`,
      text(500_000),
      false,
    ],
    ['texts that are made, and kept', keptTexts('object.text.replace("", object.text)'), text(2000), false],
    ['texts put together, and kept', keptTexts('object.text + object.text'), text(1_000_000), false],
    [
      'lists that are made, and kept',
      'object.list.map(x, object.lists.flatten()).size() > 0',
      JSON.stringify({
        list: Array.from({ length: 1000 }, () => 1),
        lists: Array.from({ length: 100 }, () => Array.from({ length: 1000 }, () => 1)),
      }),
      false,
    ],
    ['a text that is doubled', `size(${doubled("dyn('ab')", 27)}) > 0`, '{}', false],
    ['bytes that are doubled', `size(${doubled("dyn(b'ab')", 27)}) > 0`, '{}', false],
    ['lists of a list', 'object.list.map(x, object.list).flatten().size() > 0', listed(10_000, 1), false],
    ['a list that is doubled', `size(${doubled('[1, 2]')}) > 0`, '{}', true],
    ['and turned round', `${doubled('[1, 2]')}.reverse().size() > 0`, '{}', false],
    ['cut', `${doubled('[1, 2]')}.slice(0, 1000000000).size() > 0`, '{}', false],
    ['sorted', `${doubled('[1, 2]')}.sort().size() > 0`, '{}', false],
    ['sorted, though nobody knows of what', `dyn(${doubled('[1, 2]')}).sort().size() > 0`, '{}', false],
    ['written', `'%s'.format([${doubled('[1, 2]')}]).size() > 0`, '{}', false],
    ['sifted', `${doubled('[1, 2]')}.distinct().size() > 0`, '{}', false],
    ['flattened', `${doubled('[[1], [2]]')}.flatten().size() > 0`, '{}', false],
    ['joined', `${doubled("['', '']")}.join('').size() > 0`, '{}', false],
    ['summed up', `${doubled('[1, 2]')}.sum() > 0`, '{}', false],
    ['compared', `${doubled('[1, 2]')} == ${doubled('[1, 2]')}`, '{}', false],
    ['looked through', `3 in ${doubled('[1, 2]')} || sets.contains(${doubled('[1, 2]')}, [3])`, '{}', false],
  ] as const)('%s', async ([, expression, object, ok]) => {
    expect(await evaluated(expression, object)).toBe(ok);
  });
});
