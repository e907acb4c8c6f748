import { CelList, CelMap } from '../collections.ts';
import { bool, type Kind, list, map, member, type Overload, overload, string } from '../functions.ts';
import { objectOf } from '../types.ts';
import { CelError, noSuchOverload, OpaqueValue, type Value } from '../value.ts';
import {
  bytesOf,
  escapedPath,
  formatUrl,
  type GoUrl,
  hostname,
  parseRequestUri,
  parseUrl,
  port,
  queryParameters,
  textOf,
} from './goUrl.ts';

const type = objectOf('kubernetes.URL');

class Url extends OpaqueValue {
  override readonly type = type;
  readonly url: GoUrl;
  readonly #text: string;

  constructor(url: GoUrl, fragment: string) {
    super();
    this.url = url;
    this.#text = formatUrl(url, fragment);
  }

  override equals(other: Value): boolean | CelError {
    return other instanceof Url ? this.#text === other.#text : noSuchOverload;
  }
}

const url: Kind<Url> = { type, is: (value) => value instanceof Url };
const part = (id: string, read: (url: GoUrl) => string) => [
  member(id, [url], string, ({ url }) => textOf(read(url))),
];

export const urls: Readonly<Record<string, readonly Overload[]>> = {
  url: [overload('string_to_url', [string], url, parse)],
  isURL: [overload('is_url_string', [string], bool, isUrl)],
  getScheme: part('url_get_scheme', ({ scheme }) => scheme),
  getHost: part('url_get_host', ({ host }) => host),
  getHostname: part('url_get_hostname', hostname),
  getPort: part('url_get_port', port),
  getEscapedPath: part('url_get_escaped_path', escapedPath),
  getQuery: [
    member('url_get_query', [url], map(string, list(string)), ({ url }) => {
      const entries = [...queryParameters(url)].map(
        ([key, values]) => [textOf(key), new CelList(values.map(textOf))] as const,
      );
      return new CelMap(entries);
    }),
  ],
};

/** Whether it is a URL with a scheme, or a path from the root on. */
export function isUrl(text: string): boolean {
  return parseRequestUri(bytesOf(text)) !== undefined;
}

function parse(text: string): Value {
  const parsed = isUrl(text) ? parseUrl(bytesOf(text)) : undefined;
  if (parsed === undefined) return new CelError('URL parse error during conversion from string');
  return new Url(parsed.url, parsed.fragment);
}
