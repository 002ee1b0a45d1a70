import { expect } from 'vitest'
import type { JwtErrorCode } from '../errors.ts'
import { JwtError } from '../errors.ts'
import type { Verifier } from '../verifier.ts'
import { createVerifier } from '../verifier.ts'
import type { VerifierOptions } from '../verifier-options.ts'
import { audience, canary, issuer, jwks, now } from './tokens.ts'

/** The verifier most tests use: every algorithm of the issuer's keys, all else default. */
export const makeVerifier = (changes: Partial<VerifierOptions> = {}): Verifier =>
  createVerifier({
    issuer,
    audience,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    keys: jwks,
    now,
    ...changes,
  } as VerifierOptions)

const describeFully = (error: JwtError): string =>
  `${JSON.stringify(error)} ${error.message} ${error.stack} ${JSON.stringify(Object.values(error))}`

/** The code a token is refused with. Fails unless the error is typed and keeps the token to itself. */
export const codeOf = async (
  verifier: Verifier,
  token: unknown,
): Promise<JwtErrorCode | 'accepted'> => {
  try {
    await verifier.verify(token as string)
    return 'accepted'
  } catch (error) {
    expect(error).toBeInstanceOf(JwtError)
    const text = describeFully(error as JwtError)
    expect(text).not.toContain(canary)
    if (typeof token === 'string' && token.length > 40) {
      expect(text).not.toContain(token.slice(0, 40))
    }
    return (error as JwtError).code
  }
}

/** The message of a configuration that is refused, or `undefined` when it is not. */
export const misconfiguration = (create: () => unknown): string | undefined => {
  try {
    create()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(JwtError)
    expect((error as JwtError).code).toBe('configuration_invalid')
    return (error as JwtError).message
  }
}
