import { expect, test } from 'vitest';
import { allows, claimsOf, scopesOf } from './session';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

test('scopes of a JWT are read as text and as a list', () => {
  expect(scopesOf(claimsOf(jwt({ scope: 'ecron.read  ecron.write' })))).toEqual([
    'ecron.read',
    'ecron.write',
  ]);
  expect(scopesOf(claimsOf(jwt({ scp: ['all'] })))).toEqual(['all']);
});

test('an opaque token has no claims', () => {
  expect(claimsOf('abc')).toEqual({});
  expect(claimsOf('a.b.c')).toEqual({});
  expect(scopesOf({})).toBeNull();
});

test('permissions follow the default scopes', () => {
  expect(allows(['ecron.read'], 'write')).toBe(false);
  expect(allows(['all'], 'execute')).toBe(true);
  expect(allows(['all'], 'admin')).toBe(false);
});

test('nothing is hidden if the scopes are unknown or renamed', () => {
  expect(allows(null, 'write')).toBe(true);
  expect(allows(['cron:rw'], 'write')).toBe(true);
});
