/**
 * URLs as Go's `net/url` reads them, which is not quite as the web does. Strings here have one character a byte; `bytesOf`
 * and `textOf` convert.
 */
export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly rawPath: string;
  readonly forceQuery: boolean;
  readonly query: string;
  readonly omitHost: boolean;
}

export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

type Part = 'path' | 'host' | 'zone' | 'user' | 'query' | 'fragment';

/** A URL as Go's `ParseRequestURI` takes it, or undefined. */
export function parseRequestUri(text: string): GoUrl | undefined {
  return text === '' ? undefined : parse(text, true);
}

/** As Go's `Parse`: what is behind `#` is a fragment, of which only the escapes are checked. */
export function parseUrl(text: string): { readonly url: GoUrl; readonly fragment: string } | undefined {
  const hash = text.indexOf('#');
  const url = parse(hash === -1 ? text : text.slice(0, hash), false);
  const fragment = hash === -1 ? '' : unescapePart(text.slice(hash + 1), 'fragment');
  return url === undefined || fragment === undefined ? undefined : { url, fragment };
}

const nothing: GoUrl = {
  scheme: '',
  opaque: '',
  user: undefined,
  host: '',
  path: '',
  rawPath: '',
  forceQuery: false,
  query: '',
  omitHost: false,
};

function parse(text: string, viaRequest: boolean): GoUrl | undefined {
  if ([...text].some((byte) => byte < ' ' || byte === '\u007f')) return undefined;
  if (text === '*') return { ...nothing, path: '*' };
  if (text.startsWith(':')) return undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1] ?? '';
  const { rest, query, forceQuery } = cutQuery(scheme === '' ? text : text.slice(scheme.length + 1));
  const base = { ...nothing, scheme: scheme.toLowerCase(), query, forceQuery };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...base, opaque: rest };
    if (viaRequest || (rest.split('/')[0] ?? '').includes(':')) return undefined;
  }
  if (rest.startsWith('//') && (scheme !== '' || (!viaRequest && !rest.startsWith('///')))) {
    const slash = rest.indexOf('/', 2);
    const authority = parseAuthority(base.scheme, slash === -1 ? rest.slice(2) : rest.slice(2, slash));
    return authority === undefined
      ? undefined
      : withPath({ ...base, ...authority }, slash === -1 ? '' : rest.slice(slash));
  }
  return withPath({ ...base, omitHost: scheme !== '' && rest.startsWith('/') }, rest);
}

function cutQuery(text: string): {
  readonly rest: string;
  readonly query: string;
  readonly forceQuery: boolean;
} {
  const mark = text.indexOf('?');
  if (mark === -1) return { rest: text, query: '', forceQuery: false };
  return { rest: text.slice(0, mark), query: text.slice(mark + 1), forceQuery: mark === text.length - 1 };
}

function withPath(url: GoUrl, raw: string): GoUrl | undefined {
  const path = unescapePart(raw, 'path');
  if (path === undefined) return undefined;
  return { ...url, path, rawPath: escapePart(path, 'path') === raw ? '' : raw };
}

function parseAuthority(scheme: string, authority: string): Pick<GoUrl, 'user' | 'host'> | undefined {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (host === undefined) return undefined;
  if (at === -1) return { user: undefined, host };
  const written = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._~:!$&'()*+,;=%@]*$/.test(written)) return undefined;
  const colon = written.indexOf(':');
  const parts = colon === -1 ? [written] : [written.slice(0, colon), written.slice(colon + 1)];
  const unescaped = parts.map((part) => unescapePart(part, 'user'));
  if (unescaped.includes(undefined)) return undefined;
  return { user: unescaped.map((part) => escapePart(part ?? '', 'user')).join(':'), host };
}

function parseHost(scheme: string, host: string): string | undefined {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return undefined;
  if (bracket === 0) return parseBracketed(host);
  const colon = host.indexOf(':');
  if (colon !== -1) {
    const strict = scheme === 'http' || scheme === 'https';
    if (!isPort(host.slice(strict ? colon : host.lastIndexOf(':')))) return undefined;
  }
  return unescapePart(host, 'host');
}

