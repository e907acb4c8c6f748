import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CertificateAuthority } from '../../cluster/certificates/authority.ts';
import { randomFrom } from './churn.ts';
import {
  answer,
  delay,
  endAfter,
  type Fault,
  loseAnswer,
  pass,
  refuse,
  reset,
  rewrite,
  type SeenRequest,
  split,
  stall,
  swallow,
  truncate,
} from './exchange.ts';
import type { FaultProxy, Rule } from './proxy.ts';
import { openStage, type Stage, writeKubeconfig } from './stage.ts';
import { openTrial, type Trial } from './trial.ts';

// After each fault: every cache equals the server's list, every lasting change is reconciled, the operator runs on, and
// (Vitest sees to it) no rejection went unhandled.

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

type Match = (request: SeenRequest) => boolean;
const everything: Match = () => true;
const watches: Match = ({ watch }) => watch;
const lists: Match = ({ list }) => list;
const laterPages: Match = ({ list, page }) => list && page === 'later';
const copies: Match = ({ method, resource }) => resource === 'configmaps' && method !== 'GET';

/** The watches begin anew, with a list before them. */
function relist({ proxy }: Trial): void {
  proxy.on(watches, refuse(410, 'Expired'), 3);
  proxy.resetAll();
}

/** Opens a trial, has the fault strike so often, and expects all to be well after it. */
async function survives(matches: Match, fault: Fault, times: number, provoke = relist): Promise<Trial> {
  const trial = await openTrial(stage);
  const rule = trial.proxy.on(matches, fault, times);
  provoke(trial);
  await trial.struck(rule, times);
  await trial.settled();
  return trial;
}

const endWatches = ({ proxy }: Trial): void => {
  proxy.resetAll();
};
const nothing = () => {};

describe('connections', () => {
  test('a TCP reset in the midst of a watch, and of an event', async () => {
    await survives(watches, reset(700), 6, endWatches);
  });

  test('connections that are open at our end only', async () => {
    const trial = await openTrial(stage);
    expect(trial.proxy.freezeAll()).toBeGreaterThan(3);
    await trial.settled();
  });

  test('idle connections that a firewall forgets', async () => {
    const trial = await openTrial(stage);
    for (let round = 0; round < 5; round += 1) {
      await trial.until(() => expect(trial.proxy.dropIdle()).toBeGreaterThan(0));
      await trial.moreChanges(10);
    }
    await trial.settled();
  });

  test('nothing listens, as when a name does not resolve', async () => {
    const trial = await openTrial(stage);
    trial.proxy.refuse();
    trial.proxy.resetAll();
    await trial.until(() => expect(trial.operator.caches.sources.trouble).toBeInstanceOf(Error));
    await trial.moreChanges();
    await trial.proxy.listen();
    await trial.settled();
  });

  test('the server shows a certificate that is not trusted', async () => {
    const trial = await openTrial(stage);
    trial.proxy.present(CertificateAuthority.create('somebody else'));
    trial.proxy.resetAll();
    await trial.until(() => expect(trial.operator.caches.sources.trouble).toMatchObject({ kind: 'tls' }));
    await trial.moreChanges();
    trial.proxy.present(stage.cluster.authority);
    await trial.settled();
  });

  test('the CA is replaced', async () => {
    const ca = stage.path('replaced-ca.crt');
    await writeFile(ca, stage.cluster.authority.certificate);
    const kubeconfig = async ({ path, token }: Stage, proxy: FaultProxy) => {
      const config = path('replaced-ca.yaml');
      const user = { token: await token() };
      await writeKubeconfig(config, { server: proxy.url, cluster: { 'certificate-authority': ca }, user });
      return config;
    };
    const trial = await openTrial(stage, { kubeconfig });
    const next = CertificateAuthority.create('the next one');
    trial.proxy.present(next);
    await writeFile(ca, next.certificate);
    trial.proxy.resetAll();
    await trial.settled();
  });

  test('the token is rotated, and the old one refused', async () => {
    const file = stage.path('rotated-token');
    const [first, second] = [await stage.token(), await stage.token()];
    await writeFile(file, first);
    const kubeconfig = async ({ path, cluster }: Stage, proxy: FaultProxy) => {
      const config = path('rotated-token.yaml');
      const certificate = Buffer.from(cluster.authority.certificate).toString('base64');
      await writeKubeconfig(config, {
        server: proxy.url,
        cluster: { 'certificate-authority-data': certificate },
        user: { tokenFile: file },
      });
      return config;
    };
    const trial = await openTrial(stage, { kubeconfig });
    const old = trial.proxy.on(
      ({ authorization }) => authorization === `Bearer ${first}`,
      refuse(401, 'Unauthorized'),
    );
    await trial.struck(old, 3);
    await writeFile(file, second);
    const written = performance.now();
    trial.proxy.resetAll();
    await trial.settled();
    // As soon as the old one is refused, and not when files are read again in any case (30 s).
    expect(performance.now() - written).toBeLessThan(15_000);
  });
});

