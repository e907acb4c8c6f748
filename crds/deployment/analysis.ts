import * as z from 'zod';
import { dnsLabel, dnsSubdomain } from '../structural/identifiers.ts';
import { kubernetes, type Rule } from '../structural/metadata.ts';
import { duration, int32, threshold } from './amounts.ts';
import { podTemplate } from './podTemplate.ts';

/** What tells a good revision from a bad one. */

const secretKey = z
  .string()
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/);

const httpUrl = (description: string) =>
  z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s]*)?$/)
    .describe(description);

const prometheus = z
  .strictObject({
    address: httpUrl(
      'Where it answers, for example `http://prometheus.monitoring:9090`. Credentials go into `secretRef`.',
    ),
    secretRef: z
      .strictObject({
        name: dnsSubdomain.describe("Name of a Secret in the Deployment's namespace."),
        key: secretKey.describe('The key that holds the token. Default `token`.').optional(),
      })
      .describe(
        'A bearer token, by reference; without `key` and `token`, `username` and `password` of the Secret for basic authentication. Default: nothing is sent.',
      )
      .optional(),
  })
  .describe('The Prometheus that answers presets and queries.');

const headers = z
  .array(
    z
      .strictObject({
        name: z
          .string()
          .max(128)
          .regex(/^[A-Za-z0-9!#$%&'*+.^_|~-]+$/)
          .describe('Name of the header.'),
        value: z
          .string()
          .max(1024)
          .describe(
            'What is sent, where it is no secret. Not for `Authorization`, `Proxy-Authorization`, `Cookie` and `X-Api-Key`.',
          )
          .optional(),
        valueFrom: z
          .strictObject({
            secretKeyRef: z
              .strictObject({
                name: dnsSubdomain.describe("Name of a Secret in the Deployment's namespace."),
                key: secretKey.describe('The key in it.'),
              })
              .describe('A key of a Secret.'),
          })
          .describe('What is sent, from a Secret.')
          .optional(),
      })
      .describe('A header of the request.')
      .register(kubernetes, {
        rules: [
          {
            rule: 'has(self.value) != has(self.valueFrom)',
            message: 'a header has exactly one of value and valueFrom',
          },
          {
            rule: "!has(self.value) || !(self.name.lowerAscii() in ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'])",
            message: 'this header says who asks, which is a secret: give valueFrom',
            fieldPath: '.value',
          },
        ],
      }),
  )
  .max(16)
  .describe('Headers that are sent along.')
  .register(kubernetes, { listType: 'map', listMapKeys: ['name'] });

const web = z
  .strictObject({
    url: httpUrl(
      'What is asked, for example `https://quality.example.com/checkout`. Everybody who may read the Deployment can read it: a token goes into a header, from a Secret.',
    ),
    method: z
      .enum(['GET', 'POST'])
      .describe(
        '`GET` (default), or `POST` with a JSON object that says what is asked about: `namespace`, `stable` and `canary`, the names of the ReplicaSets.',
      )
      .optional(),
    jsonPath: z
      .string()
      .min(1)
      .max(512)
      .describe('Where in the answer the value stands, for example `{$.errors.rate}`.'),
    headers: headers.optional(),
    timeout: duration('How long an answer may take. Default `10s`.').optional(),
  })
  .describe('A value that some other service knows, as JSON.');

const job = z
  .strictObject({
    template: podTemplate(
      'A pod template, as of a Job of `batch/v1`. Its containers are told the two revisions by `MAINSTAY_STABLE_HASH` and `MAINSTAY_CANARY_HASH`, values of the label `pod-template-hash`. What is wrong in it is only found when the Job is made.',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ),
  })
  .describe('A Job: Pass if it succeeds, Fail if it fails.');

// A value that may be a number or a string has no type that a rule could see; that it is there, it can.
const hasBound = 'has(dyn(self).max) || has(dyn(self).min)';

const metricRules: readonly Rule[] = [
  {
    rule: '[has(self.preset), has(self.query), has(self.web), has(self.job)].exists_one(source, source)',
    message: 'a metric has exactly one source: preset, query, web or job',
  },
  {
    rule: `has(self.job) || ${hasBound} || has(self.compare)`,
    message: 'a metric needs max, min or compare: nothing says yet what is good',
  },
  {
    rule: `!has(self.job) || !(${hasBound} || has(self.compare))`,
    message: 'a job passes or fails by itself: max, min and compare are for the other sources',
    fieldPath: '.job',
  },
  {
    rule: "!has(self.compare) || (has(self.preset) && self.preset == 'error-rate')",
    message: 'compare is for preset error-rate alone, whose samples it counts: give max or min',
    fieldPath: '.compare',
  },
  {
    rule: "!has(self.quantile) || (has(self.preset) && self.preset == 'latency')",
    message: 'quantile is for preset latency alone; a query says its own',
    fieldPath: '.quantile',
  },
];

const metric = z
  .strictObject({
    name: dnsLabel.describe('Name of the metric, for steps and messages.'),
    preset: z
      .enum(['error-rate', 'latency', 'request-rate'])
      .describe(
        'What the gateway in use itself measures: `error-rate` (share of answers that are 5xx), `latency` (seconds) or `request-rate` (requests a second). Needs `traffic.gateway` and `analysis.prometheus`. A metric has exactly one of `preset`, `query`, `web` and `job`.',
      )
      .optional(),
    quantile: z
      .number()
      .gt(0)
      .lt(1)
      .describe('Of `preset: latency`: which share of the answers is at most so slow. Default 0.99.')
      .optional(),
    query: z
      .string()
      .min(1)
      .max(4096)
      .describe(
        'A query of Prometheus with one number as its answer. `{{stable}}` and `{{canary}}` become selectors of the pods of the two revisions, `{{namespace}}` the name of the namespace, and `{{interval}}` a range of four intervals, at least a minute. Needs `analysis.prometheus`.',
      )
      .optional(),
    web: web.optional(),
    job: job.optional(),
    max: threshold(
      'Above it the check fails. A number, or a percentage as in `1%`, which is 0.01.',
    ).optional(),
    min: threshold(
      'Below it the check fails. A number, or a percentage as in `99%`, which is 0.99.',
    ).optional(),
    compare: z
      .strictObject({
        maxIncrease: threshold(
          'By how much the canary may be worse than the stable revision, as in `0.5%`: 0.005 above it.',
        ),
        confidence: z
          .number()
          .gt(0)
          .lt(1)
          .describe(
            'How sure a verdict must be: at 0.95, at most one good canary in twenty is called bad, however often it is looked at and at however many weights. Default 0.95.',
          )
          .optional(),
      })
      .describe(
        'Compare the canary with the stable revision, by a sequential test. Of `preset: error-rate` only.',
      )
      .optional(),
    failureLimit: int32(1, 1000)
      .describe('So many failed checks in a row fail the metric. Default 2.')
      .optional(),
    onNoData: z
      .enum(['Pass', 'Fail', 'Pause', 'Wait'])
      .describe('What it means that there is nothing to measure. Default `Wait`: look again.')
      .optional(),
    onError: z
      .enum(['Pause', 'Fail', 'Wait'])
      .describe(
        'What it means that the provider does not answer, or answers with an error. Default `Wait`: look again.',
      )
      .optional(),
    onInconclusive: z
      .enum(['Pause', 'Pass', 'Fail'])
      .describe('What it means that the time is over and nothing can be said yet. Default `Pause`.')
      .optional(),
  })
  .describe('One thing that is measured, and what of it is good.')
  .register(kubernetes, { rules: metricRules });

export const analysis = z
  .strictObject({
    interval: duration('How often each metric is looked at.').default('15s'),
    prometheus: prometheus.optional(),
    metrics: z
      .array(metric)
      .min(1)
      .max(16)
      .describe('What is measured. Each has another name.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] }),
  })
  .describe(
    'What tells a good revision from a bad one. Steps name metrics, or take all; those that no step names are watched over the whole rollout.',
  )
  .register(kubernetes, {
    rules: [
      {
        rule: 'has(self.prometheus) || !self.metrics.exists(m, has(m.preset) || has(m.query))',
        message: 'metrics with preset or query need analysis.prometheus.address: where it answers',
        fieldPath: '.prometheus',
      },
    ],
  });
