/**
 * Runs a folder of C2SP/wycheproof vectors through this package's own steps: text, header, key,
 * signature. The vectors are not JWTs, so claims, `typ` and a missing `kid` are left out of it.
 * Vectors of encryption (JWE) must be refused, whatever they say: a verifier reads no JWE.
 *
 *   npx tsx packages/jwt/scripts/run-wycheproof.ts FOLDER
 *
 * Looks for the vectors in the folder and below. Prints every disagreement and ends with 1 when one
 * of them is not expected, or when there are no vectors.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Algorithm } from '../src/algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../src/algorithms.ts'
import { readJwk } from '../src/keys/jwk.ts'
import { verifyJws } from '../src/testing/verify-jws.ts'

type Json = Record<string, unknown>

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly jws?: string
  readonly jwe?: string
  readonly public?: Json
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

interface Group {
  readonly type: string
  readonly comment?: string
  readonly private?: Json
  readonly public?: Json
  readonly tests: readonly Vector[]
}

const emptyPayload = 'a claims set is never empty'
const otherAlgorithm = 'the key names another alg than the header, and a key has one algorithm'
const outsideAlphabet = 'a character outside the alphabet is refused, not skipped'
const sameAsValid = 'the text is that of the valid vector 357, so nobody can refuse it'
const soundKey = 'the key is sound on its own curve; only X25519 of the vector cannot use it'
const setOfSecrets = 'key sets hold public keys only; an HMAC secret is configured alone'

/** Disagreements that are meant, by file and test, each with its reason. */
const expected: ReadonlyMap<string, string> = new Map([
  ...[259, 264, 268, 272, 320, 325].map((id): [string, string] => [
    `json_web_signature_test ${id}`,
    emptyPayload,
  ]),
  ...[346, 347, 350, 351].map((id): [string, string] => [
    `json_web_signature_test ${id}`,
    otherAlgorithm,
  ]),
  ['json_web_signature_test 367', sameAsValid],
  ['json_web_signature_test 370', sameAsValid],
  ['json_web_signature_test 372', outsideAlphabet],
  ['json_web_signature_test 373', outsideAlphabet],
  ...[519, 520, 521].map((id): [string, string] => [`x25519_jwk_test ${id}`, soundKey]),
  ['json_web_key_test 2', setOfSecrets],
  ['json_web_crypto_test 48', setOfSecrets],
])

const isPublicHalf = (jwk: Json): boolean => jwk.kty === 'oct' || jwk.d === undefined

/** The key a verifier would be given: the public one, or the secret. */
const keyOf = (group: Group): Json => {
  const given = group.public ?? group.private ?? {}
  const members = Array.isArray(given.keys) ? (given.keys as readonly Json[]) : []
  // A set of one secret stands for the secret; sets of several are given as they are.
  const key = members.length === 1 && members[0]?.kty === 'oct' ? members[0] : given
  if (Array.isArray(key.keys) || isPublicHalf(key)) return key
  const { kty, kid, alg, use, key_ops, n, e, crv, x, y } = key
  return JSON.parse(JSON.stringify({ kty, kid, alg, use, key_ops, n, e, crv, x, y }))
}

const readAlg = (jws: string): unknown => {
  try {
    return JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()).alg
  } catch {
    return undefined
  }
}

const algorithmsFor = (key: Json, alg: unknown): readonly Algorithm[] => {
  const keys = (Array.isArray(key.keys) ? key.keys : [key]) as readonly Json[]
  const own = keys.map((jwk) => jwk.alg).filter(isAlgorithm)
  // One verifier never has both kinds; the header's own choice is the attacker's best.
  const isSecret = keys.every((jwk) => jwk.kty === 'oct')
  const listed = [...own, ...(isAlgorithm(alg) ? [alg] : [])]
  return [...new Set(listed)].filter(
    (algorithm) => (keyNeedOf(algorithm).kty === 'oct') === isSecret,
  )
}

const everyAlgorithm = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'HS256'] as const

/** A key of key agreement (X25519) must not be taken for one of signatures. */
const refuseKey = (jwk: Json): void => {
  const verdict = readJwk({ kid: 'x', ...jwk }, everyAlgorithm)
  if (verdict.kind !== 'usable') throw new Error(verdict.reason)
}

/** What the vector says of a verifier: encryption is always to be refused. */
const wantedOf = (vector: Vector): boolean => vector.jws !== undefined && vector.result === 'valid'

const judge = async (group: Group, vector: Vector): Promise<void> => {
  const text = vector.jws ?? vector.jwe
  if (typeof text !== 'string') return refuseKey(vector.public ?? group.public ?? {})
  const key = keyOf(group)
  const isSignature = vector.jws !== undefined
  const algorithms = isSignature ? algorithmsFor(key, readAlg(text)) : (['HS256'] as const)
  await verifyJws(text, key, algorithms)
}

const run = async (path: string) => {
  const name = basename(path, '.json')
  const file = JSON.parse(readFileSync(path, 'utf8'))
  const groups: readonly Group[] = file.testGroups
  const outcome = { vectors: 0, agreed: 0, expected: 0, surprising: 0 }
  for (const group of groups) {
    for (const vector of group.tests) {
      const { tcId, comment, result } = vector
      outcome.vectors += 1
      const error = await judge(group, vector).then(
        () => undefined,
        (reason: Error) => reason,
      )
      if ((error === undefined) === wantedOf(vector)) {
        outcome.agreed += 1
        continue
      }
      const reason = expected.get(`${name} ${tcId}`)
      outcome[reason === undefined ? 'surprising' : 'expected'] += 1
      const why = reason ?? `NOT EXPECTED (${error?.message ?? 'accepted'})`
      console.log(
        `${name} ${tcId} ${group.comment ?? ''} ${comment}: vector says ${result}; ${why}`,
      )
    }
  }
  console.log(`${name}: ${JSON.stringify(outcome)}`)
  return outcome.surprising
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Usage: run-wycheproof.ts FOLDER')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
const vectors = files.filter((name) => name.endsWith('_test.json')).sort()
// Of an empty folder nothing is shown.
if (vectors.length === 0) throw new Error('The folder holds no vectors (*_test.json).')
let surprising = 0
for (const file of vectors) surprising += await run(join(folder, file))
process.exitCode = surprising === 0 ? 0 : 1
