import { stripVTControlCharacters, styleText } from 'node:util';

/** What can be seen of one revision's traffic at one moment. Percentages are 0 to 100. */
export interface Traffic {
  /** Whose it is. */
  readonly revision: number;
  /** Where its rollout is: `Analyzing 2/4`. */
  readonly stands: string;
  /** What the rollout wants it to have. */
  readonly desired: number;
  /** What it is known to have. */
  readonly verified: number;
  readonly recent: Recent;
}

/** The answers of the last few seconds, as whoever asked saw them. */
export interface Recent {
  /** Seconds that it reaches back. */
  readonly seconds: number;
  readonly answers: number;
  /** Of these, percent that the revision gave. */
  readonly share: number;
  /** Of these, how many were failures. */
  readonly failed: number;
}

/** Three bars, one below the other: what is wanted, what is verified, what is measured. No line is longer than `columns`. */
export function pictureOf(traffic: Traffic, columns: number): readonly string[] {
  const { revision, stands, desired, verified, recent } = traffic;
  const width = Math.max(10, Math.min(50, columns - 60));
  const row = (name: string, percent: number, after = ''): string =>
    cut(
      `  ${name.padEnd(9)} ${percent.toFixed(0).padStart(3)} %  ${barOf(percent, width)}  ${after}`,
      columns,
    );
  const failed = recent.failed === 0 ? 'none failed' : styleText('red', `${recent.failed} failed`);
  return [
    row('desired', desired, `revision ${revision}: ${stands}`),
    row('verified', verified),
    row('measured', recent.share, `of ${recent.answers} answers in ${recent.seconds} s, ${failed}`),
  ];
}

/** The same in a line, where nothing can be drawn. */
export function trafficLine({ revision, desired, verified, recent }: Traffic): string {
  const { share, answers, seconds, failed } = recent;
  return `revision ${revision}: ${desired} % desired, ${verified} % verified, ${share.toFixed(0)} % measured of ${answers} answers in ${seconds} s, ${failed} failed`;
}

function barOf(percent: number, width: number): string {
  const full = Math.round((percent / 100) * width);
  return `${styleText('cyan', '█'.repeat(full))}${styleText('dim', '·'.repeat(width - full))}`;
}

/** Styles have no width; a line that is cut loses them. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`;
}
