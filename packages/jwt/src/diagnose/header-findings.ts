import { isAlgorithm, keyNeedOf } from '../algorithms.ts'
import { maximumIdentifierLength } from '../defaults.ts'
import { normalizeTyp } from '../token/header.ts'
import type { Finding } from './finding.ts'
import { error, holding, note, warning } from './finding.ts'

type Header = Readonly<Record<string, unknown>>

const judgeAlgorithm = (alg: unknown): readonly Finding[] => {
  if (alg === undefined) return [error('alg_missing', 'The header names no alg.')]
  if (typeof alg !== 'string') return [error('alg_invalid', 'alg is not a text.')]
  if (alg.trim().toLowerCase() === 'none') {
    return [error('alg_none', 'alg is none: nobody signed this, and anybody can write it.')]
  }
  return isAlgorithm(alg) ? [] : [error('alg_unsupported', 'alg is none of the supported ones.')]
}

const isHmac = (alg: unknown): boolean => isAlgorithm(alg) && keyNeedOf(alg).kty === 'oct'

/** SHA-1 or SHA-256 in base64url or hex: what certificates and public keys are named by. */
const publicName = /^(?:[A-Za-z0-9_-]{27}|[A-Za-z0-9_-]{43}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/

const looksPublic = (header: Header): boolean =>
  header.x5t !== undefined ||
  header['x5t#S256'] !== undefined ||
  (typeof header.kid === 'string' &&
    (publicName.test(header.kid) ||
      /rsa|ecdsa|ed25519|public|[rpe]s(?:256|384|512)/i.test(header.kid)))

/** What a `kid` is full of when somebody hopes that it reaches a file, a query or a shell. */
const hostileName = /\.\.[/\\]|^[/\\]|['"`;|<>$]|:\/\//

const judgeKid = (header: Header): readonly Finding[] => {
  const { kid, alg } = header
  if (kid === undefined) {
    return [error('kid_missing', 'The header has no kid. Keys are found by kid alone.')]
  }
  const isUsable =
    typeof kid === 'string' && /^[\x20-\x7e]+$/.test(kid) && kid.length <= maximumIdentifierLength
  if (!isUsable) {
    return [error('kid_invalid', 'kid is not a text of 1 to 255 printable ASCII characters.')]
  }
  return holding([
    [
      hostileName.test(kid),
      warning('kid_suspicious', 'kid looks like a path, an address or a piece of a query.'),
    ],
    [
      isHmac(alg) && looksPublic(header),
      warning(
        'hmac_with_public_kid',
        'alg is that of a shared secret, but the key is named like a public one: so an attacker writes who wants a public key to be taken for a secret.',
      ),
    ],
  ])
}

const judgeTyp = (typ: unknown): readonly Finding[] => {
  if (typ === undefined) {
    const message =
      'The header has no typ, so an access token cannot be told from another kind. A verifier takes it with typ: "any" only.'
    return [warning('typ_missing', message)]
  }
  if (typeof typ !== 'string') return [error('typ_invalid', 'typ is not a text.')]
  if (normalizeTyp(typ) === 'at+jwt') return []
  return [note('typ_unusual', 'typ is not at+jwt: a verifier takes it only where it is named.')]
}

/** Says what is odd or dangerous about the header of a signed token. */
export const judgeHeader = (header: Header): readonly Finding[] => {
  const has = (...names: readonly string[]) => names.some((name) => Object.hasOwn(header, name))
  return [
    ...judgeAlgorithm(header.alg),
    ...judgeKid(header),
    ...judgeTyp(header.typ),
    ...holding([
      [
        has('jwk', 'x5c'),
        error('key_embedded', 'The header brings its own key (jwk, x5c): so anybody can sign it.'),
      ],
      [
        has('jku', 'x5u'),
        error('key_url', 'The header names a place to fetch the key from (jku, x5u).'),
      ],
      [
        has('crit', 'b64', 'zip', 'enc', 'p2c'),
        error('header_unsupported', 'The header holds crit, b64, zip, enc or p2c.'),
      ],
      [
        typeof header.cty === 'string' && normalizeTyp(header.cty) === 'jwt',
        error('token_nested', 'cty says that this wraps another token.'),
      ],
    ]),
  ]
}

/** Says what can be told about an encrypted token without its key. */
export const judgeEncryptedHeader = (header: Header): readonly Finding[] => {
  const { alg, p2c, zip } = header
  const isPasswordBased = p2c !== undefined || (typeof alg === 'string' && alg.startsWith('PBES2'))
  return holding([
    [alg === 'RSA1_5', warning('jwe_alg_weak', 'RSA1_5 is open to padding oracles (RFC 8725).')],
    [
      isPasswordBased,
      warning('jwe_password', 'A password protects it, and p2c says how long opening it takes.'),
    ],
    [zip !== undefined, warning('jwe_compressed', 'It is compressed: a small one may grow huge.')],
  ])
}
