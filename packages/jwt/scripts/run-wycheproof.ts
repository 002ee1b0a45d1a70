/**
 * Runs the JWS vectors of C2SP/wycheproof through this package's own steps: text, header, key,
 * signature. The vectors are not JWTs, so claims, `typ` and a missing `kid` are left out of it.
 *
 *   npx tsx packages/jwt/scripts/run-wycheproof.ts FOLDER
 *
 * Prints every disagreement and ends with 1 when one of them is not expected.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Algorithm } from '../src/algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../src/algorithms.ts'
import type { VerificationKeys } from '../src/keys/key-source.ts'
import { readKeys } from '../src/keys/key-source.ts'
import { decodeToBytes } from '../src/token/base64url.ts'
import { checkHeader } from '../src/token/header.ts'
import { parseStrictJson } from '../src/token/json.ts'
import { verifySignature } from '../src/token/signature.ts'
import { splitCompact } from '../src/token/split-compact.ts'

type Json = Record<string, unknown>

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly jws?: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

interface Group {
  readonly type: string
  readonly comment: string
  readonly private?: Json
  readonly public?: Json
  readonly tests: readonly Vector[]
}

const emptyPayload = 'a claims set is never empty'
const otherAlgorithm = 'the key names another alg than the header, and a key has one algorithm'
const outsideAlphabet = 'a character outside the alphabet is refused, not skipped'
const sameAsValid = 'the text is that of the valid vector 357, so nobody can refuse it'
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

const verify = async (group: Group, jws: string): Promise<void> => {
  const [header, payload, signature] = splitCompact(jws)
  const json = parseStrictJson(Buffer.from(header, 'base64url').toString())
  if (!json.ok) throw new Error(json.reason)
  const raw = json.value as Json
  const key = keyOf(group)
  const isSet = Array.isArray(key.keys)
  const kid = String(raw.kid ?? key.kid ?? 'none')
  const algorithms = algorithmsFor(key, raw.alg)
  const keys = (isSet ? key : { ...key, kid: key.kid ?? kid }) as unknown as VerificationKeys
  const checked = checkHeader({ ...raw, kid }, algorithms)
  const found = await readKeys(keys, algorithms)(checked.kid)
  if (found === undefined) throw new Error('no key')
  const token = {
    signingInput: new TextEncoder().encode(`${header}.${payload}`),
    signature: decodeToBytes(signature),
    header: checked,
    claims: {},
  }
  await verifySignature(token, checked.alg, found)
}

const run = async (folder: string, name: string) => {
  const file = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const groups: readonly Group[] = file.testGroups
  const outcome = { agreed: 0, expected: 0, surprising: 0 }
  for (const group of groups) {
    for (const { tcId, comment, jws, result } of group.tests) {
      if (typeof jws !== 'string') continue
      const error = await verify(group, jws).then(
        () => undefined,
        (reason: Error) => reason,
      )
      if ((error === undefined) === (result === 'valid')) {
        outcome.agreed += 1
        continue
      }
      const reason = expected.get(`${name} ${tcId}`)
      outcome[reason === undefined ? 'surprising' : 'expected'] += 1
      const why = reason ?? `NOT EXPECTED (${error?.message ?? 'accepted'})`
      console.log(`${name} ${tcId} ${group.comment} ${comment}: vector says ${result}; ${why}`)
    }
  }
  console.log(`${name}: ${JSON.stringify(outcome)}`)
  return outcome.surprising
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Usage: run-wycheproof.ts FOLDER')
let surprising = 0
for (const name of ['json_web_signature_test', 'json_web_key_test', 'json_web_crypto_test']) {
  surprising += await run(folder, name)
}
process.exitCode = surprising === 0 ? 0 : 1
