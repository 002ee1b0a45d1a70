import { seal } from '../seal/seal.ts'
import { unsealText } from '../seal/unseal.ts'
import type { FamilyAccessToken } from './refresh-grant.ts'
import type { PresentedToken } from './refresh-token.ts'

/** The pair that answers the use of a refresh token, and every repeated use. */
export interface Successor {
  readonly token: string
  readonly scope: readonly string[]
  readonly resource: readonly string[]
  readonly accessToken?: FamilyAccessToken
  /** When the access token was made, epoch seconds. */
  readonly madeAt: number
}

/** A key that only the parent's text gives (HKDF, RFC 5869): the store alone opens nothing. */
const keyOf = async ({ text }: PresentedToken): Promise<Uint8Array> => {
  const encoder = new TextEncoder()
  const secret = await crypto.subtle.importKey('raw', encoder.encode(text), 'HKDF', false, [
    'deriveBits',
  ])
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: encoder.encode('coatcheck refresh token successor'),
  }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, secret, 256))
}

/** Encrypts the successor for whoever brings the parent again. */
export const sealSuccessor = async (
  parent: PresentedToken,
  successor: Successor,
): Promise<string> =>
  seal(JSON.stringify(successor), {
    keys: await keyOf(parent),
    associatedData: parent.familyId,
  })

/** Opens what {@link sealSuccessor} made for the same parent. */
export const openSuccessor = async (parent: PresentedToken, sealed: string): Promise<Successor> => {
  const options = { keys: await keyOf(parent), associatedData: parent.familyId }
  return JSON.parse(await unsealText(sealed, options)) as Successor
}