function parseBracketed(host: string): string | undefined {
  const close = host.lastIndexOf(']');
  const port = host.slice(close + 1);
  if (close === -1 || !isPort(port)) return undefined;
  const inner = host.slice(1, close);
  const zone = inner.indexOf('%25');
  const address = unescapePart(zone === -1 ? inner : inner.slice(0, zone), 'host');
  const zonePart = zone === -1 ? '' : unescapePart(inner.slice(zone), 'zone');
  if (address === undefined || zonePart === undefined || zonePart === '%' || !isIpv6(address))
    return undefined;
  return `[${address}${zonePart}]${port}`;
}

/** Roughly: what is between brackets is an IPv6 address. */
function isIpv6(address: string): boolean {
  try {
    return new URL(`http://[${address}]/`).hostname !== '';
  } catch {
    return false;
  }
}

const isPort = (text: string) => /^(?::\d*)?$/.test(text);

/** What stands before the port. */
export function hostname({ host }: GoUrl): string {
  const name = splitHost(host)[0];
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

export const port = ({ host }: GoUrl): string => splitHost(host)[1];

function splitHost(host: string): readonly [string, string] {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || !isPort(host.slice(colon))) return [host, ''];
  return [host.slice(0, colon), host.slice(colon + 1)];
}

export function escapedPath({ path, rawPath }: GoUrl): string {
  if (rawPath !== '' && isEncoded(rawPath) && unescapePart(rawPath, 'path') === path) return rawPath;
  return path === '*' ? '*' : escapePart(path, 'path');
}

const isEncoded = (raw: string) =>
  [...raw].every((byte) => "!$&'()*+,;=:@[]%".includes(byte) || !mustEscape(byte, 'path'));

export function formatUrl(url: GoUrl, fragment: string): string {
  const query = url.forceQuery || url.query !== '' ? `?${url.query}` : '';
  const hash = fragment === '' ? '' : `#${escapePart(fragment, 'fragment')}`;
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') return `${scheme}${url.opaque}${query}${hash}`;
  const path = escapedPath(url);
  const hasAuthority =
    url.host !== '' || url.user !== undefined || (url.scheme !== '' && !url.omitHost && url.path !== '');
  const user = url.user === undefined ? '' : `${url.user}@`;
  const authority = hasAuthority ? `//${user}${escapePart(url.host, 'host')}` : '';
  const slash = path !== '' && !path.startsWith('/') && url.host !== '' ? '/' : '';
  return `${scheme}${authority}${slash}${path}${query}${hash}`;
}

/** The parameters of a query, each with its values; those that cannot be read are left out. */
export function queryParameters({ query }: GoUrl): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  const pairs = query.split('&');
  // Go takes at most 10,000.
  if (pairs.length > 10_000) return parameters;
  for (const pair of pairs) {
    if (pair === '' || pair.includes(';')) continue;
    const equal = pair.indexOf('=');
    const key = unescapePart(equal === -1 ? pair : pair.slice(0, equal), 'query');
    const value = unescapePart(equal === -1 ? '' : pair.slice(equal + 1), 'query');
    if (key === undefined || value === undefined) continue;
    parameters.set(key, [...(parameters.get(key) ?? []), value]);
  }
  return parameters;
}

function unescapePart(text: string, part: Part): string | undefined {
  let unescaped = '';
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? '';
    if (byte === '%') {
      const code = text.slice(at + 1, at + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(code)) return undefined;
      const decoded = String.fromCharCode(Number.parseInt(code, 16));
      if (part === 'host' && Number.parseInt(code, 16) < 0x80 && code !== '25') return undefined;
      if (part === 'zone' && code !== '25' && decoded !== ' ' && mustEscape(decoded, 'host'))
        return undefined;
      unescaped += decoded;
      at += 2;
    } else if (byte === '+' && part === 'query') unescaped += ' ';
    else if ((part === 'host' || part === 'zone') && byte < '\u0080' && mustEscape(byte, part))
      return undefined;
    else unescaped += byte;
  }
  return unescaped;
}

function escapePart(text: string, part: Part): string {
  return text.replace(/[\s\S]/g, (byte) =>
    mustEscape(byte, part) ? `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : byte,
  );
}

/** The bytes that each part may hold as they are, besides letters, digits and `-_.~`. */
const allowed: Readonly<Record<Part, string>> = {
  path: '$&+,/:;=@',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  user: '$&+,;=',
  query: '',
  fragment: '$&+,/:;=?@!()*',
};

const mustEscape = (byte: string, part: Part) =>
  !/[A-Za-z0-9\-_.~]/.test(byte) && !allowed[part].includes(byte);
