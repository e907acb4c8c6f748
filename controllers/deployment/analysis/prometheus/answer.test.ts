import { describe, expect, it } from 'vitest';
import { type HttpAnswer, readNumber, readParts } from './answer.ts';

const success = (resultType: string, result: unknown): HttpAnswer => ({
  status: 200,
  body: JSON.stringify({ status: 'success', data: { resultType, result } }),
});
const series = (labels: Record<string, string>, value: string) => ({
  metric: labels,
  value: [1_700_000_000.1, value],
});

describe('an answer of Prometheus', () => {
  it.each<[string, HttpAnswer, string, string | number]>([
    ['one series', success('vector', [series({}, '0.25')]), 'Number', 0.25],
    ['a scalar', success('scalar', [1_700_000_000, '3']), 'Number', 3],
    ['a very small number', success('vector', [series({}, '1e-09')]), 'Number', 1e-9],
    ['nothing', success('vector', []), 'NoData', 'no series'],
    ['NaN', success('vector', [series({}, 'NaN')]), 'NoData', 'NaN'],
    ['a scalar NaN', success('scalar', [1, 'NaN']), 'NoData', 'NaN'],
    ['infinity', success('vector', [series({}, '+Inf')]), 'Error', '+Inf'],
    ['minus infinity', success('vector', [series({}, '-Inf')]), 'Error', '-Inf'],
    [
      'several series',
      success('vector', [series({ pod: 'a' }, '1'), series({ pod: 'b' }, '2')]),
      'Error',
      '2 series, {pod="a"} and others',
    ],
    ['a range', success('matrix', [{ metric: {}, values: [[1, '1']] }]), 'Error', 'a range of values'],
    ['a text', success('string', [1, 'x']), 'Error', 'a text'],
    ['a native histogram', success('vector', [{ metric: {}, histogram: [1, {}] }]), 'Error', 'a histogram'],
    [
      'a bad query',
      {
        status: 400,
        body: '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:5: parse error: unclosed left parenthesis"}',
      },
      'Error',
      'Prometheus: bad_data: invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
    ],
    [
      'a timeout of its own',
      {
        status: 503,
        body: '{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}',
      },
      'Error',
      'timeout: query timed out',
    ],
    [
      'an expression that cannot be evaluated',
      {
        status: 422,
        body: '{"status":"error","errorType":"execution","error":"multiple matches for labels"}',
      },
      'Error',
      'execution: multiple matches',
    ],
    ['a refusal', { status: 401, body: 'Unauthorized' }, 'Error', 'HTTP 401: the credentials'],
    ['a proxy without a server', { status: 502, body: '<html>secret page</html>' }, 'Error', 'HTTP 502'],
    ['a redirect', { status: 302, body: '' }, 'Error', 'HTTP 302: a redirect, which is not followed'],
    ['a page', { status: 200, body: '<html></html>' }, 'Error', 'not that of a Prometheus'],
    ['other JSON', { status: 200, body: '{"status":"ok"}' }, 'Error', 'not that of a Prometheus'],
    ['half an answer', { status: 200, body: '{"status":"success","data":{"resultT' }, 'Error', 'not that of'],
    ['a value that is no number', success('vector', [series({}, 'many')]), 'Error', 'no number'],
    ['an empty value', success('vector', [series({}, '')]), 'Error', 'no number'],
  ])('that is %s', (_name, answer, type, expected) => {
    const reading = readNumber(answer);
    expect(reading.type).toBe(type);
    if (reading.type === 'Number') expect(reading.value).toBe(expected);
    else expect('message' in reading ? reading.message : '').toContain(expected);
    // What a page of somebody else's says is told to nobody.
    expect(JSON.stringify(reading)).not.toContain('secret page');
  });

  it('to a question of our own has its parts by name, without those that are not there', () => {
    const answer = success('vector', [
      series({ part: 'requests' }, '120.5'),
      series({ part: 'errors' }, '0'),
      series({ part: 'latency' }, 'NaN'),
    ]);
    expect(readParts(answer)).toEqual(
      new Map([
        ['requests', 120.5],
        ['errors', 0],
      ]),
    );
    expect(readParts(success('vector', []))).toEqual(new Map());
    expect(readParts(success('vector', [series({ part: 'a' }, '+Inf')]))).toMatchObject({ type: 'Error' });
    expect(readParts(success('vector', [series({ pod: 'a' }, '1')]))).toMatchObject({ type: 'Error' });
  });
});
