import type { BrowserContext, Cookie, Page } from 'playwright-core'

/** What the fixture page puts on `globalThis`. */
export interface AppGlobals {
  readonly auth: {
    ready(): Promise<unknown>
    getState(): { readonly status: string; readonly reason?: string }
    login(options?: object): void
    logout(options?: object): Promise<void>
    getAccessToken(options?: object): Promise<string>
    fetch: typeof fetch
  }
  readonly events: string[]
}

/** Opens the app and waits until it knows who is logged in. */
export const openApp = async (context: BrowserContext, url: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(url)
  await untilReady(page)
  return page
}

export const untilReady = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () => {
      const { auth } = globalThis as unknown as Partial<AppGlobals>
      return auth !== undefined && auth.getState().status !== 'loading'
    },
    undefined,
    { timeout: 60_000 },
  )

export const stateOf = (
  page: Page,
): Promise<{ readonly status: string; readonly reason?: string }> =>
  page.evaluate(() => (globalThis as unknown as AppGlobals).auth.getState())

/** A device as the user is shown it, and whether it is the one that asks. */
export interface Device {
  readonly sid: string
  readonly current: boolean
}

/** What `GET /sessions` answers to the app's own script. */
export const devicesOf = (page: Page): Promise<readonly Device[]> =>
  page.evaluate(async () => {
    const response = await fetch('/bff/sessions', { headers: { 'x-csrf': '1' } })
    return (await response.json()).sessions
  })

/** Transaction cookies that the browser holds for the app, of logins that have not come back. */
export const pendingLogins = async (
  context: BrowserContext,
  origin: string,
): Promise<readonly Cookie[]> => {
  const cookies = await context.cookies(origin)
  return cookies.filter(({ name }) => name.startsWith('__Host-Http-coatcheck-tx-'))
}

/** The page navigates away by it, so it is not waited for. */
export const startLogin = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const { auth } = globalThis as unknown as AppGlobals
    setTimeout(() => auth.login())
  })

/** Starts the login and waits for the provider's page. */
export const goToProvider = async (page: Page): Promise<void> => {
  await startLogin(page)
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/)
}

export const chooseAccount = (page: Page, username: string): Promise<void> =>
  page.getByRole('button', { name: new RegExp(`log in as ${username}`, 'i') }).click()

export const logInAs = async (page: Page, username: string): Promise<void> => {
  const appUrl = page.url()
  await goToProvider(page)
  await chooseAccount(page, username)
  await page.waitForURL(appUrl)
  await untilReady(page)
}

/** A login while the provider has a session of its own: no page is shown on the way. */
export const logInAgain = async (page: Page): Promise<void> => {
  const isBack = page.waitForResponse((response) => response.url().includes('/bff/session'))
  await startLogin(page)
  await isBack
  await untilReady(page)
}
