import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isLoopback } from '../is-loopback.ts'
import { findStorePathFault } from './find-store-path-fault.ts'
import { isLoopbackHost } from './is-loopback-host.ts'
import type { ServerConfig } from './server-config.ts'
import type { ParsedServerOptions } from './server-schema.ts'

interface Checked {
  readonly config: ServerConfig
  readonly parsed: ParsedServerOptions
  readonly mode: 'production' | 'development'
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const storeFaults = ({ parsed: { store }, config }: Checked): readonly string[] => {
  if (store.url !== undefined) {
    return (['path', 'synchronous'] as const)
      .filter((name) => store[name] !== undefined)
      .map((name) => `store.${name}: is for SQLite, and there is a store.url; remove one of them`)
  }
  const faults = (['prefix', 'waitReplicas'] as const)
    .filter((name) => store[name] !== undefined)
    .map((name) => `store.${name}: is for Redis, and there is no store.url; remove it`)
  const fault = config.store.kind === 'sqlite' ? findStorePathFault(config.store.path) : undefined
  return fault === undefined ? faults : [...faults, fault]
}

const staticFaults = ({ config: { static: files } }: Checked): readonly string[] => {
  const { directory } = files
  if (directory === undefined) return []
  if (!isDirectory(directory)) return ['static.directory: is no folder; build the app first']
  if (existsSync(join(directory, 'index.html'))) return []
  return ['static.directory: holds no index.html; name the folder the app was built into']
}

const operatorsFaults = ({ config: { operators, listen } }: Checked): readonly string[] => {
  const faults: string[] = []
  if (!isLoopbackHost(operators.host) && operators.bearerToken === undefined) {
    faults.push(
      'operators.bearerToken: is missing, and operators.host is not loopback; give a token or listen on 127.0.0.1',
    )
  }
  if (operators.port === listen.port && operators.port !== 0) {
    faults.push('operators.port: is the port of the app; give the operators another one')
  }
  return faults
}

/** Random bytes are nearly all different; a pattern is a key from an example. */
const isPattern = (key: string): boolean => new Set(Buffer.from(key, 'base64url')).size < 16

const reused = ({ config: { bff, operators } }: Checked): readonly string[] => {
  const { bearerToken } = operators
  const isReused =
    bearerToken !== undefined &&
    [...bff.sealingKeys, bff.provider.clientSecret].includes(bearerToken)
  return isReused ? ['operators.bearerToken: is another secret as well; each has one purpose'] : []
}

/** What is made for development must not meet users. */
const productionFaults = ({ config: { bff }, mode }: Checked): readonly string[] => {
  if (mode !== 'production') return []
  const faults: string[] = []
  if (isLoopback(new URL(bff.provider.issuer).hostname)) {
    faults.push(
      'provider.issuer: is on loopback, where development providers live; name the real one',
    )
  }
  if (bff.sealingKeys.some(isPattern)) {
    faults.push(
      'sealingKeys: hold a pattern, not random bytes; make one with: node -e "console.log(crypto.randomBytes(32).toString(\'base64url\'))"',
    )
  }
  if (bff.cookie?.security === 'insecure-loopback') {
    faults.push('cookie.security: insecure-loopback is for development; leave it out')
  }
  return faults
}

const findWarnings = ({ config }: Checked): readonly string[] => {
  const warnings: string[] = []
  const policy = config.headers.contentSecurityPolicy
  for (const name of ['script-src', 'script-src-elem', 'default-src']) {
    const loose = policy[name]?.filter((source) =>
      ["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:', 'data:'].includes(source),
    )
    if (loose !== undefined && loose.length > 0) {
      warnings.push(
        `headers.contentSecurityPolicy.${name}: ${loose.join(' ')} lets injected script run; use a hash, 'sha256-…'`,
      )
    }
  }
  if (!isLoopbackHost(config.listen.host) && config.trustProxy === undefined) {
    warnings.push(
      'listen.host: is reachable from outside; put a proxy with TLS in front (docs/deploy/nginx.md)',
    )
  }
  return warnings
}

/** What is wrong between values that are right, each by itself. */
export const findContradictions = (
  checked: Checked,
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } => ({
  faults: [storeFaults, staticFaults, operatorsFaults, reused, productionFaults].flatMap((find) =>
    find(checked),
  ),
  warnings: findWarnings(checked),
})
