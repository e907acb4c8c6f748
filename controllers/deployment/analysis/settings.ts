import * as z from 'zod';
import { isRange } from '../outbound/addressGuard.ts';

const ranges = z
  .array(z.string().refine(isRange, 'is no range of addresses, such as 10.0.0.0/8, fd00::/8 or 10.1.2.3'))
  .max(256)
  .default([]);

/** What an installation decides about analyses. */
export const analysisSettings = z.strictObject({
  allow: ranges.describe(
    'Ranges of addresses that the Prometheus addresses and URLs of Deployments may lead to, whatever else is refused: that of the cluster’s Prometheus, for example `10.96.12.7`, or `127.0.0.0/8` where it is a sidecar.',
  ),
  deny: ranges.describe(
    'Ranges that they may not lead to, besides loopback, link-local, multicast and metadata addresses, the API server, and the cluster’s own pods, nodes and Services as far as Nodes and ServiceCIDRs tell of them. `0.0.0.0/0` and `::/0` leave only what `allow` names.',
  ),
});
