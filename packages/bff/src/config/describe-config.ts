import type { ServerConfig } from './server-config.ts'

type Row = readonly [name: string, value: string]

const masked = (secret: string): string => `(set, ${secret.length} characters)`

const redisPlace = (url: string): string => {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

const describeStore = (store: ServerConfig['store']): readonly Row[] =>
  store.kind === 'sqlite'
    ? [
        ['store.path', store.path],
        ['store.synchronous', store.synchronous],
      ]
    : [
        // Without user, password and query: each of them may be a secret.
        ['store.url', redisPlace(store.url)],
        ['store.waitReplicas', String(store.waitReplicas)],
      ]

const describeProvider = ({ provider }: ServerConfig['bff']): readonly Row[] => [
  ['provider.issuer', provider.issuer],
  ['provider.clientId', provider.clientId],
  ...(provider.clientSecret === undefined
    ? []
    : ([['provider.clientSecret', masked(provider.clientSecret)]] satisfies Row[])),
  ...(provider.privateKey === undefined
    ? []
    : ([['provider.privateKey', `(set, ${provider.privateKey.alg})`]] satisfies Row[])),
]

/**
 * The configuration for people, one option a line. It is a list of what may be shown: an option
 * that is not named here is not printed, and secrets are named by their length alone.
 */
export const describeConfig = (config: ServerConfig): readonly string[] => {
  const { bff, listen, operators, headers } = config
  const rows: readonly Row[] = [
    ['publicUrl', bff.publicUrl],
    ['basePath', bff.basePath ?? '/bff'],
    ...describeProvider(bff),
    ...Object.entries(bff.resources).map(
      ([name, resource]) =>
        [`resources.${name}`, [resource.scope, resource.audience ?? ''].join(' ').trim()] as const,
    ),
    ['sealingKeys', bff.sealingKeys.map(masked).join(', ')],
    ...describeStore(config.store),
    ['listen', `${listen.host} port ${listen.port}`],
    ['trustProxy', String(config.trustProxy ?? 'off: forwarded headers are ignored')],
    ['static.directory', config.static.directory ?? 'none: no files are served'],
    ['headers.strictTransportSecurity', headers.strictTransportSecurity],
    ['operators', `${operators.host} port ${operators.port}`],
    [
      'operators.bearerToken',
      operators.bearerToken === undefined ? 'none: loopback only' : masked(operators.bearerToken),
    ],
    ['log.level', config.log.level],
    ['shutdownSeconds', String(config.shutdownSeconds)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}
