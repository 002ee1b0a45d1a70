import {
  createRemoteKeySet,
  createSigner,
  createVerifier,
  importKey,
  type Jwk,
  type VerificationKeys,
  type VerifierOptions,
} from '@coatcheck/jwt'
import { createVerifier as createFastVerifier } from 'fast-jwt'
import { importJWK, jwtVerify, SignJWT } from 'jose'
import { audience, headerOf, issuer, type Material, newClaims, user } from './material.ts'

/** Does its work once for each token; one that signs heeds only how many there are. */
export type Operation = (tokens: readonly string[]) => Promise<void>

/** Nobody gains by not looking at what was found. */
const expectSubject = (claims: { readonly sub?: unknown }): void => {
  if (claims.sub !== user.subject) throw new Error('Something else was verified.')
}

const coatcheck = (
  { alg }: Material,
  keys: VerificationKeys,
  cache?: VerifierOptions['cache'],
): Operation => {
  const settings = { issuer, audience, algorithms: [alg], keys }
  const verifier = createVerifier(cache === undefined ? settings : { ...settings, cache })
  return async (tokens) => {
    for (const token of tokens) expectSubject((await verifier.verify(token)).claims)
  }
}

const localKeys = ({ publicJwk }: Material): VerificationKeys => ({ keys: [publicJwk as Jwk] })

const jose = async ({ alg, publicJwk }: Material): Promise<Operation> => {
  const key = await importJWK(publicJwk, alg)
  return async (tokens) => {
    for (const token of tokens) expectSubject((await jwtVerify(token, key)).payload)
  }
}

const fastJwt = ({ pem }: Material): Operation => {
  const verify = createFastVerifier({ key: pem, cache: true })
  // It answers at once with a local key, so there is nothing to wait for.
  return async (tokens) => {
    for (const token of tokens) expectSubject(verify(token))
  }
}

/** Life of what is signed; the signer's default. */
const ttlSeconds = 600

const coatcheckSigner = async ({ alg, privateJwk }: Material): Promise<Operation> => {
  const key = await importKey(privateJwk as Jwk, alg)
  if (!('publicJwk' in key)) throw new Error('That is no signing key.')
  const signer = createSigner({ issuer, audience, key, ttlSeconds })
  return async ({ length }) => {
    for (let count = 0; count < length; count += 1) await signer.sign(user)
  }
}

const joseSigner = async (material: Material): Promise<Operation> => {
  const key = await importJWK(material.privateJwk, material.alg)
  const header = headerOf(material)
  return async ({ length }) => {
    for (let count = 0; count < length; count += 1) {
      await new SignJWT(newClaims(ttlSeconds)).setProtectedHeader(header).sign(key)
    }
  }
}

/** Everything that is measured within one process, by name. */
export const operations = {
  'verify, Coatcheck': (material: Material) => coatcheck(material, localKeys(material), 'off'),
  'verify, jose': jose,
  'cached, Coatcheck': (material: Material) => coatcheck(material, localKeys(material)),
  'cached, Coatcheck, remote keys': (material: Material) =>
    coatcheck(material, createRemoteKeySet(material.jwksUrl)),
  'cached, fast-jwt': fastJwt,
  'sign, Coatcheck': coatcheckSigner,
  'sign, jose': joseSigner,
} as const satisfies Record<string, (material: Material) => Operation | Promise<Operation>>

export type OperationName = keyof typeof operations
