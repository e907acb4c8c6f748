import type { ScalarTag, Tags } from 'yaml';

/**
 * YAML as Kubernetes reads it, which is 1.1 but for some: `yes` is true and `0644` octal, and so is `0o644`; but neither `22:22`
 * nor `2027-01-01` is a number or a time, and `e2` and `.` are texts: a number begins with a digit, maybe behind a point.
 */
export const yamlOptions = {
  version: '1.1',
  customTags: asKubernetes,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

function asKubernetes(tags: Tags): Tags {
  return tags.flatMap((tag): Tags => {
    if (typeof tag === 'string') return tag === 'timestamp' ? [] : [tag];
    if (tag.tag === 'tag:yaml.org,2002:timestamp') return [];
    return isScalarTag(tag) ? numberAsKubernetes(tag) : [tag];
  });
}

function isScalarTag(tag: Exclude<Tags[number], string>): tag is ScalarTag {
  return 'test' in tag;
}

function numberAsKubernetes(tag: ScalarTag): Tags {
  if (tag.format === 'TIME') return [];
  if (tag.format === 'OCT') {
    const resolve = (text: string) => Number.parseInt(text.replace(/[o_]/g, ''), 8);
    return [{ ...tag, test: /^[-+]?0o?_*[0-7][0-7_]*$/, resolve }];
  }
  // Those of infinity and of what is no number have no digits at all.
  if (tag.tag !== 'tag:yaml.org,2002:float' || tag.test === undefined || tag.test.test('.inf')) return [tag];
  return [{ ...tag, test: new RegExp(`(?=[-+]?\\.?[0-9])${tag.test.source}`) }];
}
