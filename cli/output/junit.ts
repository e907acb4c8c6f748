import { counts, nameOf, type Place, type Problem, type Report, type Result, saidOf } from '../report.ts';

/**
 * For CI servers: a suite a file, a test a rule and object. There is no standard of it: it has what the readers of Jenkins,
 * GitLab and GitHub ask for, among it a time, which nobody took.
 */
export function junit(report: Report): string {
  const files = new Set([...report.results, ...report.problems].map(({ place }) => place.file));
  const suites = [...files].map((file) => {
    const isOf = ({ place }: Problem | Result) => place.file === file;
    const results = report.results.filter(isOf);
    const problems = report.problems.filter(isOf);
    return {
      file,
      tests: results.length + problems.length,
      failures: results.filter((result) => counts(result, report.failOn)).length,
      errors: problems.length + results.filter(({ verdict }) => verdict === 'error').length,
      skipped: results.filter(({ verdict }) => verdict === 'skip').length,
      cases: [...problems.map(problemCase), ...results.map((result) => resultCase(result, report))],
    };
  });
  const total = (count: (suite: (typeof suites)[number]) => number) =>
    suites.reduce((sum, suite) => sum + count(suite), 0);
  const totals = attributes({
    name: 'mainstay check',
    tests: total(({ tests }) => tests),
    failures: total(({ failures }) => failures),
    errors: total(({ errors }) => errors),
    skipped: total(({ skipped }) => skipped),
    time,
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    ...suites.flatMap(({ file, tests, failures, errors, skipped, cases }) => [
      `  <testsuite ${attributes({ name: file, tests, failures, errors, skipped, time })}>`,
      ...cases.map((one) => `    ${one}`),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

/** In seconds. */
const time = 0;

function problemCase({ place, message }: Problem): string {
  const named = { name: 'is judged', classname: place.file, file: place.file, line: place.line };
  return testCase(named, element('error', message, place));
}

function resultCase(result: Result, report: Report): string {
  const { policy, rule, object, place, verdict, message, exception } = result;
  const { file, line } = place;
  const named = { name: `${policy.name}/${rule}`, classname: nameOf(object), file, line };
  if (verdict === 'error') return testCase(named, element('error', message, place));
  if (verdict === 'skip') {
    const reason = `${saidOf(place, message)} (exception ${exception?.name ?? ''}: ${exception?.reason ?? ''})`;
    return testCase(named, `<skipped ${attributes({ message: reason })}/>`);
  }
  if (verdict === 'pass') return testCase(named, '');
  return counts(result, report.failOn)
    ? testCase(named, element('failure', message, place, policy.severity))
    : testCase(named, `<system-out>${escaped(`warning: ${saidOf(place, message)}`)}</system-out>`);
}

function testCase(named: Readonly<Record<string, string | number>>, inside: string): string {
  const start = `<testcase ${attributes({ ...named, time })}`;
  return inside === '' ? `${start}/>` : `${start}>${inside}</testcase>`;
}

function element(name: string, message: string, place: Place, type = name): string {
  const { file, line } = place;
  const said = saidOf(place, message);
  return `<${name} ${attributes({ message: said, type })}>${escaped(`${file}:${line}: ${said}`)}</${name}>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(' ');
}

/** XML knows no control characters but these, escaped or not. */
function escaped(value: string): string {
  return value
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
