import type { CryptoKey, JWK } from 'jose'
import { exportJWK, exportPKCS8, exportSPKI, importJWK } from 'jose'
import { misconfigured } from '../options.ts'
import type { Jwk } from './jwk.ts'
import type { SigningKey } from './signing-key.ts'

const requireExtractable = ({ key }: SigningKey): void => {
  if (key?.extractable) return
  throw misconfigured("The key cannot be taken out: it was made without export: 'allowed'.")
}

/**
 * The private key, or the secret, as JWK with `kid`, `alg` and `use`, for `importKey` to read
 * again. Secret: store it sealed or encrypted.
 *
 * @throws JwtError `configuration_invalid` when the key was made without `export: 'allowed'`
 */
export const exportPrivateJwk = async (signingKey: SigningKey): Promise<Jwk> => {
  requireExtractable(signingKey)
  const { kid, alg, key } = signingKey
  return { ...((await exportJWK(key)) as Jwk), kid, alg, use: 'sig' }
}

/**
 * The private key in PEM (`PRIVATE KEY`, PKCS #8). Its name is not part of it. Secret.
 *
 * @throws JwtError `configuration_invalid` for a secret, or without `export: 'allowed'`
 */
export const exportPrivatePem = async (signingKey: SigningKey): Promise<string> => {
  requireExtractable(signingKey)
  if (signingKey.key.type === 'private') return exportPKCS8(signingKey.key)
  throw misconfigured('A secret has no PEM form. exportPrivateJwk exports it.')
}

/**
 * The public key in PEM (`PUBLIC KEY`), for other languages' verifiers.
 *
 * @throws JwtError `configuration_invalid` for a secret
 */
export const exportPublicPem = async ({ publicJwk, alg }: SigningKey): Promise<string> => {
  if (publicJwk === undefined) throw misconfigured('A secret has no public key.')
  const publicKey = await importJWK(publicJwk as JWK, alg, { extractable: true })
  return exportSPKI(publicKey as CryptoKey)
}
