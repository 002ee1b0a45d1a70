import { expect, expectTypeOf, test } from 'vitest'
import { AuthError, isAuthError } from './index.ts'

test('the guard tells our errors, and their codes narrow', () => {
  const error: unknown = new AuthError('network_error', 'token')
  expect(isAuthError(error)).toBe(true)
  expect(isAuthError(error, 'network_error', 'disposed')).toBe(true)
  expect(isAuthError(error, 'disposed')).toBe(false)
  expect(isAuthError(new Error('network_error'))).toBe(false)
  expect(isAuthError(undefined)).toBe(false)
  if (isAuthError(error, 'network_error', 'timeout')) {
    expectTypeOf(error.code).toEqualTypeOf<'network_error' | 'timeout'>()
  }
})
