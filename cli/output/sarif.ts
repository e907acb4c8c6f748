import {
  counts,
  exitCodeOf,
  exitCodes,
  nameOf,
  type Place,
  type PolicyFacts,
  type Problem,
  type Report,
  type Result,
  type Severity,
  saidOf,
} from '../report.ts';

/** For code scanning: SARIF 2.1.0, a rule of ours a rule of theirs. What passes is not in it. */
export function sarif(report: Report): string {
  const rules = report.policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
  const indices = new Map(rules.map(({ policy, rule }, index) => [idOf(policy, rule), index]));
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mainstay check',
            rules: rules.map(({ policy, rule }) => ruleOf(policy, rule)),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: exitCodeOf(report) !== exitCodes.unjudged,
            exitCode: exitCodeOf(report),
            toolExecutionNotifications: [
              ...[...report.problems, ...errorsOf(report)].map((problem) => notification(problem, 'error')),
              ...report.notes.map((note) => notification(note, 'note')),
            ],
          },
        ],
        results: report.results
          .filter(({ verdict }) => verdict === 'fail' || verdict === 'skip')
          .map((result) => resultOf(result, report, indices.get(idOf(result.policy, result.rule)))),
      },
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

type Level = 'error' | 'warning' | 'note';

const levels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** Out of ten, as code scanning sorts by. */
const weights: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.5',
};

function idOf({ name }: PolicyFacts, rule: string): string {
  return `${name}/${rule}`;
}

function ruleOf(policy: PolicyFacts, rule: string): object {
  const { name, title, description, severity, controls } = policy;
  const brief = title ?? name;
  const help = description ?? brief;
  const framework = controls.map((control) => `${control.framework} ${control.id}`);
  const checks = framework.length === 0 ? '' : `\n\nChecks ${framework.join(', ')}.`;
  return {
    id: idOf(policy, rule),
    shortDescription: { text: brief },
    fullDescription: { text: shortened(help) },
    help: { text: `${help}${checks}`, markdown: `**${brief}**\n\n${help}${checks}` },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      'security-severity': weights[severity],
      tags: ['security', 'kubernetes', ...framework].slice(0, mostTags),
    },
  };
}

/** Code scanning takes no more of either; all of it stands in the help. */
const mostTags = 20;
const longestDescription = 1024;

function shortened(text: string): string {
  return text.length <= longestDescription ? text : `${text.slice(0, longestDescription - 1)}…`;
}

function resultOf(result: Result, report: Report, ruleIndex: number | undefined): object {
  const { policy, rule, object, place, message, exception } = result;
  const failing = exception !== undefined || counts(result, report.failOn);
  return {
    ruleId: idOf(policy, rule),
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: failing ? levels[policy.severity] : 'note',
    message: { text: saidOf(place, `${nameOf(object)}: ${message}`) },
    locations: [locationOf(place, nameOf(object))],
    // The same finding on another line is the same finding.
    partialFingerprints: { 'object/v1': [idOf(policy, rule), object.apiVersion, nameOf(object)].join(' ') },
    ...(exception === undefined
      ? {}
      : { suppressions: [{ kind: 'external', justification: `${exception.name}: ${exception.reason}` }] }),
  };
}

function errorsOf({ results }: Report): readonly Problem[] {
  return results
    .filter(({ verdict }) => verdict === 'error')
    .map(({ policy, rule, object, place, message }) => ({
      place,
      message: `${nameOf(object)}: ${idOf(policy, rule)}: ${message}`,
    }));
}

function notification({ place, message }: Problem, level: Level): object {
  return { level, message: { text: saidOf(place, message) }, locations: [locationOf(place)] };
}

function locationOf({ file, line, column }: Place, object?: string): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn: column },
    },
    ...(object === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: object, kind: 'object' }] }),
  };
}

/** Relative to where the check runs, unless it is not. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path.replace(/^(\.\/)+/, '');
}
