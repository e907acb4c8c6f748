/**
 * The same rules behind a webhook as anybody would write it for Node: an HTTPS server that answers each review with what
 * the rules say, and nothing besides.
 *
 *     node main.ts PORT CERTIFICATE KEY
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type Judge, judgeOf, type Resource } from '../../../controllers/policy/evaluate/index.ts';
import { benchFacts, restrictedPack } from '../../policy/packs.ts';

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
    readonly resource: { readonly resource: string };
    readonly namespace?: string;
    readonly object: Readonly<Record<string, unknown>>;
  };
}

const [port = '0', certificate = '', key = ''] = process.argv.slice(2);
const facts = benchFacts();
const judges: readonly Judge[] = restrictedPack(process.env.BENCH_ROOT ?? '.').map(({ name, spec }) =>
  judgeOf(name, spec, facts),
);

function answer({ apiVersion, kind, request }: Review): object {
  const { uid, object, namespace } = request;
  const resource: Resource = {
    ...request.kind,
    resource: request.resource.resource,
    namespaced: namespace !== undefined,
  };
  const subject = { object, resource, namespaceObject: undefined };
  const broken = judges.flatMap((judge) =>
    (judge.judge(subject, Date.now()) ?? []).flatMap((verdict) =>
      verdict.result === 'pass' ? [] : [`${judge.policy}: ${verdict.message}`],
    ),
  );
  const response =
    broken.length === 0
      ? { uid, allowed: true }
      : { uid, allowed: false, status: { message: broken.join('; ') } };
  return { apiVersion, kind, response };
}

createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, reply) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Review;
    reply.setHeader('content-type', 'application/json');
    reply.end(JSON.stringify(answer(review)));
  });
}).listen(Number(port), '127.0.0.1');
