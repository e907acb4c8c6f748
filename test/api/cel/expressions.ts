import fc from 'fast-check';

/**
 * Expressions over specimens, as their text. Each sort of value has its own rules, which use each other's; most of what
 * comes out compiles, some fails when it runs, and a little is ill-typed on purpose.
 */
export function expressions(depth: number): fc.Arbitrary<string> {
  const { bool, wrong } = grammar(depth);
  return fc.oneof({ weight: 60, arbitrary: bool }, { weight: 1, arbitrary: wrong });
}

type Text = fc.Arbitrary<string>;

interface Grammar {
  readonly bool: Text;
  readonly wrong: Text;
}

const grammars = new Map<number, Grammar>();

function grammar(depth: number): Grammar {
  const known = grammars.get(depth);
  if (known !== undefined) return known;
  const made = depth === 0 ? leaves() : branches(depth);
  grammars.set(depth, made);
  return made;
}

/** Text with arbitraries in it. */
function text(parts: TemplateStringsArray, ...values: readonly Text[]): Text {
  return fc
    .tuple(...values)
    .map((chosen) => parts.map((part, index) => part + (chosen[index] ?? '')).join(''));
}

const oneOf = (...choices: readonly Text[]): Text => fc.oneof(...choices);
const literally = (...choices: readonly string[]): Text => fc.constantFrom(...choices);
const places = (...fields: readonly string[]): Text =>
  literally(...fields.map((field) => `object.spec.${field}`));

const comparison = literally('==', '!=', '<', '<=', '>', '>=');
const equality = literally('==', '!=');
const whole = literally('0', '1', '2', '3', '-1', '5', '9223372036854775807', '-9223372036854775808', '0x10');
const real = literally('0.5', '1.0', '-2.25', '1e3', '.5', 'double("NaN")', 'double("inf")');
const word = literally(
  "'a'",
  "''",
  "'web'",
  "'Web-1'",
  '"größe"',
  "'😀x'",
  "r'a.b'",
  "'app'",
  "'10.0.0.1'",
  "'''x'''",
  "'\\u00fc\\n'",
  "'a,b,,c'",
);
const pattern = literally(
  "'^[a-z]+$'",
  "'a|b'",
  "'[0-9]+'",
  "'(a*)*b'",
  "'\\\\pL+'",
  "'(?i)WEB'",
  "'x{1001}'",
  "'('",
  "''",
);
const unit = literally("'1h'", "'90s'", "'-5ms'", "'1.5m'", "'x'", "'300000h'");
const moment = literally(
  "'2024-02-29T12:30:00Z'",
  "'2023-12-31T23:59:59.5-08:00'",
  "'2024-02-30T00:00:00Z'",
  "'now'",
);
const amount = literally(
  "'100m'",
  "'1Gi'",
  "'1.5'",
  "'2e3'",
  "'0.1n'",
  "'abc'",
  "'-3Ki'",
  "'1000m'",
  "'9999999999999999999'",
);
const ipText = literally(
  "'10.0.0.1'",
  "'::1'",
  "'2001:DB8::1'",
  "'1.2.3'",
  "'::ffff:1.2.3.4'",
  "'224.0.0.1'",
  "'169.254.1.1'",
);
const cidrText = literally("'10.0.0.0/8'", "'::/0'", "'10.1.2.3/16'", "'10.0.0.0/33'", "'fe80::/10'");
const versionText = literally(
  "'1.2.3'",
  "'1.10.0-rc.1+b'",
  "'v1.0'",
  "'1.0.0-alpha.2'",
  "'1.0.0-alpha.beta'",
);
const urlText = literally(
  "'https://u:p@example.com:80/a%2Fb?x=1&x=2&y=a+b#f'",
  "'/path?q'",
  "'http://[::1]:8080/'",
  "'x:y'",
  "'::'",
);
const key = literally("'app'", "'team'", "'a/b'", "'none'");
const formatName = literally(
  'dns1123Label',
  'dns1123Subdomain',
  'dns1035Label',
  'qualifiedName',
  'labelValue',
  'dns1123LabelPrefix',
  'uri',
  'uuid',
  'byte',
  'date',
  'datetime',
);

