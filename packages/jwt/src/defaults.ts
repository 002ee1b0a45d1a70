import type { Algorithm } from './algorithms.ts'

/** Longest token in characters: real ones stay under 4 kB, and headers of HTTP servers end at 16. */
export const maximumTokenLength = 16_384

/** Deepest nesting of a header, a claims set or a key set; Keycloak's roles need four. */
export const maximumDepth = 16

/** Longest `sub`, `jti` and `kid`: OpenID Connect Core, section 2 bounds `sub` at 255. */
export const maximumIdentifierLength = 255

/** Longest `iss`, `client_id` and `aud` member, all of which may be URLs. */
export const maximumUriLength = 2048

/** Most members of an `aud` array: a token for more APIs than this is not meant for one. */
export const maximumAudiences = 64

/** Clock difference forgiven between issuer and API: machines with NTP differ by well under one. */
export const leewaySeconds = 5

/** More leeway than this hides a broken clock and lengthens every token's life. */
export const maximumLeewaySeconds = 10

/** Longest `exp - iat`: no access token needs to outlive a day. */
export const maximumLifetimeSeconds = 86_400

/** Tokens a verifier's cache keeps: the users who are busy with one process at a time. */
export const cacheEntries = 2_000

/** Characters of token text in the cache: with the parsed claims, some 20 MB at the most. */
export const cacheCharacters = 4_194_304

/** Ceiling of the option: anything longer is more likely a value in milliseconds. */
export const maximumLifetimeCeilingSeconds = 31_622_400

/** Kinds of token accepted unless told otherwise (RFC 9068, section 4). */
export const accessTokenTyp: readonly string[] = ['at+jwt']

/** Realm of the challenge: RFC 6750, section 3 wants at least one parameter after the scheme. */
export const realm = 'api'

/** Where RFC 9068, section 2.2.3 puts the scope (RFC 8693, section 4.2). */
export const scopeClaim = 'scope'

/** Where RFC 9068, section 2.2.3.1 puts the roles. */
export const rolesClaim = 'roles'

/** `Retry-After` where nothing better is known. */
export const retryAfterSeconds = 5

/** How long the whole answer of a key server may take; a request of a user waits for it. */
export const keyTimeoutMs = 5_000

/** Largest key set read: the largest public ones, with certificate chains, stay under 40 kB. */
export const maximumKeySetBytes = 262_144

/** How long keys serve without asking again: a withdrawn key works no longer than this. */
export const keyCacheSeconds = 600

/** Pause after a re-fetch for an unknown `kid`, so that invented ones cannot storm the server. */
export const keyCooldownSeconds = 30

/** How long the last keys serve while the key server is down: longer than a bad night deploy. */
export const keyMaximumAgeSeconds = 21_600

/** Shortest HMAC secrets are the hash's length (RFC 7518, section 3.2); RSA keys 2048 bits. */
export const minimumRsaBits = 2048

/** Larger moduli make one verification cost as much as a thousand. */
export const maximumRsaBits = 16_384

/** Life of a signed token: short enough that most deployments need no deny list. */
export const ttlSeconds = 600

/** Longest life a signer gives unless configured: a stolen token is worth an hour at most. */
export const maximumTtlSeconds = 3600

/** From this many characters on a token draws a warning: it travels with every request. */
export const tokenWarningLength = 1024

/** A signer refuses longer tokens: proxies and browsers drop headers over 4 to 8 kB. */
export const maximumSignedLength = 4096

/** Octets of a `jti`: 128 bits, which a version 4 UUID falls short of (ASVS 11.5.1). */
export const jwtIdBytes = 16

/** Where randomness comes from unless injected: the platform's generator for secrets. */
export const randomBytes = (length: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(length))

/** AES-256 takes 256 bits, and "dir" takes the key as it is (RFC 7518, sections 4.5 and 5.3). */
export const sealingKeyBytes = 32

/** Sealing keys at one time: the present one, the next, and those of a long rotation. */
export const maximumSealingKeys = 16

/** Longest content opened unless told otherwise, in octets. */
export const maximumSealedBytes = 262_144

/** Ceiling of the option, and longest content sealed: all of it is held in memory at once. */
export const maximumSealedCeiling = 16_777_216

/** Header that a request with a cookie must carry: the one the backend-for-frontend asks for. */
export const csrfHeader = 'X-CSRF'

/** Algorithms of DPoP proofs: what FAPI 2.0, section 5.4 leaves, under both names of Ed25519. */
export const proofAlgorithms: readonly Algorithm[] = ['ES256', 'PS256', 'EdDSA', 'Ed25519']

/** Longest DPoP proof in characters: one with an RSA key of 4096 bits stays under 2,500. */
export const maximumProofLength = 8_192

/** Oldest DPoP proof: made for one request, so a slow network is all it has to survive. */
export const proofMaximumAgeSeconds = 60

/** Clocks of browsers and phones are worse than those of servers. */
export const proofLeewaySeconds = 10

/** How long a used proof is remembered beyond its age, for store and API clocks that differ. */
export const replayMarginSeconds = 10

/** Life of a DPoP nonce: renewed at half, so that a busy client never pays an extra round trip. */
export const nonceLifetimeSeconds = 300

/** Secrets of nonces are as long as the hash (RFC 2104, section 3). */
export const minimumNonceSecretBytes = 32

/** Octets of the random name of an HMAC secret, which has no thumbprint to be known by. */
export const kidBytes = 16

/** A refresh token that nobody used for a working day is gone (ASVS 7.3.1). */
export const refreshIdleSeconds = 28_800

/** A family ends after two weeks whatever happens: then the user logs in again (ASVS 7.3.2). */
export const refreshAbsoluteSeconds = 1_209_600

/** Ceiling of both: anything longer is more likely a value in milliseconds. */
export const refreshCeilingSeconds = 31_622_400

/** How long a parent is still answered after its successor was used: requests under way in parallel. */
export const refreshGraceSeconds = 30

/** A longer grace is a longer time in which a stolen parent still works. */
export const maximumRefreshGraceSeconds = 300

/** Access tokens a family remembers one by one; beyond that all of the subject's are denied. */
export const maximumAccessTokensOfFamily = 64

/** Logins of one subject at a time: more than any user has, and a bounded record. */
export const maximumFamiliesOfSubject = 100

/** How long a revoked family is told from an unknown one, at the least. */
export const endedFamilySeconds = 900

/** Largest `data` of a grant, in characters: it is read and written with every use. */
export const maximumGrantDataLength = 4_096

/** How long one key of a ring signs: a month keeps a key's exposure short and work rare. */
export const rotateEverySeconds = 2_592_000

/** Longest life of what a ring signs: the longest life a signer gives. */
export const tokenLifetimeSeconds = 3600

/** How long a published set may be kept: as long as a remote key set keeps one. */
export const cacheAgeSeconds = 600

/** How often a process looks whether another has changed the ring: a revocation takes this long. */
export const ringRereadSeconds = 5

/** Pause after the store did not answer, while what is known still serves. */
export const ringRetrySeconds = 1

/** Attempts at one change of a ring that others change at the same time. */
export const ringAttempts = 16

/** Largest stored ring in octets: of RSA keys of 16384 bits there may be a few. */
export const maximumRingBytes = 131_072
