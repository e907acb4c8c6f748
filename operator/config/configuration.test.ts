import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { loadConfiguration } from './configuration.ts';
import { duration } from './duration.ts';

const schema = z.object({
  log: z.object({
    level: z.enum(['debug', 'info']).default('info').meta({ description: 'How much is logged' }),
  }),
  leaderElection: z.object({ enabled: z.boolean().default(true), leaseDuration: duration().prefault('15s') }),
  ranges: z.array(z.string()).default([]),
  workers: z.int().positive().default(1),
  token: z.string().min(8).optional().meta({ secret: true }),
});

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function load(from: {
  argv?: string[];
  env?: Record<string, string>;
  files?: Record<string, string>;
  environment?: string;
}) {
  const directory = mkdtempSync(join(tmpdir(), 'configuration-'));
  directories.push(directory);
  for (const [name, text] of Object.entries(from.files ?? {})) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const { argv = [], env = {}, environment } = from;
  const options = { prefix: 'APP', schema, argv, env, directory, component: 'operator' };
  return loadConfiguration(environment === undefined ? options : { ...options, environment });
}

describe('the configuration', () => {
  it('is the defaults where nothing is said', () => {
    expect(load({}).value).toEqual({
      log: { level: 'info' },
      leaderElection: { enabled: true, leaseDuration: 15_000 },
      ranges: [],
      workers: 1,
    });
  });

  it('takes each value from the highest source that has it', () => {
    const sources = [
      { global: 'workers: 2' },
      { component: 'workers: 3' },
      { environment: 'workers: 4' },
      { argv: ['--workers', '5'] },
      { env: { APP_WORKERS: '6' } },
    ];
    const files: Record<string, string> = { 'environments/prod.yaml': '' };
    const given: { argv?: string[]; env?: Record<string, string> } = {};
    const values = sources.map((source) => {
      if ('global' in source) files['global.yaml'] = source.global;
      if ('component' in source) files['components/operator.yaml'] = source.component;
      if ('environment' in source) files['environments/prod.yaml'] = source.environment;
      if ('argv' in source) given.argv = source.argv;
      if ('env' in source) given.env = source.env;
      return load({ files, environment: 'prod', ...given }).value.workers;
    });
    expect(values).toEqual([2, 3, 4, 5, 6]);
  });

  it('merges sections and replaces lists', () => {
    const { value } = load({
      files: {
        'global.yaml': 'leaderElection: { enabled: false }\nranges: [10.0.0.0/8]',
        'components/operator.yaml': 'leaderElection: { leaseDuration: 1m30s }\nranges: [192.168.0.0/16]',
      },
    });
    expect(value.leaderElection).toEqual({ enabled: false, leaseDuration: 90_000 });
    expect(value.ranges).toEqual(['192.168.0.0/16']);
  });

  it('reads flags with and without an equals sign, switches, and lists', () => {
    const { value } = load({
      argv: ['--leader-election-enabled=false', '--log-level', 'debug', '--ranges', '[a, b]', '--workers=3'],
    });
    expect(value).toMatchObject({
      leaderElection: { enabled: false },
      log: { level: 'debug' },
      ranges: ['a', 'b'],
      workers: 3,
    });
    expect(load({ argv: ['--leader-election-enabled', '--workers', '2'] }).value.leaderElection.enabled).toBe(
      true,
    );
  });

  it('keeps text as text, also where YAML would read a number', () => {
    expect(load({ env: { APP_TOKEN: '1234567890' } }).value.token).toBe('1234567890');
  });

  it.each([
    [
      'a variable',
      { env: { APP_WORKER: '3' } },
      'APP_WORKER: unknown key APP_WORKER; did you mean APP_WORKERS?',
    ],
    ['a flag', { argv: ['--wrokers', '3'] }, '--wrokers: unknown key --wrokers; did you mean --workers?'],
    [
      'a key of a file',
      { files: { 'global.yaml': 'workers: 2\nleaderElecton: {}' } },
      'global.yaml:2: unknown key leaderElecton; did you mean leaderElection?',
    ],
    [
      'a key of a section',
      { files: { 'global.yaml': 'log:\n  levle: debug' } },
      'global.yaml:2: unknown key log.levle; did you mean log.level?',
    ],
    [
      'a bad value of a file',
      { files: { 'global.yaml': 'log: {}\nworkers: many' } },
      'global.yaml:2: workers: Invalid input: expected number',
    ],
    [
      'a bad value of a variable',
      { env: { APP_LOG_LEVEL: 'loud' } },
      'APP_LOG_LEVEL: log.level: Invalid option',
    ],
    [
      'a section that is none',
      { files: { 'global.yaml': 'log: debug' } },
      'global.yaml:1: log must be a mapping',
    ],
    ['broken YAML', { files: { 'global.yaml': 'log: {}\nworkers: [' } }, 'global.yaml:2: '],
    ['an environment without a file', { environment: 'prdo' }, 'environments/prdo.yaml: does not exist'],
    ['an argument that is no flag', { argv: ['start'] }, 'start: is not expected here'],
    ['a flag without its value', { argv: ['--workers'] }, '--workers: needs a value'],
    ['a flag with a flag for its value', { argv: ['--token', '--workers', '2'] }, '--token: needs a value'],
    ['a folder without its name', { argv: ['--config'] }, '--config: needs a value'],
    ['a folder before another flag', { argv: ['--config', '--workers', '2'] }, '--config: needs a value'],
    ['a folder of no name', { env: { APP_CONFIG: '' } }, 'APP_CONFIG: needs a value'],
    ['a folder that is none', { argv: ['--config=/nonexistent'] }, '--config: /nonexistent is no folder'],
    ['a nameless environment', { argv: ['--environment'] }, '--environment: needs a value'],
    ['an environment of no name', { env: { APP_ENVIRONMENT: '' } }, 'APP_ENVIRONMENT: needs a value'],
    ['an empty environment', { argv: ['--environment='] }, '--environment: needs a value'],
  ])('refuses %s, and says where it is', (_, from, message) => {
    expect(() => load(from)).toThrow(message);
  });

  it('names every problem at once', () => {
    expect.assertions(1);
    try {
      load({ env: { APP_WORKERS: 'x', APP_LOG_LEVEL: 'y' }, argv: ['--z'] });
    } catch (error) {
      expect(error).toHaveProperty('problems.length', 3);
    }
  });

  it('is not disturbed by the variables of a Service of the same name', () => {
    const env = {
      APP_SERVICE_HOST: '10.0.0.1',
      APP_SERVICE_PORT: '80',
      APP_SERVICE_PORT_METRICS: '80',
      APP_PORT: 'tcp://10.0.0.1:80',
      APP_PORT_80_TCP: 'tcp://10.0.0.1:80',
      APP_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(load({ env }).value.workers).toBe(1);
    expect(() => load({ env: { APP_PORT: 'tcp://10.0.0.1:80' } })).toThrow('unknown key APP_PORT');
  });

  it('leaves an optional section out unless something in it is set, and then needs it whole', () => {
    const optional = z.object({ mirror: z.object({ url: z.url(), retries: z.int().default(3) }).optional() });
    const loadIt = (env: Record<string, string>) =>
      loadConfiguration({ prefix: 'APP', schema: optional, argv: [], env, directory: '/nonexistent' }).value;
    expect(loadIt({})).toEqual({});
    expect(loadIt({ APP_MIRROR_URL: 'http://x' })).toEqual({ mirror: { url: 'http://x', retries: 3 } });
    expect(() => loadIt({ APP_MIRROR_RETRIES: '2' })).toThrow('mirror.url: ');
  });

  it('prints every value with its origin', () => {
    const lines = load({
      argv: ['--print-config'],
      env: { APP_WORKERS: '6' },
      files: { 'global.yaml': '\nlog: { level: debug }' },
    })
      .print()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ').replace(/# .*configuration-\w+\//, '# '));
    expect(lines).toEqual([
      'log.level = "debug" # global.yaml:2',
      'leaderElection.enabled = true # default',
      'leaderElection.leaseDuration = 15000 # default',
      'ranges = [] # default',
      'workers = 6 # APP_WORKERS',
      'token = (unset) # default',
    ]);
  });

  it('shows no secret, neither printed nor in an error', () => {
    const printed = load({ env: { APP_TOKEN: 'hunter2hunter2' } });
    expect(printed.print()).toContain('"(hidden)"');
    expect(`${printed.print()}${JSON.stringify(printed.origins)}`).not.toContain('hunter2');
    expect(() => load({ env: { APP_TOKEN: 'hunter2' } })).toThrow('APP_TOKEN: token: is not valid');
  });

  it('tells printing and help from a run, and describes every flag', () => {
    expect([
      load({}).asked,
      load({ argv: ['--print-config'] }).asked,
      load({ argv: ['--help'] }).asked,
    ]).toEqual(['run', 'print', 'help']);
    expect(load({}).help()).toMatch(/--log-level +APP_LOG_LEVEL +How much is logged/);
  });

  it('takes the environment and the folder from flags and variables', () => {
    const files = { 'environments/prod.yaml': 'workers: 9' };
    expect(load({ files, argv: ['--environment', 'prod'] }).value.workers).toBe(9);
    expect(load({ files, env: { APP_ENVIRONMENT: 'prod' } }).value.workers).toBe(9);
    const other = mkdtempSync(join(tmpdir(), 'configuration-'));
    directories.push(other);
    writeFileSync(join(other, 'global.yaml'), 'workers: 7');
    expect(load({ files, argv: ['--config', other] }).value.workers).toBe(7);
    expect(load({ files, env: { APP_CONFIG: other }, argv: ['--workers', '8'] }).value.workers).toBe(8);
  });
});
