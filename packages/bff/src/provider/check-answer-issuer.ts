import type { Discovered } from './discover.ts'

/**
 * Whether an authorization answer comes from the configured provider (RFC 9207, section 2.4): `iss`
 * compared as text when present, and required when the provider says that it sends it.
 */
export const checkAnswerIssuer = (
  { login }: Discovered,
  iss: string | undefined,
): 'ours' | 'issuer_mismatch' => {
  const metadata = login.serverMetadata()
  const isRequired = metadata.authorization_response_iss_parameter_supported === true
  const isOurs = iss === undefined ? !isRequired : iss === metadata.issuer
  return isOurs ? 'ours' : 'issuer_mismatch'
}
