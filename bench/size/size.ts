import type { Benchmark, Check, Findings } from '../lib/report.ts'
import { measure } from './measure.ts'

const core = "export { createAuthClient } from '@coatcheck/client'"

/** What an app imports of each peer to log in, log out, renew and get a token. */
const peers: Readonly<Record<string, string>> = {
  'oidc-client-ts': "export { UserManager } from 'oidc-client-ts'",
  'auth0-spa-js': "export { createAuth0Client } from '@auth0/auth0-spa-js'",
  'msal-browser': "export { PublicClientApplication } from '@azure/msal-browser'",
  'keycloak-js': "export { default as Keycloak } from 'keycloak-js'",
}

interface Addition {
  readonly names: string
  /** Bytes it may add to the core. */
  readonly atMost: number
}

const additions: Readonly<Record<string, Addition>> = {
  react: {
    names: 'AuthProvider, useAuth, useUser, useAccessToken, RequireAuth, withAuth',
    atMost: 700,
  },
  vue: { names: 'createAuth, useAuth, createRouterGuard', atMost: 700 },
  svelte: { names: 'createAuth, createLoadGuard', atMost: 600 },
  guard: { names: 'createGuard, createRouteGuard', atMost: 600 },
  popup: { names: 'loginByPopup', atMost: 600 },
  'step-up': { names: 'createStepUpFetch', atMost: 600 },
  live: { names: 'startLive', atMost: 600 },
  devices: { names: 'listDevices, endDevice', atMost: 600 },
  'oidc-client-ts': { names: 'UserManager', atMost: 1500 },
}

const coreLimit = 5000

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`

const measureAdditions = async (coreBytes: number): Promise<ReadonlyMap<string, number>> => {
  const sizes = new Map<string, number>()
  for (const [name, { names }] of Object.entries(additions)) {
    const addition = `export { ${names} } from '@coatcheck/client/${name}'`
    sizes.set(name, (await measure([core, addition])) - coreBytes)
  }
  return sizes
}

const rowsOf = async (coreBytes: number): Promise<readonly (readonly string[])[]> => {
  const rows = [['@coatcheck/client', kilobytes(coreBytes), '1.0']]
  for (const [name, code] of Object.entries(peers)) {
    const bytes = await measure([code])
    rows.push([name, kilobytes(bytes), (bytes / coreBytes).toFixed(1)])
  }
  return rows
}

/** What an app downloads: the core beside its peers, and what each subpath adds to it. */
export const size: Benchmark = async (): Promise<Findings> => {
  const coreBytes = await measure([core])
  const added = await measureAdditions(coreBytes)
  const checks: Check[] = [{ name: 'core', value: coreBytes, line: { atMost: coreLimit } }]
  for (const [name, { atMost }] of Object.entries(additions)) {
    checks.push({ name: `+ ${name}`, value: added.get(name) ?? Infinity, line: { atMost } })
  }
  return {
    table: [
      ['minified, gzip', 'size', 'times ours'],
      ...(await rowsOf(coreBytes)),
      ...[...added].map(([name, bytes]) => [`+ ${name}`, kilobytes(bytes), '']),
    ],
    figures: {},
    checks,
  }
}
