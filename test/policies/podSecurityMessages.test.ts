import { describe, expect, it } from 'vitest';
import { judge, judged } from './judged.ts';
import { type Manifest, packPolicies } from './packs.ts';

/** Whoever is refused learns which of the pod's parts it is, and what to set. */

const policies = packPolicies().filter(({ file }) => file.startsWith('pod-security/'));

describe.each(policies)('$file', ({ name, spec, cases }) => {
  const ours = judge(name, spec);
  const computed = new Set(
    spec.rules.filter(({ messageExpression }) => messageExpression !== undefined).map((rule) => rule.name),
  );

  it('names what violates it, and says what to do', () => {
    for (const one of cases) {
      for (const [rule, message] of Object.entries(judged(ours, one).messages)) {
        expect(message).toMatch(/[.:] (?:Set|Take|Use|Only|In|set|take|use|leave) /);
        if (computed.has(rule))
          expect(names(one.object).filter((part) => message.includes(part))).not.toEqual([]);
      }
    }
  });
});

/** Of containers, volumes and sysctls, and the keys of annotations. */
function names({ metadata, spec }: Manifest): readonly string[] {
  const found: string[] = [];
  JSON.stringify({ spec, annotations: metadata.annotations }, (key: string, value: unknown) => {
    if (key === 'name' && typeof value === 'string') found.push(value);
    if (key === 'annotations' && typeof value === 'object') found.push(...Object.keys(value ?? {}));
    return value;
  });
  return found;
}
