import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Page, pageOf, pages, root } from './pages.ts';

/** What is wrong with the links of a page. */
function brokenLinks({ path, prose }: Page, others: readonly Page[] = pages): readonly string[] {
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [file = '', anchor] = target.split('#');
      const resolved = file === '' ? path : normalize(join(path, '..', file));
      if (resolved.startsWith('..')) return [`${target} leaves the repository`];
      if (!existsSync(join(root, resolved))) return [`${target} is not there`];
      if (anchor === undefined) return [];
      const other = others.find((one) => one.path === resolved);
      return other?.headings.some((heading) => heading.anchor === anchor) === true
        ? []
        : [`${target} names no heading`];
    });
}

describe('the pages', () => {
  it.each(pages.map((page) => [page.path, page] as const))('%s links to what is there', (_, page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each([
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/getting-started.md',
    'docs/concepts.md',
    'docs/architecture.md',
    'docs/operations.md',
    'docs/troubleshooting.md',
    'docs/security.md',
    'docs/cluster.md',
    'docs/reference/project.md',
    'docs/reference/deployment.md',
    'docs/reference/policy.md',
    'docs/deployment/concepts.md',
    'docs/deployment/troubleshooting.md',
    'docs/policy/troubleshooting.md',
  ])('%s is there', (path) => {
    expect(pages.map((page) => page.path)).toContain(path);
  });

  it('can all be reached from the README', () => {
    const reached = new Set<string>();
    const waiting = ['README.md'];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (reached.has(path)) continue;
      reached.add(path);
      const prose = pages.find((page) => page.path === path)?.prose ?? '';
      for (const [, target = ''] of prose.matchAll(/\]\(([^)\s#]+)/g)) {
        const resolved = normalize(join(path, '..', target));
        // A folder is a list of its pages.
        for (const { path: other } of pages)
          if (other === resolved || join(other, '..') === resolved.replace(/\/$/, '')) waiting.push(other);
      }
    }
    expect(pages.map((page) => page.path).filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('a broken link', () => {
  const text = '# One\n## `a[].b`, c\n[x](#one) [x](#ab-c) [x](#two) [x](none.md) [`x`](../up.md)';
  const page = pageOf(
    'a.md',
    `${text}\n\`[x](code.md)\`\n\`\`\`\n[x](block.md)\n\`\`\`\n[x](https://a.example/b)`,
  );

  it('is found, and what is code or elsewhere is not taken for one', () => {
    expect(brokenLinks({ ...page, path: 'README.md' }, [{ ...page, path: 'README.md' }])).toEqual([
      '#two names no heading',
      'none.md is not there',
      '../up.md leaves the repository',
    ]);
  });
});
