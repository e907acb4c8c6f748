import { counts, nameOf, type Place, type Report, type Result } from '../report.ts';

/** For people: a line for whatever is not good, which editors and terminals can follow to its place. */
export function text(report: Report): string {
  const lines = [
    ...report.problems.map(({ place, message }) => `${at(place)}: not judged: ${message}`),
    ...report.results.flatMap((result) => (result.verdict === 'pass' ? [] : [lineOf(result, report)])),
    ...report.notes.map(({ place, message }) => `${at(place)}: note: ${message}`),
  ];
  return [...lines, ...(lines.length > 0 ? [''] : []), summary(report), ''].join('\n');
}

function lineOf(result: Result, report: Report): string {
  const { policy, rule, object, place, message, exception, verdict } = result;
  const said = `${nameOf(object)}: ${message} (${policy.name}/${rule}, ${policy.severity})`;
  if (exception !== undefined) {
    const until = exception.expires === undefined ? '' : ` until ${exception.expires}`;
    return `${at(place)}: skipped: ${said}: exception ${exception.name}${until}: ${exception.reason}`;
  }
  const level = verdict === 'error' ? 'not judged' : counts(result, report.failOn) ? 'error' : 'warning';
  return `${at(place)}: ${level}: ${said}`;
}

function summary({ policies, manifests, results, problems, failOn }: Report): string {
  const number = (verdict: Result['verdict']) =>
    results.filter((result) => result.verdict === verdict).length;
  const failed = results.filter((result) => counts(result, failOn)).length;
  const warned = number('fail') - failed;
  const parts = [
    counted(failed, 'violation'),
    ...(warned === 0 ? [] : [counted(warned, 'warning')]),
    ...some(number('skip'), 'skipped'),
    ...some(number('error') + problems.length, 'not judged'),
    `${number('pass')} passed`,
  ];
  return `${counted(manifests, 'object')}, ${counted(policies.length, 'Policy', 'Policies')}: ${parts.join(', ')}`;
}

function some(count: number, of: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${of}`];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function at({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
