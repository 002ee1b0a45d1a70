import { fileURLToPath } from 'node:url'
import { measureClient, measureImports } from '../../scripts/lib/client-sizes.mjs'
import type { Benchmark, Findings } from '../lib/report.ts'

/** What an app imports of each peer to log in, log out, renew and get a token. */
const peers: Readonly<Record<string, string>> = {
  'oidc-client-ts': "export { UserManager } from 'oidc-client-ts'",
  'auth0-spa-js': "export { createAuth0Client } from '@auth0/auth0-spa-js'",
  'msal-browser': "export { PublicClientApplication } from '@azure/msal-browser'",
  'keycloak-js': "export { default as Keycloak } from 'keycloak-js'",
}

/** Installed beside this folder, as an app's own dependencies would be. */
const resolveDir = fileURLToPath(new URL('..', import.meta.url))

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`

/** What an app downloads: the core beside its peers, and what each subpath adds to it. */
export const size: Benchmark = async (): Promise<Findings> => {
  const [core, ...added] = await measureClient(resolveDir)
  if (core === undefined) throw new Error('Nothing was measured.')
  const rows = [['@coatcheck/client', kilobytes(core.bytes), '1.0']]
  for (const [name, code] of Object.entries(peers)) {
    const bytes = await measureImports([code], resolveDir)
    rows.push([name, kilobytes(bytes), (bytes / core.bytes).toFixed(1)])
  }
  return {
    table: [
      ['minified, gzip', 'size', 'times ours'],
      ...rows,
      ...added.map(({ name, bytes }) => [name, kilobytes(bytes), '']),
    ],
    figures: {},
    checks: [core, ...added].map(({ name, bytes, atMost }) => ({
      name,
      value: bytes,
      line: { atMost },
    })),
  }
}
