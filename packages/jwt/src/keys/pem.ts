import type { CryptoKey } from 'jose'
import { exportJWK, importPKCS8, importSPKI } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { misconfigured } from '../options.ts'
import type { Jwk } from './jwk.ts'

const label = /-----BEGIN ([A-Z0-9 ]+)-----/g

const adviceFor = (kind: string): string => {
  switch (kind) {
    case 'RSA PRIVATE KEY':
    case 'EC PRIVATE KEY':
      return 'is in an older format; convert it with: openssl pkcs8 -topk8 -nocrypt'
    case 'ENCRYPTED PRIVATE KEY':
      return 'is encrypted; decrypt it with: openssl pkey'
    case 'RSA PUBLIC KEY':
      return 'is in an older format; convert it with: openssl rsa -RSAPublicKey_in -pubout'
    case 'CERTIFICATE':
      return 'is a certificate; take its key out with: openssl x509 -noout -pubkey'
    default:
      return 'holds something else'
  }
}

const parse = async (pem: string, kind: string, alg: Algorithm): Promise<CryptoKey> => {
  const text = pem.trim()
  try {
    // To be exported, so that it can be judged as any other key.
    return kind === 'PRIVATE KEY'
      ? await importPKCS8(text, alg, { extractable: true })
      : await importSPKI(text, alg, { extractable: true })
  } catch {
    throw misconfigured(`The PEM text cannot be read as a key for ${alg}.`)
  }
}

/**
 * Reads one key in PEM, PKCS #8 (RFC 5208) or SubjectPublicKeyInfo (RFC 5280, section 4.1), as JWK.
 *
 * @throws JwtError `configuration_invalid`, never with a part of the text
 */
export const readPem = async (pem: string, alg: Algorithm): Promise<Jwk> => {
  const kinds = [...pem.matchAll(label)].map(([, kind = '']) => kind)
  const [kind] = kinds
  if (kind === undefined) throw misconfigured('Text is read as PEM only, and this is none.')
  if (kinds.length > 1) throw misconfigured('The PEM text must hold one key and nothing else.')
  if (kind !== 'PRIVATE KEY' && kind !== 'PUBLIC KEY') {
    throw misconfigured(
      `The PEM text ${adviceFor(kind)}. PRIVATE KEY (PKCS #8) and PUBLIC KEY are read.`,
    )
  }
  return (await exportJWK(await parse(pem, kind, alg))) as Jwk
}
