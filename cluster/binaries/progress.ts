/** Told what is going on while programs are downloaded or built, in whole lines for a person. */
export type Progress = (line: string) => void;

export const toStandardError: Progress = (line) => {
  process.stderr.write(`${line}\n`);
};

/** Lets a line through at most every `milliseconds`, so that a log stays readable. */
export function throttled(progress: Progress, milliseconds: number): (line: () => string) => void {
  let next = performance.now() + milliseconds;
  return (line) => {
    if (performance.now() < next) return;
    next = performance.now() + milliseconds;
    progress(line());
  };
}

/** `90 s`, `4 min`: as exact as an estimate deserves. */
export function roughTime(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
