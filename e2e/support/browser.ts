import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { findBrowser } from '../find-browser.ts'

/** Flags under which Chromium runs as root without a network of its own. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What a browser may be told otherwise than Playwright has it. */
export interface BrowserOptions {
  /** Flags of Playwright's that are left out. Default none. */
  readonly without?: readonly string[]
}

export const launchBrowser = ({ without = [] }: BrowserOptions = {}): Promise<Browser> => {
  const executablePath = findBrowser()
  if (executablePath === undefined) throw new Error('There is no Chromium; see CONTRIBUTING.md.')
  return chromium.launch({ executablePath, args: flags, ignoreDefaultArgs: [...without] })
}

/** Text of everything a script of the page could read back, and of what tabs told one another. */
export const readEverythingStored = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const databases = await indexedDB.databases()
    const stored: unknown[] = [
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      location.href,
      history.state,
      window.name,
      databases,
      (globalThis as { broadcasts?: unknown[] }).broadcasts ?? [],
    ]
    for (const { name = '' } of databases) {
      const request = indexedDB.open(name)
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store).getAll()
        stored.push(
          await new Promise((resolve) => {
            rows.onsuccess = () => resolve(rows.result)
          }),
        )
      }
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        stored.push(request.url, await (await cache.match(request))?.text())
      }
    }
    return JSON.stringify(stored)
  })

/** Records every message any tab of the context posts on any BroadcastChannel. */
export const recordBroadcasts = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    const broadcasts: string[] = []
    Object.assign(globalThis, { broadcasts })
    const { postMessage } = BroadcastChannel.prototype
    BroadcastChannel.prototype.postMessage = function (message: unknown) {
      broadcasts.push(JSON.stringify(message))
      return postMessage.call(this, message)
    }
  })

/** Every URL a page of the context asked for or went to, fragments included. */
export const recordUrls = (context: BrowserContext): string[] => {
  const urls: string[] = []
  context.on('request', (request) => urls.push(request.url()))
  context.on('page', (page) => page.on('framenavigated', (frame) => urls.push(frame.url())))
  return urls
}
