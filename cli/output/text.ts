import {
  type ControlStanding,
  counts,
  type FrameworkStanding,
  nameOf,
  type Place,
  type Report,
  type Result,
  saidOf,
} from '../report.ts';

/** For people: a line for whatever is not good, which editors and terminals can follow to its place. */
export function text(report: Report): string {
  const lines = [
    ...report.problems.map(({ place, message }) => `${at(place)}: not judged: ${saidOf(place, message)}`),
    ...report.results.flatMap((result) => (result.verdict === 'pass' ? [] : [lineOf(result, report)])),
    ...report.notes.map(({ place, message }) => `${at(place)}: note: ${saidOf(place, message)}`),
  ];
  const parts = [lines, report.framework === undefined ? [] : standing(report.framework), [summary(report)]];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.map((line) => `${printable(line)}\n`).join(''))
    .join('\n');
}

/** A name may hold anything, also what a terminal obeys. */
function printable(line: string): string {
  return line.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/\p{Cc}/gu, '\ufffd');
}

function standing({ name, title, controls }: FrameworkStanding): readonly string[] {
  const number = (result: ControlStanding['result']) =>
    controls.filter((control) => control.result === result).length;
  const width = Math.max(...controls.map(({ id }) => id.length));
  return [
    `${name} (${title}): ${number('fail')} of ${controls.length} controls fail, ${number('pass')} pass, ${number('notChecked')} are not checked here`,
    ...controls.map((control) => controlLine(control, width)),
  ];
}

const words: Readonly<Record<ControlStanding['result'], string>> = {
  fail: 'fail',
  pass: 'pass',
  notChecked: '-   ',
};

function controlLine(
  { id, title, policies, result, violations, why }: ControlStanding,
  width: number,
): string {
  const by = policies.length === 0 ? '' : ` (${policies.join(', ')})`;
  const found = result === 'fail' ? `: ${counted(violations, 'violation')}` : '';
  const whence = result === 'notChecked' ? 'not checked: ' : 'but: ';
  return `  ${words[result]}  ${id.padEnd(width)}  ${title}${found}${by}${why === undefined ? '' : `; ${whence}${why}`}`;
}

function lineOf(result: Result, report: Report): string {
  const { policy, rule, object, place, message, exception, verdict } = result;
  const said = saidOf(place, `${nameOf(object)}: ${message} (${policy.name}/${rule}, ${policy.severity})`);
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
