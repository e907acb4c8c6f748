import { expect, test } from 'vitest';
import { ApiError } from './apiError.ts';

const secret = { verb: 'apply', kind: 'Secret', name: 'shop/key' };
const forbidden = (message: string) => new ApiError(secret, 403, { reason: 'Forbidden', message }).message;

test.each([
  'secrets "key" is forbidden: User "system:serviceaccount:a:b" cannot patch resource "secrets" in API group "" in the namespace "shop"',
  'secrets is forbidden: User "u" cannot list resource "secrets" in API group "" at the cluster scope',
  'secrets "key" is forbidden: exceeded quota: theirs, requested: count/secrets=1, used: count/secrets=4, limited: count/secrets=4',
  'secrets "key" is forbidden: unable to create new content in namespace shop because it is being terminated',
])('says why a Secret was forbidden where that is not about its content: %s', (message) => {
  expect(forbidden(message)).toContain(message);
});

test('withholds what an admission policy says of a Secret, since it may quote it', () => {
  const policy = "ValidatingAdmissionPolicy 'theirs' denied request: token hunter2 is too short";
  const message = forbidden(`secrets "key" is forbidden: ${policy}`);
  expect(message).not.toContain('hunter2');
  expect(message).toContain('withheld');
  expect(forbidden(`secrets "key" is forbidden: exceeded quota: hunter2, ${policy}`)).not.toContain(
    'hunter2',
  );
});