/** Fields of specimens, whatever they hold. */
const anyPlace = places(
  'replicas',
  'share',
  'name',
  'enabled',
  'nothing',
  'tags',
  'counts',
  'labels',
  'containers',
  'missing',
  'missing.deeper',
  'containers[0]',
  'containers[1].image',
  'tags[0]',
  'counts[5]',
  "labels['app']",
  'labels.team',
);
const intPlace = places(
  'replicas',
  'counts[0]',
  'counts[1]',
  'containers[0].ports[0].containerPort',
  'missing',
);
const textPlace = places(
  'name',
  'tags[0]',
  'labels.app',
  'containers[0].image',
  'containers[0].name',
  'at',
  'version',
);
const textsPlace = places(
  'tags',
  'containers.map(c, c.name)',
  'containers.map(c, c.image)',
  'labels.map(k, k).sort()',
);

function leaves(): Grammar {
  const bool = oneOf(
    literally('true', 'false'),
    places('enabled', 'missing'),
    text`has(${places('replicas', 'nothing', 'labels.app', 'missing', 'missing.deeper', 'name.first', 'tags')})`,
    text`${intPlace} ${comparison} ${whole}`,
    text`${textPlace} ${equality} ${word}`,
    text`${key} in object.spec.labels`,
    text`${word} in object.spec.tags`,
    text`${anyPlace} ${equality} ${anyPlace}`,
    text`${anyPlace} ${equality} null`,
  );
  return { bool, wrong: text`${whole} + ${word}` };
}

function branches(depth: number): Grammar {
  const { bool } = grammar(depth - 1);
  const int = integers(depth);
  const double = doubles(depth);
  const string = strings(depth);
  const list = texts(depth);
  const ints = integerLists(depth);
  const own: Text = fc.oneof(
    { weight: 3, arbitrary: text`${int} ${comparison} ${int}` },
    { weight: 1, arbitrary: text`${double} ${comparison} ${double}` },
    { weight: 1, arbitrary: text`${int} ${literally('<', '>=')} ${double}` },
    { weight: 3, arbitrary: text`${string} ${comparison} ${string}` },
    { weight: 2, arbitrary: text`${list} ${equality} ${list}` },
    { weight: 1, arbitrary: text`${ints} ${equality} ${ints}` },
    { weight: 3, arbitrary: text`(${bool} && ${bool})` },
    { weight: 3, arbitrary: text`(${bool} || ${bool})` },
    { weight: 2, arbitrary: text`!(${bool})` },
    { weight: 2, arbitrary: text`(${bool} ? ${bool} : ${bool})` },
    { weight: 1, arbitrary: text`(${bool}) == (${bool})` },
    { weight: 3, arbitrary: onLists(list, ints, bool) },
    { weight: 3, arbitrary: onStrings(string, list) },
    { weight: 3, arbitrary: libraries(string) },
    { weight: 2, arbitrary: optionals(int, string) },
    { weight: 2, arbitrary: times() },
    { weight: 1, arbitrary: text`${anyPlace} ${comparison} ${anyPlace}` },
    {
      weight: 1,
      arbitrary: text`type(${oneOf(int, string, list, anyPlace)}) ${equality} ${literally('int', 'string', 'list', 'map', 'null_type', 'double', 'bool', 'type')}`,
    },
  );
  const wrong = oneOf(
    text`${int} + ${string}`,
    text`${string} ${comparison} ${whole}`,
    text`[${whole}, ${word}] == []`,
    text`${string}.${literally('nope', 'size(1)', 'map(1, 2)', 'exists(x)', 'matches("(")')}`,
    text`undeclared.field == ${int}`,
    text`${bool} ? ${whole} : ${word}`,
    text`${int} == ${int} ==`,
    text`"%d".format([${word}]) == ''`,
    text`duration('5 minutes') == ${literally("duration('1s')")}`,
    text`int(${word}) == 1`,
    text`${literally('object.spec.a{b: 1}', '1 < 2 < 3', '--1 == 1', 'a ? b ? c : d : e', "b'é' == bytes('é')", '1 == 1 in [true]', 'has(object)', '[1].all(1, true)')}`,
  );
  return { bool: own, wrong };
}

