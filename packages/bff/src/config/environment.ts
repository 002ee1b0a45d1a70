import { readFileSync } from 'node:fs'
import { isMisspelling, nearestName } from './nearest-name.ts'

type Kind = 'text' | 'number' | 'list' | 'json'

interface Variable {
  /** Where its value goes, e.g. `provider.clientSecret`. */
  readonly path: string
  readonly kind: Kind
}

const text = (path: string): Variable => ({ path, kind: 'text' })
const number = (path: string): Variable => ({ path, kind: 'number' })
const list = (path: string): Variable => ({ path, kind: 'list' })
const json = (path: string): Variable => ({ path, kind: 'json' })

const variables: readonly Variable[] = [
  text('publicUrl'),
  text('basePath'),
  text('provider.issuer'),
  text('provider.clientId'),
  text('provider.clientSecret'),
  json('provider.privateKey'),
  text('provider.clientAuth'),
  text('provider.scope'),
  text('provider.idTokenAlgorithm'),
  number('provider.timeoutMs'),
  text('provider.idTokenHint'),
  text('provider.logoutTokenExpiry'),
  json('resources'),
  list('sealingKeys'),
  number('session.idleSeconds'),
  number('session.absoluteSeconds'),
  number('session.secretRotationSeconds'),
  list('session.claims'),
  text('cookie.name'),
  text('cookie.lifetime'),
  text('cookie.security'),
  list('logout.clearSiteData'),
  text('store.path'),
  text('store.synchronous'),
  text('store.url'),
  text('store.prefix'),
  number('store.waitReplicas'),
  text('listen.host'),
  number('listen.port'),
  number('trustProxy'),
  text('static.directory'),
  text('static.immutablePath'),
  json('headers.contentSecurityPolicy'),
  text('headers.strictTransportSecurity'),
  text('operators.host'),
  number('operators.port'),
  text('operators.bearerToken'),
  text('log.level'),
  number('shutdownSeconds'),
]

const prefix = 'COATCHECK_'

const nameOf = ({ path }: Variable): string =>
  prefix + path.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()

const byName: ReadonlyMap<string, Variable> = new Map(
  variables.map((variable) => [nameOf(variable), variable]),
)

/** Every variable by name, for the reference. */
export const variableNames: readonly string[] = [...byName.keys()]

/** What the environment says. */
export interface EnvironmentValues {
  /** Values by the path of their option. */
  readonly values: ReadonlyMap<string, unknown>
  /** Which variable an option came from. */
  readonly names: ReadonlyMap<string, string>
  readonly faults: readonly string[]
  readonly warnings: readonly string[]
}

const parseJson = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    throw new Error('must be JSON')
  }
}

const parse = (kind: Kind, value: string): unknown => {
  switch (kind) {
    case 'text':
      return value
    case 'number':
      if (/^\d{1,15}$/.test(value)) return Number(value)
      throw new Error('must be a whole number in digits')
    case 'list':
      return value.split(',').map((part) => part.trim())
    case 'json':
      return parseJson(value)
  }
}

const readSecretFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new Error('names a file that cannot be read; check the path and its permissions')
  }
}

/** Words that Kubernetes sets for a Service of our name; none of them is meant for us. */
const isServiceLink = (name: string): boolean => /^COATCHECK_(SERVICE_|PORT($|_))/.test(name)

const describeUnknown = (name: string): { readonly fault?: string; readonly warning?: string } => {
  if (isServiceLink(name)) return {}
  const meant = nearestName(name, variableNames)
  const isSlip = variableNames.some((known) => isMisspelling(name, known))
  return isSlip
    ? { fault: `${name}: is no variable of ours; did you mean ${meant}?` }
    : { warning: `${name}: is no variable of ours and is ignored.` }
}

/**
 * Reads `COATCHECK_` followed by the path of an option in capitals, e.g.
 * `COATCHECK_PROVIDER_CLIENT_SECRET`. With `_FILE` at its end a variable names a file that holds
 * the value. An empty variable counts as unset.
 */
export const readEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): EnvironmentValues => {
  const values = new Map<string, unknown>()
  const names = new Map<string, string>()
  const faults: string[] = []
  const warnings: string[] = []
  const take = ({ path, kind }: Variable, name: string, raw: string) => {
    const other = names.get(path)
    if (other !== undefined) {
      faults.push(`${name}: is set beside ${other}; unset one of them`)
      return
    }
    names.set(path, name)
    try {
      values.set(path, parse(kind, byName.has(name) ? raw : readSecretFile(raw)))
    } catch (error) {
      faults.push(`${name} (${path}): ${(error as Error).message}`)
    }
  }
  const readOne = (name: string, raw: string) => {
    const variable = byName.get(name) ?? byName.get(name.replace(/_FILE$/, ''))
    if (variable !== undefined) return take(variable, name, raw)
    const { fault, warning } = describeUnknown(name)
    if (fault !== undefined) faults.push(fault)
    if (warning !== undefined) warnings.push(warning)
  }
  for (const [name, raw] of Object.entries(environment)) {
    if (name.startsWith(prefix) && raw !== undefined && raw !== '') readOne(name, raw)
  }
  return { values, names, faults, warnings }
}
