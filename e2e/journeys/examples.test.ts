import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startExample } from '@coatcheck/example-server'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, readEverythingStored, recordBroadcasts } from '../support/browser.ts'
import { chooseAccount } from '../support/pages.ts'
import { createTokenWatch } from '../support/token-watch.ts'
import { recordViolations } from '../support/violations.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))

const tokens = createTokenWatch()
const realFetch = globalThis.fetch

let browser: Browser

beforeAll(async () => {
  // The BFF looks its fetch up at each call: whatever the provider issues is seen here.
  globalThis.fetch = tokens.watch(realFetch)
  browser = await launchBrowser()
})
afterAll(async () => {
  globalThis.fetch = realFetch
  await browser?.close()
})

/** Builds the example as its own script does, for an API on a free port. */
const build = async (name: string, directory: string, apiOrigin: string): Promise<void> => {
  const cwd = join(examples, name)
  const manifest = createRequire(join(cwd, 'package.json')).resolve('vite/package.json')
  const vite = join(dirname(manifest), 'bin/vite.js')
  const env = { ...process.env, NODE_ENV: 'production', VITE_API_ORIGIN: apiOrigin }
  const args = [vite, 'build', '--outDir', directory, '--emptyOutDir', '--sourcemap']
  await promisify(execFile)(process.execPath, args, { cwd, env })
}

/** The built files with their source maps, and the modules they were made of. */
const readBuilt = async (directory: string) => {
  const files = await readdir(directory, { recursive: true, withFileTypes: true })
  const texts: string[] = []
  const modules: string[] = []
  for (const file of files.filter((entry) => entry.isFile())) {
    const text = await readFile(join(file.parentPath, file.name), 'utf8')
    texts.push(text)
    if (file.name.endsWith('.map')) modules.push(...JSON.parse(text).sources)
  }
  return { text: texts.join('\n'), modules }
}

/** What only developers, servers or other apps need, as a module's path names it. */
const foreign = /\/(?:msw|ky|jose|oidc-client-ts)@|@mswjs|client\/dist\/(?:testing|devtools|ky)\//

/** PEM, private members of a JWK, and a client secret with its value; maps quote their quotes. */
const secrets =
  /-----BEGIN|client_?secret\\?["']?\s*[:=]\s*\\?["'`]\w|\\?["'](?:d|p|q|dp|dq|qi|k)\\?["']\s*:\s*\\?["'][\w-]{20,}/i

/** The example, built and served; it is gone after `play`. */
const withExample = async (
  name: string,
  play: (context: BrowserContext, url: string, directory: string) => Promise<void>,
): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'coatcheck-example-'))
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const example = await startExample({ directory, port: 0, log })
  const context = await browser.newContext()
  try {
    await build(name, directory, example.apiUrl)
    await play(context, `${example.url}/`, directory)
  } finally {
    await context.close()
    await example.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })

test.each(['react-vite', 'vue-vite', 'svelte-vite', 'from-oidc-client-ts'])(
  'C01 C19 C27 C29 the example %s builds, logs in, calls its API and logs out',
  async (name) => {
    await withExample(name, async (context, url, directory) => {
      const { text, modules } = await readBuilt(directory)
      expect(modules.some((path) => path.includes('packages/client/dist/'))).toBe(true)
      expect(modules.filter((path) => foreign.test(path))).toEqual([])
      expect(secrets.exec(text)?.[0]).toBeUndefined()

      await recordBroadcasts(context)
      const page = await context.newPage()
      const violations = await recordViolations(page)
      await page.goto(url)
      await button(page, 'Log in').click()
      await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
      await chooseAccount(page, 'alice')
      await page.waitForURL(url)
      await page.getByRole('heading', { name: /alice/i }).waitFor()
      await button(page, 'Call API').click()
      await page.getByText('Wool overcoat').waitFor()

      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await overflowOf(page)).toBeLessThanOrEqual(0)
      }
      await page.reload()
      await page.getByRole('heading', { name: /alice/i }).waitFor()
      expect(tokens.all.length).toBeGreaterThanOrEqual(2)
      expect(tokens.findIn(await readEverythingStored(page))).toBeUndefined()

      await button(page, 'Log out').click()
      await page.waitForURL(url)
      await button(page, 'Log in').waitFor()
      expect(await button(page, 'Call API').count()).toBe(0)
      expect(violations).toEqual([])
    })
  },
)