function integers(depth: number): Text {
  if (depth <= 0) return oneOf(whole, intPlace);
  const int = integers(depth - 2);
  const string = strings(depth - 2);
  const list = texts(depth - 2);
  const ints = integerLists(depth - 2);
  return oneOf(
    whole,
    intPlace,
    text`(${int} ${literally('+', '-', '*', '/', '%')} ${int})`,
    text`-(${int})`,
    text`size(${oneOf(string, list, ints, anyPlace)})`,
    text`${list}.size()`,
    text`int(${oneOf(string, doubles(0), int)})`,
    text`int(uint(${int}))`,
    text`${string}.indexOf(${word})`,
    text`${string}.lastIndexOf(${word}, ${whole})`,
    text`${ints}.${literally('sum()', 'min()', 'max()', 'indexOf(1)', 'lastIndexOf(2)')}`,
    text`${list}.indexOf(${word})`,
    text`semver(${versionText}).${literally('major()', 'minor()', 'patch()')}`,
    text`semver(${versionText}).compareTo(semver(${versionText}))`,
    text`ip(${ipText}).family()`,
    text`cidr(${cidrText}).prefixLength()`,
    text`quantity(${amount}).${literally('asInteger()', 'compareTo(quantity("1"))')}`,
    text`sign(quantity(${amount}))`,
    text`duration(string(${oneOf(places('lasting'), literally("'1h'"))})).${literally('getHours()', 'getSeconds()', 'getMilliseconds()')}`,
    text`timestamp(string(${places('at')})).${literally('getHours()', 'getDayOfWeek()', 'getDayOfYear()', "getHours('+02:00')", "getDate('Europe/Berlin')")}`,
  );
}

function doubles(depth: number): Text {
  if (depth <= 0) return oneOf(real, places('share'));
  const double = doubles(depth - 2);
  return oneOf(
    real,
    places('share'),
    text`(${double} ${literally('+', '-', '*', '/')} ${double})`,
    text`double(${oneOf(integers(depth - 2), strings(depth - 2))})`,
    text`quantity(${amount}).asApproximateFloat()`,
  );
}

function strings(depth: number): Text {
  if (depth <= 0) return oneOf(word, textPlace);
  const string = strings(depth - 2);
  const int = integers(depth - 2);
  return oneOf(
    word,
    textPlace,
    text`(${string} + ${string})`,
    text`string(${oneOf(int, doubles(depth - 2), textPlace, anyPlace)})`,
    text`${string}.${literally('lowerAscii()', 'upperAscii()', 'trim()')}`,
    text`${string}.replace(${word}, ${word})`,
    text`${string}.replace(${word}, ${word}, ${whole})`,
    text`${string}.substring(${literally('0', '1', '2', '9')})`,
    text`${string}.substring(${literally('0', '1')}, ${literally('0', '1', '2', '9')})`,
    text`${string}.charAt(${literally('0', '1', '9', '-1')})`,
    text`${string}.find(${pattern})`,
    text`${texts(depth - 2)}.join(${word})`,
    text`'%s-%d-%x'.format([${oneOf(string, anyPlace)}, ${int}, ${word}])`,
    text`'%.2f|%s'.format([${doubles(0)}, ${oneOf(texts(0), integerLists(0))}])`,
    text`strings.quote(${string})`,
    text`url(${urlText}).${literally('getHost()', 'getHostname()', 'getPort()', 'getEscapedPath()', 'getScheme()')}`,
    text`string(${oneOf(text`ip(${ipText})`, text`cidr(${cidrText}).masked()`, text`duration(string(${places('lasting')}))`, text`timestamp(string(${places('at')}))`)})`,
    text`string(bytes(${string}))`,
  );
}

