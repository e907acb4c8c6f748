import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = new URL('.', import.meta.url).pathname;
const readme = readFileSync(`${folder}README.md`, 'utf8');
const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);

it('shows the example operator as it is', () => {
  expect(blocks[0]).toBe(readFileSync(`${folder}example/defaultLimits.ts`, 'utf8'));
});

it('shows a configuration that runs', async () => {
  const file = `${folder}example/.readme.${process.pid}.ts`;
  const block = blocks.find((code) => code.includes('loadConfiguration')) ?? '';
  writeFileSync(file, block.replaceAll("'./index.ts'", "'../index.ts'"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], {
      env: { PATH: process.env.PATH, WIDGETS_LEADER_ELECTION_LEASE_DURATION: '1m30s' },
    });
    expect(stdout).toBe('90000\n');
  } finally {
    rmSync(file);
  }
});
