import { checkKeys } from './check-keys.ts'
import { DevIdpError } from './errors.ts'
import type { ClientAuthMethod, DevIdpClient, SigningAlgorithm } from './options.ts'

/** A {@link DevIdpClient} after the defaults. */
export interface ResolvedClient {
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly clientName: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly backchannelLogoutUri: string | undefined
  readonly tokenEndpointAuthMethod: ClientAuthMethod
  readonly jwks: DevIdpClient['jwks']
  readonly requirePar: boolean
  readonly idTokenSignedResponseAlg: SigningAlgorithm
}

const clientKeys: Readonly<Record<keyof DevIdpClient, true>> = {
  clientId: true,
  clientSecret: true,
  clientName: true,
  redirectUris: true,
  postLogoutRedirectUris: true,
  backchannelLogoutUri: true,
  tokenEndpointAuthMethod: true,
  jwks: true,
  requirePar: true,
  idTokenSignedResponseAlg: true,
}

const refuse = (message: string): never => {
  throw new DevIdpError('option_invalid', message)
}

const checkCredential = (where: string, client: ResolvedClient): void => {
  switch (client.tokenEndpointAuthMethod) {
    case 'client_secret_basic':
    case 'client_secret_post':
      if (client.clientSecret === undefined) {
        refuse(`${where} needs clientSecret for ${client.tokenEndpointAuthMethod}.`)
      }
      return
    case 'private_key_jwt':
      if (client.jwks === undefined) refuse(`${where} needs jwks for private_key_jwt.`)
      return
    case 'none':
      return
  }
  refuse(
    `${where} has an unknown tokenEndpointAuthMethod; use client_secret_basic, client_secret_post, private_key_jwt or none.`,
  )
}

const resolveClient = (client: DevIdpClient): ResolvedClient => {
  checkKeys('A client', client, Object.keys(clientKeys))
  const { clientId, redirectUris } = client
  if (typeof clientId !== 'string' || clientId === '') refuse('A client needs a clientId.')
  const where = `The client "${clientId}"`
  if (!Array.isArray(redirectUris) || redirectUris.length === 0) {
    refuse(`${where} needs at least one entry in redirectUris.`)
  }
  const resolved: ResolvedClient = {
    clientId,
    clientSecret: client.clientSecret,
    clientName: client.clientName ?? clientId,
    redirectUris,
    postLogoutRedirectUris: client.postLogoutRedirectUris ?? [],
    backchannelLogoutUri: client.backchannelLogoutUri,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod ?? 'client_secret_basic',
    jwks: client.jwks,
    requirePar: client.requirePar ?? false,
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg ?? 'RS256',
  }
  checkCredential(where, resolved)
  return resolved
}

/** @throws DevIdpError `option_unknown`, `option_invalid` */
export const resolveClients = (clients: readonly DevIdpClient[]): readonly ResolvedClient[] => {
  if (!Array.isArray(clients) || clients.length === 0) {
    refuse('The option "clients" must hold at least one client.')
  }
  const resolved = clients.map(resolveClient)
  if (new Set(resolved.map(({ clientId }) => clientId)).size < resolved.length) {
    refuse('Two clients have the same clientId.')
  }
  return resolved
}
