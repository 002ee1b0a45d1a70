import type { IncomingHttpHeaders } from 'node:http'
import { importJWK, type JWK, jwtVerify } from 'jose'

/** The client's registration at the scripted provider. */
export interface ClientRegistration {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly clientKey: JWK | undefined
}

interface ClientRequest {
  readonly headers: IncomingHttpHeaders
  readonly parameters: URLSearchParams
}

/** A form-encoded value as RFC 6749, appendix B writes it. */
const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

const isBasic = (
  authorization: string,
  { clientId, clientSecret }: ClientRegistration,
): boolean => {
  const [, credentials] = /^Basic (.+)$/.exec(authorization) ?? []
  const [id = '', secret = ''] = Buffer.from(credentials ?? '', 'base64')
    .toString()
    .split(':')
  return formDecode(id) === clientId && formDecode(secret) === clientSecret
}

/** RFC 7523, section 3, with the issuer as the only audience. */
const isAssertion = async (
  assertion: string,
  { issuer, clientId }: ClientRegistration,
  clientKey: JWK,
): Promise<boolean> => {
  const expected = { issuer: clientId, subject: clientId, audience: issuer }
  const requiredClaims = ['jti', 'exp', 'iat']
  const { payload } = await jwtVerify(assertion, await importJWK(clientKey), {
    ...expected,
    requiredClaims,
  })
  return payload.aud === issuer
}

/** Whether a request proves to come from the registered client (RFC 6749, section 2.3). */
export const isClientAuthenticated = async (
  { headers, parameters }: ClientRequest,
  registration: ClientRegistration,
): Promise<boolean> => {
  const { clientId, clientSecret, clientKey } = registration
  if (clientKey !== undefined) {
    const assertion = parameters.get('client_assertion') ?? ''
    return isAssertion(assertion, registration, clientKey).catch(() => false)
  }
  if (headers.authorization !== undefined) return isBasic(headers.authorization, registration)
  return (
    parameters.get('client_id') === clientId && parameters.get('client_secret') === clientSecret
  )
}
