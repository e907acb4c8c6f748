import { isApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { fairTurn } from '../../../operator/controller/eventLoopTurn.ts';
import type { Finding } from '../compile/index.ts';
import { defaulted } from '../defaulting/index.ts';
import type { Examination, Subject } from './examination.ts';
import type { FixRight } from './fixRight.ts';
import { type Matched, type MatchedKind, matchedKinds, spoken } from './matchedKinds.ts';
import type { Origin } from './origins.ts';
import { digestOf } from './origins.ts';
import { readsKind } from './readsKind.ts';
import { sampleOf } from './sample.ts';
import { type Document, Schemas } from './schemas.ts';
import type { Server } from './server.ts';
import { failuresOf } from './trial.ts';
import { type TryOut, TryOuts } from './tryOut.ts';
import { type TypeProblem, typeCheck } from './typeCheck.ts';

/** What is known of Policies before they are put in force, found out once for each spec and each state of the kinds that it names. */
export class Examinations {
  readonly #schemas: Schemas;
  readonly #tryOuts: TryOuts;
  readonly #known = new Map<string, { readonly key: string; readonly kinds: KindsExamination }>();

  constructor(client: Pick<Client, 'request' | 'create'>, fixRight: Pick<FixRight, 'refuse'>) {
    this.#schemas = new Schemas(client);
    this.#tryOuts = new TryOuts(client, fixRight);
  }

  /**
   * @param before what the live objects of each Policy say they were made of
   * @param fresh asks the API server for its kinds again, though it serves the same ones
   */
  async of(
    subjects: readonly Subject[],
    server: Server,
    { before, fresh, signal }: ExaminationOptions,
  ): Promise<ReadonlyMap<string, Examination>> {
    const uids = new Set(subjects.map(({ uid }) => uid));
    for (const uid of this.#known.keys()) if (!uids.has(uid)) this.#known.delete(uid);
    this.#tryOuts.keepOnly(uids);
    const urls =
      subjects.length === 0
        ? new Map<string, string>()
        : await this.#schemas.urls(server.served, signal, fresh);
    const examinations = new Map<string, Examination>();
    for (const subject of subjects) {
      const digest = digestOf(subject.spec);
      const last = before(subject.name).find(
        (origin) =>
          origin.uid === subject.uid && origin.spec !== undefined && digestOf(origin.spec) === digest,
      );
      const kinds = await this.#kinds(subject, digest, server, urls, signal);
      const tried = await this.#tryOuts.of(subject, server.facts, last !== undefined, signal);
      examinations.set(subject.name, together(kinds, tried, last));
    }
    return examinations;
  }

  async #kinds(
    subject: Subject,
    digest: string,
    { served }: Server,
    urls: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<KindsExamination> {
    const matched = matchedKinds(subject.spec.match, served);
    const described = matched.kinds.map((kind) => ({ kind, url: urls.get(groupVersionOf(kind)) }));
    const key = JSON.stringify([digest, described, matched.notServed]);
    const known = this.#known.get(subject.uid);
    if (known?.key === key) return known.kinds;
    const kinds = await this.#examine(subject, matched, described, signal);
    if (kinds.undescribed.length === 0) this.#known.set(subject.uid, { key, kinds });
    return kinds;
  }

  async #examine(
    { spec }: Subject,
    { notServed, unknown }: Matched,
    described: readonly Described[],
    signal: AbortSignal,
  ): Promise<KindsExamination> {
    const problems: { readonly kind: MatchedKind; readonly problem: TypeProblem }[] = [];
    const failures: Omit<Finding, 'policy'>[] = [];
    const undescribed: string[] = [];
    for (const { kind, url } of described) {
      // There may be many rules and many kinds: nobody else waits for all of them.
      await fairTurn();
      const document = url === undefined ? undefined : await this.#document(url, signal);
      const schema = document?.kind(kind);
      if (document === undefined || schema === undefined) {
        undescribed.push(spoken(kind));
        continue;
      }
      const found = typeCheck(spec, kind.kind, schema);
      problems.push(...found.map((problem) => ({ kind, problem })));
      if (found.length === 0) failures.push(...tried(spec, kind, document, schema.shape));
    }
    const typed = typeFindings(problems, described.length - undescribed.length, readsKind(spec));
    const notes = [
      ...(notServed.length === 0 ? [] : [notServedNote(notServed)]),
      ...(unknown.length === 0 ? [] : [unknownNote(unknown)]),
    ];
    const refused = typed.some(({ weight }) => weight === 'Refused');
    return {
      refused,
      findings: refused ? typed : [...typed, ...firstOfEach(failures), ...notes],
      proven: typed.length === 0 && failures.length === 0 && unknown.length === 0,
      undescribed,
    };
  }

  /** Undefined where it cannot be had now, as while an aggregated server is down. */
  async #document(url: string, signal: AbortSignal): Promise<Document | undefined> {
    try {
      return await this.#schemas.document(url, signal);
    } catch (error) {
      if (isApiError(error)) return undefined;
      throw error;
    }
  }
}

