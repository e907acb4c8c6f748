import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function lines(write: (log: ReturnType<typeof createLog>) => void) {
  const written: string[] = [];
  write(createLog({ destination: { write: (line: string) => written.push(line) } }));
  return written;
}

it('writes one JSON line, with the time as Kubernetes writes it and the level in words', () => {
  const [line = ''] = lines((log) => log.info({ controller: 'project' }, 'hello'));
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    controller: 'project',
    msg: 'hello',
  });
});

it('writes no Secret, token or key, where an object is logged that has one', () => {
  const secret = { kind: 'Secret', data: { password: 'hunter2' }, stringData: { other: 'hunter2' } };
  const written = lines((log) => {
    log.info(secret, 'at the top');
    log.info({ object: secret }, 'inside');
    log.info({ request: { object: secret, headers: { authorization: 'Bearer hunter2' } } }, 'deep');
    log.info({ user: { 'client-key-data': 'hunter2', token: 'hunter2' } }, 'kubeconfig');
  });
  expect(written.length).toBe(4);
  expect(written.join('')).not.toContain('hunter2');
});

it('writes of an error its message, stack and causes, and none of its other properties', () => {
  const cause = new TypeError('inner');
  const error = Object.assign(new Error('outer', { cause }), { body: 'hunter2' });
  const [line = ''] = lines((log) => log.error({ err: error }, 'failed'));
  expect(JSON.parse(line).err).toMatchObject({
    type: 'Error',
    message: 'outer',
    cause: { type: 'TypeError' },
  });
  expect(line).not.toContain('hunter2');
});
