import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from './browser.ts'
import { logInAs, openApp } from './pages.ts'
import { type System, startSystem } from './start-system.ts'

/** What a journey begins with. */
export interface Stage {
  readonly system: System
  /** The app, with alice logged in. */
  readonly page: Page
}

/** Before each test of the file: a fresh system, and a page of a fresh browser profile in it. */
export const setStage = (): Stage => {
  let browser: Browser
  let context: BrowserContext
  let system: System
  let page: Page
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    system = await startSystem()
    context = await browser.newContext()
    page = await openApp(context, `${system.origin}/`)
    await logInAs(page, 'alice')
  })
  afterEach(async () => {
    await context.close()
    await system.close()
  })
  return {
    get system() {
      return system
    },
    get page() {
      return page
    },
  }
}
