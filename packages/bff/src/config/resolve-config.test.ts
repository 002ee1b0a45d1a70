import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { optionNames } from '../options-schema.ts'
import { servedSealingKey } from '../testing/served.ts'
import { readEnvironment, variableNames } from './environment.ts'
import { type ConfigCheck, resolveConfig } from './resolve-config.ts'
import { serverNamesAt, serverOptionNames } from './server-schema.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  mkdirSync(join(folder, 'dist'))
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'dist/index.html'), '<!doctype html>')
  writeFileSync(join(folder, 'client-secret'), 'from-a-mounted-file\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const clientSecret = 'client-secret-of-the-test'
const token = 'operators-token-of-at-least-32-characters'

const standard = {
  publicUrl: 'https://app.example',
  provider: { issuer: 'https://login.example', clientId: 'app', clientSecret },
  resources: { orders: { mode: 'token', scope: 'orders:read' } },
  sealingKeys: [servedSealingKey],
}

interface Given {
  readonly file?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
  readonly mode?: 'production' | 'development'
}

const check = ({ file = {}, environment = {}, mode = 'development' }: Given): ConfigCheck =>
  resolveConfig({
    file: { path: join(folder, 'coatcheck.config.ts'), content: { ...standard, ...file } },
    environment: readEnvironment(environment),
    cwd: folder,
    mode,
  })

const faultsOf = (given: Given): readonly string[] => {
  const result = check(given)
  return result.kind === 'faulty' ? result.faults : []
}

const provider = (changed: Readonly<Record<string, unknown>>) => ({
  provider: { ...standard.provider, ...changed },
})

const pattern = Buffer.alloc(32, 7).toString('base64url')

const wrong: readonly (readonly [string, Given, string])[] = [
  [
    'a misspelt option',
    { file: { publicURL: 'x' } },
    'publicURL: is no option; did you mean publicUrl?',
  ],
  [
    'a misspelt server option',
    { file: { listn: {} } },
    'listn: is no option; did you mean listen?',
  ],
  ['an option for programs', { file: { now: 1 } }, 'now: is no option; did you mean'],
  [
    'a misspelt member',
    { file: { listen: { prot: 1 } } },
    'listen.prot: is no option; did you mean port?',
  ],
  [
    'a misspelt provider member',
    { file: provider({ clientid: 'x' }) },
    'provider.clientid: is no option; did you mean clientId?',
  ],
  ['a missing URL', { file: { publicUrl: undefined } }, 'publicUrl: is missing; give text'],
  [
    'no issuer',
    { file: provider({ issuer: undefined }) },
    'provider.issuer: is missing; give text',
  ],
  [
    'B122 an http app',
    { file: { publicUrl: 'http://app.example' } },
    'publicUrl: must be an absolute https URL',
  ],
  [
    'B122 an http issuer',
    { file: provider({ issuer: 'http://login.example' }) },
    'provider.issuer: must be an absolute https URL',
  ],
  [
    'B53 a short sealing key',
    { file: { sealingKeys: ['c2hvcnQ'] } },
    'sealingKeys.0: must hold at least 32 random bytes',
  ],
  [
    'B53 the same key twice',
    { file: { sealingKeys: [servedSealingKey, servedSealingKey] } },
    'sealingKeys: holds the same key twice',
  ],
  ['no resources', { file: { resources: {} } }, 'resources: must name at least one resource'],
  [
    'a port out of range',
    { file: { listen: { port: 70_000 } } },
    'listen.port: must be a port, 0 to 65535',
  ],
  ['a port as text', { file: { listen: { port: '80' } } }, 'listen.port: must be a number'],
  [
    'a host that is a URL',
    { file: { listen: { host: 'http://x' } } },
    'listen.host: must be an address or a host name',
  ],
  [
    'trust in no proxy',
    { file: { trustProxy: 0 } },
    'trustProxy: must be the number of your proxies',
  ],
  ['trust in all proxies', { file: { trustProxy: true } }, 'trustProxy: must be'],
  [
    'a Redis of another kind',
    { file: { store: { url: 'http://redis' } } },
    'store.url: must be a redis:// or rediss:// URL',
  ],
  ...['redis:/:pw@redis', 'redis:pw@redis', 'redis:///pw@redis', 'redis://x/pw@redis'].map(
    (url) =>
      [
        `a Redis URL whose password is not where it belongs (${url})`,
        { file: { store: { url } } },
        'store.url: must be a redis:// or rediss:// URL',
      ] as const,
  ),
  [
    'SQLite and Redis',
    { file: { store: { url: 'redis://redis', path: 'x' } } },
    'store.path: is for SQLite',
  ],
  [
    'replicas of SQLite',
    { file: { store: { waitReplicas: 1 } } },
    'store.waitReplicas: is for Redis',
  ],
  [
    'a store in no folder',
    { file: { store: { path: 'nowhere/x.sqlite' } } },
    'store.path: its folder does not exist',
  ],
  [
    'files in no folder',
    { file: { static: { directory: 'nowhere' } } },
    'static.directory: is no folder',
  ],
  [
    'files without a page',
    { file: { static: { directory: 'empty' } } },
    'static.directory: holds no index.html',
  ],
  [
    'a policy that ends its directive',
    { file: { headers: { contentSecurityPolicy: { 'img-src': ['x; script-src *'] } } } },
    'headers.contentSecurityPolicy.img-src.0: must be one source',
  ],
  [
    'a policy with a line break',
    { file: { headers: { contentSecurityPolicy: { 'img-src': ['x\r\nSet-Cookie:a'] } } } },
    'headers.contentSecurityPolicy.img-src.0: must be one source',
  ],
  [
    'an unknown HSTS',
    { file: { headers: { strictTransportSecurity: 'yes' } } },
    'headers.strictTransportSecurity: must be off',
  ],
  [
    'operators for all',
    { file: { operators: { host: '0.0.0.0' } } },
    'operators.bearerToken: is missing, and operators.host is not loopback',
  ],
  [
    'operators on all of IPv6',
    { file: { operators: { host: '::' } } },
    'operators.bearerToken: is missing',
  ],
  [
    'a short token',
    { file: { operators: { bearerToken: 'short' } } },
    'operators.bearerToken: must be 32 to 256',
  ],
  [
    'a token of two purposes',
    { file: { operators: { bearerToken: servedSealingKey } } },
    'operators.bearerToken: is another secret as well',
  ],
  [
    'one port for both',
    { file: { operators: { port: 3000 } } },
    'operators.port: is the port of the app',
  ],
  [
    'B126 a development provider in production',
    { file: provider({ issuer: 'http://127.0.0.1:4002' }), mode: 'production' },
    'provider.issuer: is on loopback',
  ],
  [
    'B126 a development key in production',
    { file: { sealingKeys: [pattern] }, mode: 'production' },
    'sealingKeys: hold a pattern, not random bytes',
  ],
  [
    'a misspelt variable',
    { environment: { COATCHECK_PROVIDER_CLIENTID: 'x' } },
    'COATCHECK_PROVIDER_CLIENTID: is no variable of ours; did you mean COATCHECK_PROVIDER_CLIENT_ID?',
  ],
  [
    'a variable that is no number',
    { environment: { COATCHECK_LISTEN_PORT: '3e3' } },
    'COATCHECK_LISTEN_PORT (listen.port): must be a whole number in digits',
  ],
  [
    'a variable that is no JSON',
    { environment: { COATCHECK_RESOURCES: '{' } },
    'COATCHECK_RESOURCES (resources): must be JSON',
  ],
  [
    'a faulty value of a variable',
    { environment: { COATCHECK_PROVIDER_ISSUER: 'http://login.example' } },
    'COATCHECK_PROVIDER_ISSUER (provider.issuer): must be an absolute https URL',
  ],
  [
    'a rotation faster than requests travel',
    { environment: { COATCHECK_SESSION_SECRET_ROTATION_SECONDS: '59' } },
    'COATCHECK_SESSION_SECRET_ROTATION_SECONDS (session.secretRotationSeconds): must be 60 seconds at least',
  ],
  [
    'a logout token that may live on, misspelt',
    { environment: { COATCHECK_PROVIDER_LOGOUT_TOKEN_EXPIRY: 'none' } },
    'COATCHECK_PROVIDER_LOGOUT_TOKEN_EXPIRY (provider.logoutTokenExpiry):',
  ],
  [
    'an unknown kind of site data',
    { environment: { COATCHECK_LOGOUT_CLEAR_SITE_DATA: 'cache,cookie' } },
    'COATCHECK_LOGOUT_CLEAR_SITE_DATA (logout.clearSiteData.1):',
  ],
  [
    'a secret given twice',
    { environment: { COATCHECK_STORE_URL: 'redis://x', COATCHECK_STORE_URL_FILE: '/dev/null' } },
    'COATCHECK_STORE_URL_FILE: is set beside COATCHECK_STORE_URL',
  ],
  [
    'a secret in no file',
    { environment: { COATCHECK_SEALING_KEYS_FILE: '/nowhere/keys' } },
    'COATCHECK_SEALING_KEYS_FILE (sealingKeys): names a file that cannot be read',
  ],
]

test.each(wrong)('%s is refused with what to do', (_name, given, line) => {
  expect(faultsOf(given)).toEqual([expect.stringContaining(line)])
})

test('every fault is named at once', () => {
  const faults = faultsOf({
    file: { publicUrl: 'ftp://x', listen: { port: -1 }, lgo: {} },
    environment: { COATCHECK_TRUST_PROXY: 'all' },
  })
  expect(faults.map((line) => line.split(':')[0])).toEqual([
    'COATCHECK_TRUST_PROXY (trustProxy)',
    'lgo',
    'publicUrl',
    'listen.port',
  ])
})

const configOf = (given: Given) => {
  const result = check(given)
  if (result.kind === 'faulty') throw new Error(result.faults.join('\n'))
  return result
}

test('B126 nothing is reachable from outside unless configured', () => {
  const { config, warnings } = configOf({})
  expect(config.listen).toEqual({ host: '127.0.0.1', port: 3000 })
  expect(config.operators).toMatchObject({ host: '127.0.0.1', port: 3001 })
  expect(config.store).toEqual({
    kind: 'sqlite',
    path: join(folder, 'coatcheck.sqlite'),
    synchronous: 'normal',
  })
  expect(warnings).toEqual([])
})

test('the environment wins over the file, and alone it is enough', () => {
  const environment = {
    COATCHECK_PUBLIC_URL: 'https://other.example',
    COATCHECK_PROVIDER_ISSUER: 'https://login.example',
    COATCHECK_PROVIDER_CLIENT_ID: 'other',
    COATCHECK_PROVIDER_CLIENT_SECRET_FILE: join(folder, 'client-secret'),
    COATCHECK_RESOURCES: '{"orders":{"mode":"token","scope":"orders:read"}}',
    COATCHECK_SEALING_KEYS: `${servedSealingKey}, ${Buffer.from([...Array(32).keys()]).toString('base64url')}`,
    COATCHECK_STORE_URL: 'rediss://user:password@redis.example:6380/2',
    COATCHECK_TRUST_PROXY: '1',
    COATCHECK_OPERATORS_HOST: '0.0.0.0',
    COATCHECK_OPERATORS_BEARER_TOKEN: token,
    COATCHECK_LOG_LEVEL: '',
  }
  for (const file of [undefined, { path: join(folder, 'x.json'), content: standard }]) {
    const result = resolveConfig({
      file,
      environment: readEnvironment(environment),
      cwd: folder,
      mode: 'production',
    })
    expect(result).toMatchObject({
      kind: 'good',
      config: {
        bff: {
          publicUrl: 'https://other.example',
          provider: { clientId: 'other', clientSecret: 'from-a-mounted-file' },
          sealingKeys: [servedSealingKey, expect.any(String)],
        },
        store: { kind: 'redis', url: 'rediss://user:password@redis.example:6380/2' },
        trustProxy: 1,
        log: { level: 'info' },
      },
    })
  }
})

/** Options of which each member has a variable of its own; the others have one as a whole. */
const grouped = ['provider', 'session', 'cookie', 'logout']

const optionPaths = (): readonly string[] => {
  const onlyForPrograms = ['store', 'log', 'now', 'fetch', 'randomBytes']
  const ofBff = optionNames([])
    .filter((name) => !onlyForPrograms.includes(name))
    .flatMap((name) =>
      grouped.includes(name) ? optionNames([name]).map((member) => `${name}.${member}`) : [name],
    )
  const ofServer = serverOptionNames.flatMap((name) => {
    const members = serverNamesAt([name])
    return members.includes(name) ? [name] : members.map((member) => `${name}.${member}`)
  })
  return [...ofBff, ...ofServer]
}

test('every option has a variable, named by its path', () => {
  const named = optionPaths().map(
    (path) =>
      `COATCHECK_${path
        .replace(/(?=[A-Z])/g, '_')
        .replace('.', '_')
        .toUpperCase()}`,
  )
  expect([...variableNames].sort()).toEqual(named.sort())
})

test('limits of sessions and logouts can come from the environment alone', () => {
  const { config } = configOf({
    environment: {
      COATCHECK_SESSION_SECRET_ROTATION_SECONDS: '120',
      COATCHECK_PROVIDER_LOGOUT_TOKEN_EXPIRY: 'optional',
      COATCHECK_LOGOUT_CLEAR_SITE_DATA: 'cache, storage',
    },
  })
  expect(config.bff).toMatchObject({
    session: { secretRotationSeconds: 120 },
    provider: { logoutTokenExpiry: 'optional' },
    logout: { clearSiteData: ['cache', 'storage'] },
  })
})

test('paths of the file are relative to the file, those of the environment to the folder', () => {
  const result = resolveConfig({
    file: {
      path: join(folder, 'deep/coatcheck.config.json'),
      content: { ...standard, store: { path: '../a.sqlite' } },
    },
    environment: readEnvironment({ COATCHECK_STATIC_DIRECTORY: 'dist' }),
    cwd: folder,
    mode: 'development',
  })
  expect(result).toMatchObject({
    kind: 'good',
    config: {
      store: { path: join(folder, 'a.sqlite') },
      static: { directory: join(folder, 'dist') },
    },
  })
})

test('what Kubernetes sets for a Service of our name is not meant for us', () => {
  const { warnings } = configOf({
    environment: {
      COATCHECK_SERVICE_HOST: '10.0.0.1',
      COATCHECK_PORT: 'tcp://10.0.0.1:80',
      COATCHECK_PORT_80_TCP_ADDR: '10.0.0.1',
      COATCHECK_SOMETHING_ELSE_ALTOGETHER: 'x',
    },
  })
  expect(warnings).toEqual([
    'COATCHECK_SOMETHING_ELSE_ALTOGETHER: is no variable of ours and is ignored.',
  ])
})

test.each(["'unsafe-inline'", "'unsafe-eval'", '*', 'https:', 'data:'])(
  'scripts from %s are warned of',
  (source) => {
    const { warnings } = configOf({
      file: { headers: { contentSecurityPolicy: { 'script-src': [source] } } },
    })
    expect(warnings).toEqual([expect.stringContaining('lets injected script run')])
  },
)