function texts(depth: number): Text {
  const simple = oneOf(textsPlace, literally("['a', 'b']", "['web', 'a', 'web']", "['']"));
  if (depth <= 0) return simple;
  const list = texts(depth - 2);
  const string = strings(depth - 2);
  return oneOf(
    simple,
    text`[${word}, ${word}]`,
    text`(${list} + ${list})`,
    text`${list}.filter(x, x ${comparison} ${word})`,
    text`${list}.map(x, x.upperAscii())`,
    text`${list}.map(x, x.startsWith('a'), x + ${word})`,
    text`${list}.transformList(i, x, i > 0, x)`,
    text`${list}.${literally('sort()', 'distinct()', 'reverse()', 'slice(0, 1)', 'slice(1, 5)', 'sortBy(x, size(x))')}`,
    text`[${list}, ${list}].flatten()`,
    text`${string}.split(${literally("','", "''", "'.'")})`,
    text`${string}.split(',', ${literally('0', '1', '2', '-1')})`,
    text`${string}.findAll(${pattern})`,
    text`url(${urlText}).getQuery()[${literally("'x'", "'y'", "'none'")}]`,
  );
}

function integerLists(depth: number): Text {
  const simple = oneOf(places('counts'), literally('[1, 2, 3]', '[2, 1]', 'lists.range(4)', '[0]'));
  if (depth <= 0) return simple;
  const ints = integerLists(depth - 2);
  return oneOf(
    simple,
    text`${ints}.filter(x, x ${comparison} ${literally('1', '2')})`,
    text`${ints}.map(x, x * ${literally('2', '-1')})`,
    text`${ints}.transformList(i, x, i + x)`,
    text`${ints}.sortBy(x, -x)`,
    text`(${ints} + ${ints})`,
    text`[${integers(depth - 2)}, ${whole}]`,
  );
}

function onLists(list: Text, ints: Text, bool: Text): Text {
  const container = oneOf(
    text`c.name ${equality} ${word}`,
    literally(
      'has(c.resources)',
      "has(c.resources.requests) && 'cpu' in c.resources.requests",
      'c.privileged',
      '!has(c.privileged) || !c.privileged',
      "c.image.contains(':') && !c.image.endsWith(':latest')",
      "c.image.matches('^[a-z.]+/')",
      'c.ports.all(p, p.containerPort > 100)',
      'c.ports.exists(p, p.containerPort == 80)',
      "quantity(c.resources.requests.cpu).isLessThan(quantity('1'))",
      'c.?resources.?requests.?cpu.hasValue()',
    ),
  );
  const quantifier = literally('all', 'exists', 'exists_one');
  return oneOf(
    text`object.spec.containers.${quantifier}(c, ${container})`,
    text`object.spec.containers.filter(c, ${container}).size() ${comparison} ${literally('1', '2')}`,
    text`${list}.${quantifier}(x, x ${equality} ${word})`,
    text`${list}.${quantifier}(x, ${bool})`,
    text`${ints}.${quantifier}(x, x ${comparison} ${literally('1', '2')})`,
    text`${ints}.${quantifier}(x, 4 / x ${comparison} ${literally('1', '2')})`,
    text`${ints}.${literally('all', 'exists', 'existsOne')}(i, x, i ${comparison} x)`,
    text`object.spec.labels.${quantifier}(k, object.spec.labels[k] ${equality} ${word})`,
    text`object.spec.labels.${literally('all', 'exists')}(k, v, k.contains('a') && v ${equality} ${word})`,
    text`object.spec.labels.transformMap(k, v, size(v)).${literally('all', 'exists')}(k, k in object.spec.labels)`,
    text`object.spec.labels.transformMapEntry(k, v, {v: k}).size() ${comparison} ${literally('1', '2')}`,
    text`sets.${literally('contains', 'equivalent', 'intersects')}(${list}, ${list})`,
    text`${list}.isSorted()`,
    text`${ints}.isSorted()`,
    text`${word} in ${list}`,
    text`${anyPlace} in ${oneOf(list, literally("['a', 'web']", '[1, 2]', '[]'))}`,
    text`{'a': 1, 'b': 2}[${oneOf(key, textPlace)}] ${comparison} ${whole}`,
    text`{${literally('1', '2')}: 'x', 3: 'y'}.size() == ${whole}`,
  );
}

function onStrings(string: Text, list: Text): Text {
  return oneOf(
    text`${string}.${literally('contains', 'startsWith', 'endsWith')}(${oneOf(word, string)})`,
    text`${string}.matches(${pattern})`,
    text`${string}.matches(${textPlace})`,
    text`${list}.all(x, x.matches(${pattern}))`,
    text`bytes(${string}) ${equality} ${literally("b'a'", "b'\\xff'")}`,
    text`bool(${string})`,
  );
}

