import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addDeploymentController } from '../../controllers/deployment/index.ts';
import { deploymentSettings } from '../../controllers/deployment/settings.ts';
import { addPolicyController } from '../../controllers/policy/index.ts';
import { policySettings } from '../../controllers/policy/settings.ts';
import { addProjectController } from '../../controllers/project/index.ts';
import { projectSettings } from '../../controllers/project/settings.ts';
import { reasons } from '../../controllers/project/status/reasons.ts';
import { loadConfiguration } from '../../operator/config/configuration.ts';
import { settingsOf } from '../../operator/config/settings.ts';
import { createLog, Manager } from '../../operator/index.ts';
import { settings } from '../../settings.ts';
import { codeIn, page, section, tableIn } from './pages.ts';

describe('troubleshooting', () => {
  const troubleshooting = page('docs/troubleshooting.md');
  const allReasons = section(troubleshooting, 'All reasons');
  const rows = tableIn(allReasons);

  it('has a section for each reason that a condition can have, and for no other', () => {
    const sections = troubleshooting.headings.filter(({ level }) => level === 3).map(({ text }) => text);
    expect(sections.toSorted()).toEqual(Object.keys(reasons).toSorted());
  });

  it('says of each in the table, in the order of the code, whether waiting helps', () => {
    const said = rows.map(([reason = '', stalled]) => [/^\[(\w+)\]/.exec(reason)?.[1], stalled]);
    const known = Object.entries(reasons).map(([reason, { stalled }]) => [reason, stalled ? 'yes' : 'no']);
    expect(said).toEqual(known);
  });

  it.each(
    Object.entries(reasons).filter(([, { remedy }]) => remedy !== 'Nothing to do.'),
  )('says what to do about %s', (reason) => {
    expect(section(troubleshooting, reason)).toContain('**Do:**');
  });
});

describe('the metrics of operations', () => {
  const operator = wholeOperator().metrics;
  const libraries = new Set(
    operator.registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => /^(process|nodejs)_/.test(name)),
  );
  const ours = operator.registry
    .getMetricsAsArray()
    .filter(({ name }) => !libraries.has(name))
    .map((metric) => [metric.name, labelsOf(metric)] as const);
  const rows = tableIn(section(page('docs/operations.md'), 'Metrics'));

  it('are those that are served, with their labels', () => {
    const said = rows.map(([name, labels = '']) => [
      codeIn(name),
      [...labels.matchAll(/`(\w+)`/g)].map((match) => match[1]).toSorted(),
    ]);
    expect(sorted(said)).toEqual(sorted(ours.map(([name, labels]) => [name, labels.toSorted()])));
  });

  it('named anywhere else on the page are among them', () => {
    const names = ours.map(([name]) => name);
    const named = [
      ...page('docs/operations.md').text.matchAll(
        /\b(?:mainstay|workqueue|controller_runtime|rest_client|leader_election|operator)_[a-z_]+/g,
      ),
    ].map(([name]) => name);
    expect(named.length).toBeGreaterThan(rows.length);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('the settings of operations', () => {
  const rows = tableIn(section(page('docs/operations.md'), 'All settings')).map(
    ([setting, variable, value]) => ({
      setting: codeIn(setting),
      variable: codeIn(variable),
      value: codeIn(value),
    }),
  );
  const load = (env: Readonly<Record<string, string>>) =>
    loadConfiguration({ prefix: 'MAINSTAY', schema: settings, argv: [], env, directory: '/nonexistent' });

  it('are those of the program, in its order, with the variables that set them', () => {
    const known = settingsOf(settings, 'MAINSTAY').map(({ path, variable }) => ({ setting: path, variable }));
    expect(rows.map(({ setting, variable }) => ({ setting, variable }))).toEqual(known);
  });

  it('have flags that are the variables in small letters', () => {
    for (const { flag, variable } of settingsOf(settings, 'MAINSTAY')) {
      expect(`--${variable.replace('MAINSTAY_', '').toLowerCase().replaceAll('_', '-')}`).toBe(flag);
    }
  });

  it('have the defaults that are told, written as they may be given', () => {
    const given = Object.fromEntries(
      rows.flatMap(({ variable = '', value }) => (value === undefined ? [] : [[variable, value]])),
    );
    expect(load(given).value).toEqual(load({}).value);
  });

  it('have no default where none is told', () => {
    const without = load({})
      .origins.filter(({ value }) => value === undefined)
      .map(({ path }) => path);
    expect(rows.flatMap(({ setting, value }) => (value === undefined ? [setting] : []))).toEqual(without);
  });
});

/** As `main.ts` puts it together, but never run, so that nothing is sent. */
function wholeOperator(): Manager {
  const manager = new Manager({
    connection: {
      server: new URL('https://127.0.0.1'),
      namespace: 'mainstay-system',
      send: () => Promise.reject(new Error('nothing is to be sent')),
      close: () => Promise.resolve(),
    },
    fieldManager: 'mainstay',
    log: createLog({ level: 'silent' }),
    leaderElection: { name: 'mainstay' },
  });
  addProjectController(manager, projectSettings.parse({}));
  addDeploymentController(manager, deploymentSettings.parse({}), []);
  addPolicyController(manager, policySettings.parse({}));
  return manager;
}

function labelsOf(metric: object): readonly string[] {
  return z.object({ labelNames: z.array(z.string()).default([]) }).parse(metric).labelNames;
}

function sorted<T extends readonly unknown[]>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((left, right) => String(left[0]).localeCompare(String(right[0])));
}
