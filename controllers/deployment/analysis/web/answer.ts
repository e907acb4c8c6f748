import { noData, type Reading, unreadable } from '../reading.ts';
import { findAll, type JsonPath } from './jsonPath.ts';

/**
 * What stands at a path of a web service's answer: a number, a number as text, or true and false. What else the answer
 * says is repeated to nobody.
 */
export function readAnswer(
  answer: { readonly status: number; readonly body: string },
  path: JsonPath,
): Reading {
  const { status, body } = answer;
  if (status >= 300 && status < 400) return unreadable(`HTTP ${status}: a redirect, which is not followed`);
  if (status < 200 || status > 299) return unreadable(`HTTP ${status}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return unreadable('the answer is no JSON');
  }
  const found = findAll(parsed, path);
  if (found.length === 0) return noData('the path finds nothing in the answer');
  if (found.length > 1) return unreadable(`the path finds ${found.length} values; one is needed`);
  return readValue(found[0]);
}

function readValue(value: unknown): Reading {
  if (value === null) return noData('the path finds null');
  if (typeof value === 'boolean') return { type: 'Truth', value };
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return { type: 'Number', value: number };
  if (value === 'NaN') return noData('the path finds NaN');
  const kind = Array.isArray(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'an object'
      : 'a text that is no number';
  return unreadable(`the path finds ${kind}`);
}