function libraries(string: Text): Text {
  const checked = oneOf(string, ipText, cidrText, urlText, amount, versionText, word);
  return oneOf(
    text`${literally('isIP', 'isCIDR', 'isURL', 'isQuantity', 'isSemver', 'ip.isCanonical')}(${checked})`,
    text`isSemver(${versionText}, true)`,
    text`quantity(${oneOf(amount, text`string(${places('amount')})`)}).${literally('isInteger()', 'isLessThan(quantity("1"))', 'isGreaterThan(quantity("100m"))')}`,
    text`quantity(${amount}).${literally('add(1)', 'sub(quantity("1"))', 'add(quantity("1Gi"))')} == quantity(${amount})`,
    text`quantity(${amount}) ${equality} quantity(${amount}).add(0)`,
    text`ip(${ipText}).${literally('isLoopback()', 'isGlobalUnicast()', 'isLinkLocalUnicast()', 'isLinkLocalMulticast()', 'isUnspecified()')}`,
    text`cidr(${cidrText}).${literally('containsIP', 'containsCIDR')}(${oneOf(ipText, cidrText)})`,
    text`cidr(${cidrText}).containsIP(ip(${ipText}))`,
    text`cidr(${cidrText}).ip() == ip(${ipText})`,
    text`url(${urlText}) ${equality} url(${urlText})`,
    text`semver(${versionText}).${literally('isLessThan', 'isGreaterThan')}(semver(${versionText}))`,
    text`format.${formatName}().validate(${checked}).hasValue()`,
    text`format.named('${formatName}').value().validate(${string}).orValue([]).size() ${comparison} ${literally('0', '1')}`,
    text`string(${places('address')}) == ${ipText} || isIP(string(${places('address')}))`,
    text`url(string(${places('link')})).getHost() ${equality} ${word}`,
  );
}

function optionals(int: Text, string: Text): Text {
  const place = literally(
    'object.?spec.?missing',
    'object.spec.?replicas',
    'object.spec.?labels.?app',
    'object.spec.?containers[0].?name',
    "object.spec.labels[?'app']",
    'object.spec.tags[?1]',
    'object.?spec.nothing',
    'optional.none()',
  );
  // The API server does not survive an optional entry of which it knows no type.
  const typedPlace = literally(
    'object.?spec.?missing',
    'object.spec.?labels.?app',
    'object.?spec.name',
    'optional.none()',
  );
  return oneOf(
    text`${place}.hasValue()`,
    text`${place}.orValue(${oneOf(word, whole)}) ${equality} ${anyPlace}`,
    text`${place}.or(object.?spec.?name).hasValue()`,
    text`${place}.optMap(v, v == ${oneOf(word, whole)}).orValue(false)`,
    text`object.spec.?name.optMap(v, v + 'x').orValue('') ${equality} ${string}`,
    text`object.spec.?labels.optFlatMap(v, v.?app).orValue('') ${equality} ${word}`,
    text`${place}.value() == ${oneOf(word, whole)}`,
    text`optional.of(${int}).value() ${comparison} ${whole}`,
    text`optional.ofNonZeroValue(${string}).hasValue()`,
    text`has(object.?spec.${literally('name', 'missing')})`,
    text`[?${typedPlace}, ?optional.of('z')].size() ${comparison} ${literally('1', '2')}`,
    text`{?'a': ${typedPlace}}.size() == ${literally('0', '1')}`,
  );
}

function times(): Text {
  const duration = oneOf(text`duration(${unit})`, text`duration(string(${places('lasting')}))`);
  const timestamp = oneOf(
    text`timestamp(${moment})`,
    text`timestamp(string(${places('at')}))`,
    literally('timestamp(0)'),
  );
  return oneOf(
    text`${duration} ${comparison} ${duration}`,
    text`${timestamp} ${comparison} ${timestamp}`,
    text`${timestamp} ${literally('+', '-')} ${duration} ${comparison} ${timestamp}`,
    text`${timestamp} - ${timestamp} ${comparison} ${duration}`,
    text`(${duration} ${literally('+', '-')} ${duration}) ${comparison} ${duration}`,
  );
}