export interface ExaminationOptions {
  readonly before: (policy: string) => readonly Origin[];
  readonly fresh: boolean;
  readonly signal: AbortSignal;
}

interface Described {
  readonly kind: MatchedKind;
  readonly url: string | undefined;
}

interface KindsExamination {
  readonly refused: boolean;
  readonly findings: readonly Omit<Finding, 'policy'>[];
  readonly proven: boolean;
  /** Kinds that are served, of which the API server does not say yet what they are. */
  readonly undescribed: readonly string[];
}

function together(kinds: KindsExamination, tried: TryOut, last: Origin | undefined): Examination {
  // What could not be looked at now is as it was when the same spec was looked at last.
  const proven = kinds.undescribed.length === 0 ? kinds.proven : last?.proven === true;
  const findings = [...kinds.findings, ...tried.findings];
  if (kinds.refused || tried.state === 'Refused') return { state: 'Refused', findings, proven: false };
  if (tried.state === 'Unknown') return { state: 'Unknown', findings, proven, trouble: tried.trouble };
  return { state: 'Taken', findings, proven, undescribed: kinds.undescribed };
}

function groupVersionOf({ group, version }: MatchedKind): string {
  return group === '' ? version : `${group}/${version}`;
}

function tried(
  spec: Subject['spec'],
  kind: MatchedKind,
  document: Document,
  shape: Parameters<typeof failuresOf>[3],
): readonly Omit<Finding, 'policy'>[] {
  const sample = sampleOf(document.schemas, kind, kind.namespaced);
  if (sample === undefined) return [];
  // As the API server shows it to policies.
  return failuresOf(spec, kind, defaulted(sample).object, shape).map(({ field, message }) => ({
    weight: 'Note',
    reason: 'Unproven',
    field,
    message: `a ${spoken(kind)} with nothing but what it needs has no verdict (${message}), so what makes the rule fail is let through: ask with has() or .? for what may be missing`,
  }));
}

/**
 * What is wrong for every kind is a mistake. What is wrong for some may be meant, where the expression asks which kind it
 * sees: then it is in force, and its errors let through.
 */
function typeFindings(
  problems: readonly { readonly kind: MatchedKind; readonly problem: TypeProblem }[],
  kinds: number,
  asksKind: boolean,
): readonly Omit<Finding, 'policy'>[] {
  const places = Map.groupBy(problems, ({ problem: { field, line, column } }) =>
    JSON.stringify([field, line, column]),
  );
  return [...places.values()].flatMap((same): readonly Omit<Finding, 'policy'>[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { field, line, column, message } = first.problem;
    const everywhere = new Set(same.map(({ kind }) => spoken(kind))).size === kinds;
    const of = same.length === kinds && kinds > 1 ? '' : ` (${listed(same.map(({ kind }) => spoken(kind)))})`;
    const text = `line ${line}, column ${column}: ${message}${of}`;
    return asksKind && !everywhere
      ? [{ weight: 'Note', reason: 'Unproven', field, message: `${text}; an error there is let through` }]
      : [{ weight: 'Refused', reason: 'InvalidExpression', field, message: text }];
  });
}

function notServedNote(names: readonly string[]): Omit<Finding, 'policy'> {
  return {
    weight: 'Note',
    reason: 'NotServed',
    field: 'spec.match',
    message: `this API server does not serve ${listed(names)} now: the Policy counts from when it does`,
  };
}

function unknownNote(names: readonly string[]): Omit<Finding, 'policy'> {
  return {
    weight: 'Note',
    reason: 'Unproven',
    field: 'spec.match.resources',
    message: `what ${listed(names)} look like is not known beforehand, so an error in a rule is let through`,
  };
}

/** One of each place, since the same is wrong for every kind. */
function firstOfEach(findings: readonly Omit<Finding, 'policy'>[]): readonly Omit<Finding, 'policy'>[] {
  return [...new Map(findings.toReversed().map((finding) => [finding.field, finding])).values()].toReversed();
}

/** The first few of many. */
function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const more = distinct.length - 4;
  return more > 0 ? `${distinct.slice(0, 4).join(', ')} and ${more} more` : distinct.join(', ');
}