describe('watches', () => {
  test('that end every second', async () => {
    await survives(watches, endAfter(1000), 9, endWatches);
  });

  test('that end at once', async () => {
    await survives(watches, answer(''), 9, endWatches);
  });

  test('that are refused with 410', async () => {
    await survives(watches, refuse(410, 'Expired'), 9, endWatches);
  });

  test('that end with the event 410', async () => {
    const expired =
      '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n';
    // Nothing follows, and the watch does not end by itself.
    const after = (line: string, index: number) => (index === 0 ? line : index === 1 ? expired : '');
    let listed: Rule | undefined;
    await survives(watches, rewrite(after), 6, ({ proxy }) => {
      listed = proxy.on(lists, pass);
      proxy.resetAll();
    });
    // It was understood, and not merely outlasted.
    expect(listed?.struck).toBeGreaterThanOrEqual(6);
  });

  test('that are refused with 429 and Retry-After', async () => {
    const busy = refuse(429, 'TooManyRequests', { 'retry-after': '1' });
    await survives(watches, busy, 6, endWatches);
  });

  test.each([
    ['no JSON', (line: string) => `${line.slice(0, line.length / 2)}\n`],
    ['JSON that is no event', () => '{"kind":"Status","metadata":{}}\n'],
    ['an event without a resourceVersion', (line: string) => line.replace(/"resourceVersion":"\d+",?/, '')],
    ['a page for people', () => '<html><body>502 Bad Gateway</body></html>\n'],
  ])('that bring %s', async (_, change) => {
    await survives(
      watches,
      rewrite((line, index) => (index === 2 ? change(line) : line)),
      6,
      endWatches,
    );
  });

  test('whose events come in a segment for each byte', async () => {
    await survives(watches, split, 3, endWatches);
  });

  test('that bring an event of 3 MB', async () => {
    const padding = `{"padding":"${'äx'.repeat(1_000_000)}",`;
    await survives(
      watches,
      rewrite((line) => line.replace('{', padding)),
      3,
      endWatches,
    );
  });

  test('that bring every event twice', async () => {
    await survives(
      watches,
      rewrite((line) => line + line),
      3,
      endWatches,
    );
  });

  test('that are cut off in the midst of an event, in good order', async () => {
    await survives(watches, truncate(1000), 6, endWatches);
  });

  test('that stop in the midst of an event', async () => {
    const trial = await openTrial(stage);
    const bookmarks = rewrite((line) => `{"type":"BOOKMARK","object":${bookmarkOf(line)}}\n${line}`);
    trial.proxy.on(watches, bookmarks, 3);
    trial.proxy.resetAll();
    await trial.moreChanges();
    const rule = trial.proxy.on(watches, stall(1000), 3);
    trial.proxy.resetAll();
    await trial.struck(rule, 3);
    await trial.settled();
    const troubles = trial.operator.lines.filter(({ msg }) => msg === 'the watch is in trouble');
    expect(JSON.stringify(troubles)).toContain('IdleWatchError');
  });
});

/** Of the state before the line's event. */
function bookmarkOf(line: string): string {
  const version = Number(/"resourceVersion":"(\d+)"/.exec(line)?.[1]);
  return JSON.stringify({ kind: 'ConfigMap', metadata: { resourceVersion: String(version - 1) } });
}

describe('lists', () => {
  test('whose second page is refused with 410', async () => {
    await survives(laterPages, refuse(410, 'Expired'), 3);
  });

  test('that are refused with 429 and Retry-After', async () => {
    await survives(lists, refuse(429, 'TooManyRequests', { 'retry-after': '1' }), 4);
  });

  test.each([
    ['cut off in the midst', truncate(5000)],
    ['reset in the midst', reset(5000)],
    ['stopped in the midst', stall(5000)],
    ['no JSON', answer('{"kind":"ConfigMapList","items":[{"metadata":')],
    ['no list', answer('{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}')],
    ['a page for people', answer('<html>Welcome to the hotel’s network</html>')],
    ['forbidden', refuse(403, 'Forbidden')],
    ['not found', refuse(404, 'NotFound')],
  ])('that are %s', async (_, fault) => {
    await survives(lists, fault, 4);
  });

  test('whose second page is cut off', async () => {
    await survives(laterPages, truncate(500), 4);
  });
});

describe('writes', () => {
  test.each([
    ['are refused with 429 and Retry-After', refuse(429, 'TooManyRequests', { 'retry-after': '1' })],
    ['are refused with 500', refuse(500, 'InternalError')],
    ['are refused with 409', refuse(409, 'Conflict')],
    ['are done, and the connection is reset instead of an answer', loseAnswer],
    ['never arrive', swallow],
    ['are answered with what is no JSON', answer('{"kind":"ConfigMap"')],
  ])('that %s', async (_, fault) => {
    await survives(copies, fault, 5, nothing);
  });
});

describe('the whole server', () => {
  test.each([500, 503, 429])('answers %i to everything for a while', async (code) => {
    await survives(everything, refuse(code, 'InternalError'), 40, endWatches);
  });

  test('asks everybody, with 503 and Retry-After, to come back later', async () => {
    await survives(everything, refuse(503, 'ServiceUnavailable', { 'retry-after': '1' }), 20, endWatches);
  });

  test('answers late, and in another order than it was asked', async () => {
    const random = randomFrom(1);
    const late = delay(() => random() * 150);
    const trial = await openTrial(stage);
    const rule = trial.proxy.on(everything, late, 60);
    trial.proxy.resetAll();
    await trial.struck(rule, 60);
    await trial.settled();
  });

  test('is in every trouble from the start', async () => {
    const troubles = [refuse(503, 'ServiceUnavailable'), reset(10), answer('<html>'), truncate(3)];
    const rules: { readonly struck: number }[] = [];
    const trial = await openTrial(stage, {
      before: (proxy) => {
        for (const trouble of troubles) rules.push(proxy.on(everything, trouble, 8));
      },
    });
    await trial.until(() => expect(rules.map(({ struck }) => struck)).toEqual([8, 8, 8, 8]));
    await trial.settled();
  });
});
