import { noData, type Reading } from '../reading.ts';

/** How the parts of a preset's answer make one reading. */
export interface PresetReading {
  readonly type: 'ErrorRate' | 'Latency' | 'RequestRate' | 'Compare';
  /** Milliseconds that the query looks back; of Compare, no matter. */
  readonly window: number;
  /** Of the histogram's bounds: how many make a second. */
  readonly perSecond: number;
  /** What must be so for there to be data. */
  readonly needs: string;
}

/** What the numbers that were found come to. */
export function readPreset(parts: ReadonlyMap<string, number>, preset: PresetReading): Reading {
  const requests = parts.get('requests') ?? 0;
  const errors = parts.get('errors') ?? 0;
  const samples = Math.round(requests);
  if (preset.type === 'Compare') {
    const stable = { requests: parts.get('stable-requests') ?? 0, errors: parts.get('stable-errors') ?? 0 };
    if (requests === 0 && stable.requests === 0)
      return noData(`no requests were counted yet. ${preset.needs}`);
    return { type: 'Counts', counts: { canary: { requests, errors }, stable } };
  }
  if (requests === 0) {
    return noData(
      `no requests to the canary were counted in the last ${preset.window / 1000} s: it gets none, or: ${preset.needs}`,
    );
  }
  switch (preset.type) {
    case 'ErrorRate':
      return { type: 'Number', value: Math.min(errors / requests, 1), samples };
    case 'RequestRate':
      return { type: 'Number', value: requests / (preset.window / 1000), samples };
    case 'Latency': {
      const latency = parts.get('latency');
      if (latency === undefined) return noData('no response times were observed yet');
      return { type: 'Number', value: latency / preset.perSecond, samples };
    }
  }
}
