import { counts, exitCodeOf, type Report } from '../report.ts';

/** For programs: all that was found, also what passes. */
export function json(report: Report): string {
  const { policies, manifests, results, problems, notes, failOn, framework } = report;
  const document = {
    exitCode: exitCodeOf(report),
    objects: manifests,
    policies,
    results: results.map((result) => {
      const { policy, rule, object, place, verdict, message, exception } = result;
      return {
        policy: policy.name,
        rule,
        severity: policy.severity,
        result: verdict,
        counts: counts(result, failOn),
        object,
        place,
        ...(verdict === 'pass' ? {} : { message }),
        ...(exception === undefined ? {} : { exception }),
      };
    }),
    notJudged: problems,
    notes,
    ...(framework === undefined ? {} : { framework }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
