/**
 * What the test application is told to do, as one line of text: `fail=0.05&delay=300&slow=0.01`. The same words by the
 * environment and by a request's `x-behaviour` header or `behaviour` query parameter. A request's `fail`, `delay` and
 * `slow` are for itself alone; its `crash`, `leak` and `ready` change the program from then on.
 */
export interface Behaviour {
  /** Share of the requests, 0 to 1, that are answered with 500. */
  readonly fail: number;
  /** How long an answer waits, in milliseconds. */
  readonly delay: number;
  /** Share of the requests, 0 to 1, that the delay is for. */
  readonly slow: number;
  /** It exits with code 1 so many seconds after it was told. */
  readonly crash: number;
  /** Megabytes that it takes a second, and keeps. */
  readonly leak: number;
  /** It is ready so many seconds after it was told; Infinity (`ready=never`) for never. */
  readonly ready: number;
}

/** Answers at once and always. */
export const good: Behaviour = {
  fail: 0,
  delay: 0,
  slow: 1,
  crash: Number.POSITIVE_INFINITY,
  leak: 0,
  ready: 0,
};

/**
 * What the text tells; about the rest it says nothing.
 *
 * @throws Error that names the word, for one that is unknown or whose value is none.
 */
export function parseBehaviour(text: string): Partial<Behaviour> {
  const told: { -readonly [Name in keyof Behaviour]?: Behaviour[Name] } = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (!isName(name)) throw new Error(`behaviour "${name}" is none of ${Object.keys(good).join(', ')}`);
    told[name] = numberIn(name, value);
  }
  return told;
}

function isName(name: string): name is keyof Behaviour {
  return Object.hasOwn(good, name);
}

function numberIn(name: keyof Behaviour, text: string): number {
  if (name === 'ready' && text === 'never') return Number.POSITIVE_INFINITY;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const most = name === 'fail' || name === 'slow' ? 1 : Number.MAX_SAFE_INTEGER;
  if (value >= 0 && value <= most) return value;
  throw new Error(`behaviour "${name}=${text}" is no number from 0${most === 1 ? ' to 1' : ' on'}`);
}
