import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Where to look; every part can be replaced, so that tests need no browser. */
export interface FindBrowserOptions {
  /** Environment variables. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Whether a file exists. Default asks the file system. */
  readonly exists?: (path: string) => boolean
  /** Where Playwright would have put a Chromium of its own. Default asks Playwright. */
  readonly playwrightPath?: () => string | undefined
}

const systemPaths: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

const askPlaywright = (): string | undefined => {
  try {
    const playwright = createRequire(import.meta.url)('playwright-core')
    return playwright.chromium.executablePath()
  } catch {
    // Not installed, or without a build for this system.
    return undefined
  }
}

/** What to do where no browser was found. */
const browserRemedy =
  'install one (apt-get install chromium) or name it in the environment variable CHROMIUM_PATH'

/**
 * Finds a Chromium: `CHROMIUM_PATH` decides alone where it is set, then the usual places of the
 * system, then Playwright's own.
 *
 * @returns the path of its executable, or `undefined` where there is none
 */
export const findBrowser = (options: FindBrowserOptions = {}): string | undefined => {
  const { env = process.env, exists = existsSync, playwrightPath = askPlaywright } = options
  const named = env.CHROMIUM_PATH
  if (named !== undefined && named !== '') return exists(named) ? named : undefined
  const installed = systemPaths.find((path) => exists(path))
  if (installed !== undefined) return installed
  const own = playwrightPath()
  return own !== undefined && exists(own) ? own : undefined
}

/** What the test runner does about suites that need a browser. */
export type BrowserPlan =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly line: string }
  | { readonly kind: 'fail'; readonly line: string }

/**
 * Without a browser the suites that need one are skipped and named; with `CI=true` that is a
 * failure, so that a pipeline never passes by skipping.
 *
 * @param suites names of the suites that need a browser
 */
export const planForBrowser = (
  suites: readonly string[],
  options: FindBrowserOptions = {},
): BrowserPlan => {
  if (findBrowser(options) !== undefined) return { kind: 'run' }
  const { env = process.env } = options
  const names = suites.join(', ')
  return env.CI === 'true'
    ? { kind: 'fail', line: `No browser for ${names}, and CI=true: ${browserRemedy}.` }
    : { kind: 'skip', line: `Skipped for want of a browser: ${names}. To run: ${browserRemedy}.` }
}
