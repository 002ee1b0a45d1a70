import { algorithmsFor } from '../algorithms.ts'
import { maximumKeySetBytes } from '../defaults.ts'
import { hasPrivateMember, readJwk } from '../keys/jwk.ts'
import { isRecord, parseStrictJson } from '../token/json.ts'
import { describeKey } from './describe-key.ts'
import type { Finding } from './finding.ts'
import { error, holding, note, warning } from './finding.ts'

/** What is to be said about one key of a set. */
export interface KeyReport {
  /** Place in the set, from 0. */
  readonly index: number
  readonly kid?: string
  readonly alg?: string
  readonly use?: string
  /** Type and size or curve, such as `RSA, 2048 bits` or `EC, P-256`. */
  readonly description: string
  /** Whether a verifier would find it and use it. */
  readonly usable: boolean
  readonly findings: readonly Finding[]
}

/** What is to be said about a set of keys. */
export interface JwksReport {
  readonly keys: readonly KeyReport[]
  /** Findings about the set as a whole. */
  readonly findings: readonly Finding[]
}

type Members = Readonly<Record<string, unknown>>

const judgeSoundness = (key: Members): Finding | undefined => {
  const ofType = typeof key.kty === 'string' ? algorithmsFor(key.kty, key.crv) : []
  const verdict = readJwk({ ...key, kid: 'any' }, ofType)
  if (verdict.kind === 'usable') return undefined
  return verdict.kind === 'defective'
    ? error('key_unfit', `It is refused: ${verdict.reason}.`)
    : note('key_for_others', `It is not for signatures of tokens: ${verdict.reason}.`)
}

const judgeSecrecy = (key: Members): readonly Finding[] => {
  if (key.kty === 'oct') {
    const message = 'It is a shared secret. Published, it lets anybody sign: replace it now.'
    return [error('secret_published', message)]
  }
  if (!hasPrivateMember(key)) return []
  const message = 'It holds private members. Published, they let anybody sign: replace the key now.'
  return [error('private_member', message)]
}

const judgeNames = (key: Members): readonly Finding[] =>
  holding([
    [
      key.kid === undefined,
      warning('kid_missing', 'It has no kid, and tokens are matched to keys by kid alone.'),
    ],
    [
      key.kid !== undefined && (typeof key.kid !== 'string' || key.kid === ''),
      error('kid_invalid', 'Its kid is not a text.'),
    ],
    [
      key.alg === undefined,
      warning(
        'alg_missing',
        'It has no alg. A verifier ties it to the first of its algorithms that fits.',
      ),
    ],
    [key.use === undefined, note('use_missing', 'It has no use; for signatures that is "sig".')],
  ])

const judgeUniqueness = (
  key: Members,
  index: number,
  keys: readonly unknown[],
): readonly Finding[] => {
  const isRepeated = keys.some(
    (other, place) => place !== index && isRecord(other) && other.kid === key.kid,
  )
  if (key.kid === undefined || !isRepeated) return []
  return [error('kid_duplicate', 'Another key has the same kid: the set is refused.')]
}

const pickTexts = (key: Members): Pick<KeyReport, 'kid' | 'alg' | 'use'> => {
  const { kid, alg, use } = key
  return {
    ...(typeof kid === 'string' && { kid }),
    ...(typeof alg === 'string' && { alg }),
    ...(typeof use === 'string' && { use }),
  }
}

const judgeKey = (key: unknown, index: number, keys: readonly unknown[]): KeyReport => {
  if (!isRecord(key)) {
    const findings = [error('key_not_object', 'It is not an object.')]
    return { index, description: 'no key', usable: false, findings }
  }
  const soundness = judgeSoundness(key)
  const findings = [
    ...judgeSecrecy(key),
    ...(soundness === undefined ? [] : [soundness]),
    // What is for others may be named as they like.
    ...(soundness?.severity === 'note' ? [] : judgeNames(key)),
    ...judgeUniqueness(key, index, keys),
  ]
  const isNamed = typeof key.kid === 'string' && key.kid !== ''
  const usable =
    soundness === undefined && isNamed && findings.every(({ severity }) => severity !== 'error')
  return { index, ...pickTexts(key), description: describeKey(key), usable, findings }
}

const refused = (code: string, message: string): JwksReport => ({
  keys: [],
  findings: [error(code, message)],
})

const checkKeys = (keys: readonly unknown[]): JwksReport => {
  const reports = keys.map((key, index) => judgeKey(key, index, keys))
  const isRefused = reports.some(({ findings }) =>
    findings.some(({ code }) =>
      ['secret_published', 'private_member', 'kid_duplicate', 'key_not_object'].includes(code),
    ),
  )
  const findings = holding([
    [keys.length === 0, error('set_empty', 'It holds no key.')],
    [isRefused, error('set_refused', 'A verifier refuses the whole set because of one key.')],
    [
      keys.length > 0 && !isRefused && reports.every(({ usable }) => !usable),
      error('set_unusable', 'None of its keys can verify a token.'),
    ],
  ])
  return { keys: reports, findings }
}

/**
 * Judges the keys of a JWK Set (RFC 7517, section 5) as `createVerifier` would, key by key: size
 * and soundness, curve, private members, kid, alg and use. Takes the set, or the text of one as a
 * key server sent it. Never throws.
 */
export const checkJwks = (keySet: unknown): JwksReport => {
  if (typeof keySet === 'string' && keySet.length > maximumKeySetBytes) {
    return refused('set_oversize', `It is longer than ${maximumKeySetBytes} characters.`)
  }
  const json = typeof keySet === 'string' ? parseStrictJson(keySet) : undefined
  if (json?.ok === false) return refused('set_not_json', `It is refused: ${json.reason}.`)
  const set = json === undefined ? keySet : json.value
  if (isRecord(set) && Array.isArray(set.keys)) return checkKeys([...set.keys])
  return refused('not_a_key_set', 'It is not an object with a list named keys.')
}
