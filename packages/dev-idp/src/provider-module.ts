const unsupportedRuntime = 'oidc-provider WARNING: Unsupported runtime'

/** Imports oidc-provider without the one warning it prints for a Node version it runs well on. */
const importQuietly = async (): Promise<typeof import('oidc-provider')> => {
  const { warn } = console
  console.warn = (...line: unknown[]) => {
    if (!String(line[0]).includes(unsupportedRuntime)) warn.apply(console, line)
  }
  try {
    return await import('oidc-provider')
  } finally {
    console.warn = warn
  }
}

/** The oidc-provider module. */
export const oidc: typeof import('oidc-provider') = await importQuietly()
