import { z } from 'zod';
import { isRange } from '../outbound/addressGuard.ts';

const ranges = z
  .array(z.string().refine(isRange, 'is no range of addresses, such as 10.0.0.0/8, fd00::/8 or 10.1.2.3'))
  .max(256)
  .default([]);

/** What an installation decides about analyses. */
export const analysisSettings = z.strictObject({
  allow: ranges.describe(
    'Ranges of addresses that the Prometheus addresses and URLs of Deployments may lead to, whatever else is refused, for example `127.0.0.0/8` where a sidecar is the Prometheus.',
  ),
  deny: ranges.describe(
    'Ranges that they may not lead to, besides loopback, link-local, multicast and metadata addresses and the API server. `0.0.0.0/0` and `::/0` leave only what `allow` names.',
  ),
});
