import { CelList } from '../collections.ts';
import { type Kind, list, member, type Overload, optional, overload, string } from '../functions.ts';
import { byteLength } from '../text.ts';
import { isDate } from '../time.ts';
import { objectOf } from '../types.ts';
import { type CelError, noSuchOverload, OpaqueValue, Optional, type Value } from '../value.ts';
import { isUrl } from './urls.ts';

const type = objectOf('kubernetes.NamedFormat');

/** A form that strings may have. */
export class NamedFormat extends OpaqueValue {
  override readonly type = type;
  readonly name: string;
  /** What is wrong with a string; nothing if it has the form. */
  readonly problems: (text: string) => readonly string[];
  /** What the API server reckons the cost of a check by. */
  readonly regexSize: number;

  constructor(name: string, regexSize: number, problems: (text: string) => readonly string[]) {
    super();
    this.name = name;
    this.regexSize = regexSize;
    this.problems = problems;
  }

  override equals(other: Value): boolean | CelError {
    return other instanceof NamedFormat ? this.name === other.name : noSuchOverload;
  }
}

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`;
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelKeyProblem =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

const formats: Readonly<Record<string, NamedFormat>> = {
  dns1123Label: new NamedFormat('DNS1123Label', 30, isDnsLabel),
  dns1123Subdomain: new NamedFormat('DNS1123Subdomain', 60, isDnsSubdomain),
  dns1035Label: new NamedFormat('DNS1035Label', 30, isDns1035Label),
  qualifiedName: new NamedFormat('QualifiedName', 60, isQualifiedName),
  dns1123LabelPrefix: new NamedFormat('DNS1123LabelPrefix', 30, (text) => isDnsLabel(withoutDash(text))),
  dns1123SubdomainPrefix: new NamedFormat('DNS1123SubdomainPrefix', 60, (text) =>
    isDnsSubdomain(withoutDash(text)),
  ),
  dns1035LabelPrefix: new NamedFormat('DNS1035LabelPrefix', 30, (text) => isDns1035Label(withoutDash(text))),
  labelValue: new NamedFormat('LabelValue', 40, isLabelValue),
  uri: new NamedFormat('URI', 1103, (text) => (isUrl(text) ? [] : ['invalid URI'])),
  uuid: new NamedFormat(
    'uuid',
    87,
    matching(
      /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
      'does not match the UUID format',
    ),
  ),
  byte: new NamedFormat('byte', 84, (text) => (isBase64(text) ? [] : ['invalid base64'])),
  date: new NamedFormat('date', 76, (text) => (isDay(text) ? [] : ['invalid date'])),
  datetime: new NamedFormat('datetime', 76, (text) => (isDateTime(text) ? [] : ['invalid datetime'])),
};

const format: Kind<NamedFormat> = { type, is: (value) => value instanceof NamedFormat };

export const namedFormats: Readonly<Record<string, readonly Overload[]>> = {
  validate: [
    member('format-validate', [format, string], optional(list(string)), ({ problems }, text) => {
      const found = problems(text);
      return found.length === 0 ? Optional.none : Optional.of(new CelList(found));
    }),
  ],
  'format.named': [
    overload('format-named', [string], optional(format), (name) => {
      const found = Object.hasOwn(formats, name) ? formats[name] : undefined;
      return found === undefined ? Optional.none : Optional.of(found);
    }),
  ],
  ...Object.fromEntries(
    Object.entries(formats).map(([name, value]) => [
      `format.${name}`,
      [overload(`format.${name}`, [], format, () => value)],
    ]),
  ),
};

const tooLong = (text: string, limit: number, unit: string) =>
  byteLength(text) > limit ? [`must be no more than ${limit} ${unit}`] : [];

function regexProblem(problem: string, pattern: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${problem} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

function matching(pattern: RegExp, problem: string): (text: string) => readonly string[] {
  return (text) => (pattern.test(text) ? [] : [problem]);
}

const wholly = (pattern: string) => new RegExp(`^${pattern}$`);
const isLabel = wholly(dnsLabel);
const isSubdomain = wholly(dnsSubdomain);
const is1035 = wholly(dns1035Label);
const isKey = wholly(labelKey);

function isDnsLabel(text: string): readonly string[] {
  const long = tooLong(text, 63, 'characters');
  if (isLabel.test(text)) return long;
  if (isSubdomain.test(text)) return [...long, 'must not contain dots'];
  const problem =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...long, regexProblem(problem, dnsLabel, 'my-name', '123-abc')];
}

function isDnsSubdomain(text: string, unit = 'characters'): readonly string[] {
  const long = tooLong(text, 253, unit);
  if (isSubdomain.test(text)) return long;
  const problem =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...long, regexProblem(problem, dnsSubdomain, 'example.com')];
}

function isDns1035Label(text: string): readonly string[] {
  const long = tooLong(text, 63, 'characters');
  if (is1035.test(text)) return long;
  const problem =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...long, regexProblem(problem, dns1035Label, 'my-name', 'abc-123')];
}

function isQualifiedName(text: string): readonly string[] {
  const parts = text.split('/');
  const explained = regexProblem(labelKeyProblem, labelKey, 'MyName', 'my.name', '123-abc');
  if (parts.length > 2) {
    return [
      `a valid label key ${explained} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const nameProblems = name === '' ? ['must be non-empty'] : tooLong(name, 63, 'bytes');
  const all = isKey.test(name) ? nameProblems : [...nameProblems, explained];
  return [...prefixProblems(parts), ...all.map((problem) => `name part ${problem}`)];
}

function prefixProblems([prefix = '', name]: readonly string[]): readonly string[] {
  if (name === undefined) return [];
  const problems = prefix === '' ? ['must be non-empty'] : isDnsSubdomain(prefix, 'bytes');
  return problems.map((problem) => `prefix part ${problem}`);
}

function isLabelValue(text: string): readonly string[] {
  const long = tooLong(text, 63, 'bytes');
  if (text === '' || isKey.test(text)) return long;
  const problem = `a valid label must be an empty string or ${labelKeyProblem.replace('must consist', 'consist')}`;
  return [...long, regexProblem(problem, `(${labelKey})?`, 'MyValue', 'my_value', '12345')];
}

/** A name that more is put behind may end with a dash. */
function withoutDash(text: string): string {
  return text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match !== null && isDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

function isDateTime(text: string): boolean {
  const [day = '', time] = text.toLowerCase().split('t');
  if (text.length < 4 || time === undefined || !isDay(day)) return false;
  const match = /^(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|([+-]\d{2}:\d{2}))$/.exec(time);
  return match !== null && (match[1] ?? '') <= '23' && (match[2] ?? '') <= '59' && (match[3] ?? '') <= '59';
}
