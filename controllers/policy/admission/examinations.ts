import { isApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { fairTurn } from '../../../operator/controller/eventLoopTurn.ts';
import { compile, type Finding } from '../compile/index.ts';
import { defaulted } from '../defaulting/index.ts';
import type { Examination, Subject } from './examination.ts';
import { Field } from './field.ts';
import {
  type FixFound,
  firstOfEach,
  fixFindings,
  notServedNote,
  ofFix,
  ofRule,
  ofRules,
  type ProblemOfKind,
  typeFindings,
  unknownNote,
} from './findings.ts';
import { fixCheck } from './fixCheck.ts';
import type { FixRight } from './fixRight.ts';
import { fixFailuresOf } from './fixTrial.ts';
import { type Matched, type MatchedKind, matchedKinds, spoken } from './matchedKinds.ts';
import type { Origin } from './origins.ts';
import { digestOf } from './origins.ts';
import { sampleOf } from './sample.ts';
import { type Document, Schemas } from './schemas.ts';
import type { Server } from './server.ts';
import { failuresOf } from './trial.ts';
import { type TryOut, TryOuts } from './tryOut.ts';
import { typeCheck } from './typeCheck.ts';

/** What is known of Policies before they are put in force, found out once for each spec and each state of the kinds that it names. */
export class Examinations {
  readonly #schemas: Schemas;
  readonly #tryOuts: TryOuts;
  readonly #known = new Map<string, { readonly key: string; readonly kinds: KindsExamination }>();

  constructor(client: Pick<Client, 'request' | 'apply'>, fixRight: Pick<FixRight, 'refuse'>) {
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
    { served, facts }: Server,
    urls: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<KindsExamination> {
    const matched = matchedKinds(subject.spec.match, served);
    const described = matched.kinds.map((kind) => ({ kind, url: urls.get(groupVersionOf(kind)) }));
    const key = JSON.stringify([digest, described, matched.notServed]);
    const known = this.#known.get(subject.uid);
    if (known?.key === key) return known.kinds;
    const kinds = isReadable(subject, facts)
      ? await this.#examine(subject, matched, described, signal)
      : notLookedAt;
    if (kinds.undescribed.length === 0) this.#known.set(subject.uid, { key, kinds });
    return kinds;
  }

  async #examine(
    { spec }: Subject,
    { notServed, unknown }: Matched,
    described: readonly Described[],
    signal: AbortSignal,
  ): Promise<KindsExamination> {
    const problems: ProblemOfKind[] = [];
    const failures: Omit<Finding, 'policy'>[] = [];
    const fix: FixFound = { types: [], misfits: [], failures: [] };
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
      const sample = sampleOf(document.schemas, kind, kind.namespaced);
      // As the API server shows it to policies.
      const shown = sample === undefined ? undefined : defaulted(sample).object;
      if (found.length === 0 && shown !== undefined)
        failures.push(...failuresOf(spec, kind, shown, schema.shape).map((one) => ofRule(one, kind)));
      const root = spec.fix === undefined ? undefined : Field.ofKind(document.schemas, kind);
      if (root === undefined || kind.operations.every((operation) => operation === 'DELETE')) continue;
      const wrong = fixCheck(spec, kind, schema, root);
      fix.types.push(...wrong.types.map((problem) => ({ kind, problem })));
      fix.misfits.push(...wrong.misfits.map((problem) => ({ kind, problem })));
      if (wrong.types.length === 0 && shown !== undefined)
        fix.failures.push(...fixFailuresOf(spec, kind, shown, schema.shape).map((one) => ofFix(one, kind)));
    }
    const kinds = described.length - undescribed.length;
    const typed = typeFindings(problems, kinds, ofRules(spec));
    const wrong = [...typed, ...fixFindings(spec, fix, kinds, unknown)];
    const notes = [
      ...(notServed.length === 0 ? [] : [notServedNote(notServed)]),
      ...(unknown.length === 0 ? [] : [unknownNote(unknown)]),
    ];
    const refused = wrong.some(({ weight }) => weight === 'Refused');
    return {
      refused,
      unfit: fix.misfits.length > 0,
      findings: refused ? wrong : [...wrong, ...firstOfEach([...failures, ...fix.failures]), ...notes],
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
  readonly unfit: boolean;
  readonly findings: readonly Omit<Finding, 'policy'>[];
  readonly proven: boolean;
  /** Kinds that are served, of which the API server does not say yet what they are. */
  readonly undescribed: readonly string[];
}

function together(kinds: KindsExamination, tried: TryOut, last: Origin | undefined): Examination {
  // What could not be looked at now is as it was when the same spec was looked at last.
  const proven = kinds.undescribed.length === 0 ? kinds.proven : last?.proven === true;
  const findings = [...kinds.findings, ...tried.findings];
  if (kinds.refused || tried.state === 'Refused')
    return { state: 'Refused', findings, proven: false, unfit: kinds.unfit };
  if (tried.state === 'Unknown') return { state: 'Unknown', findings, proven, trouble: tried.trouble };
  return { state: 'Taken', findings, proven, undescribed: kinds.undescribed };
}

function groupVersionOf({ group, version }: MatchedKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** What the compiler cannot read it refuses itself, and says where. */
function isReadable({ name, spec }: Subject, server: Server['facts']): boolean {
  const candidate = { name, spec, enforcement: spec.enforcement, proven: false };
  const { findings } = compile([candidate], { environments: [], server, now: 0 });
  return findings.every(({ weight }) => weight !== 'Refused');
}

const notLookedAt: KindsExamination = {
  refused: false,
  unfit: false,
  findings: [],
  proven: false,
  undescribed: [],
};
