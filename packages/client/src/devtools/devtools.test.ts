// @vitest-environment node
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { HttpResponse } from 'msw'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { apiOrigin } from '../fake-bff.fixture.ts'
import type { AuthClient } from '../index.ts'
import { setStage } from '../stage.fixture.ts'
import { formatDuration } from './format.ts'
import { type DevtoolsOptions, type MountedDevtools, mountDevtools } from './index.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const stage = setStage()
const mounted: MountedDevtools[] = []
const copied: string[] = []

beforeEach(() => {
  copied.length = 0
  const { window } = stage.page
  for (const name of ['HTMLElement', 'customElements', 'CSSStyleSheet'] as const) {
    vi.stubGlobal(name, window[name])
  }
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window))
  vi.stubGlobal('navigator', {
    onLine: true,
    clipboard: { writeText: async (text: string) => void copied.push(text) },
  })
})

afterEach(() => {
  for (const { unmount } of mounted.splice(0)) unmount()
})

const mount = (client: AuthClient, options: DevtoolsOptions = {}): MountedDevtools => {
  const made = mountDevtools(client, { now: () => stage.page.clock.wall, ...options })
  mounted.push(made)
  return made
}

const find = (selector: string) => {
  const element = stage.page.window.document.querySelector('coatcheck-devtools')
  return element?.shadowRoot?.querySelector(selector) as unknown as HTMLElement | null
}

const toggle = () => find('.toggle')

const panelText = (): string => find('.panel')?.textContent ?? ''

const click = async (name: string): Promise<void> => {
  const buttons = [...(find('.actions')?.querySelectorAll('button') ?? [])]
  buttons.find(({ textContent }) => textContent === name)?.click()
  await stage.page.idle()
}

test('the panel begins closed, tells the state, and opens and closes by click and Escape', async () => {
  mount(await stage.createReady())
  expect(toggle()?.textContent).toBe('Coatcheck · authenticated')
  expect(toggle()?.getAttribute('aria-expanded')).toBe('false')
  expect(find('.panel')?.hasAttribute('hidden')).toBe(true)
  toggle()?.click()
  expect(toggle()?.getAttribute('aria-expanded')).toBe('true')
  expect(find('.panel')?.hasAttribute('hidden')).toBe(false)
  const { KeyboardEvent } = stage.page.window
  const pressed = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })
  find('.panel')?.dispatchEvent(pressed as never)
  expect(find('.panel')?.hasAttribute('hidden')).toBe(true)
})

test('an open panel shows lives that count down, a bar for each, and what happened', async () => {
  const client = await stage.createReady()
  mount(client)
  toggle()?.click()
  await client.getAccessToken({ resource: 'reports', scope: 'read' })
  await stage.page.pass(60_000)
  expect(panelText()).toContain('session13 d 23 h')
  expect(panelText()).toContain('orders4 min')
  expect(panelText()).toContain('reports · read4 min')
  expect(panelText()).toContain('token renewed · reports read')
  const bar = find('progress[aria-label="Life left: orders"]')
  expect([bar?.getAttribute('value'), bar?.getAttribute('max')]).toEqual(['240000', '300000'])
})

test('the reason of the last logout stays after the next login', async () => {
  const client = await stage.createReady()
  mount(client)
  toggle()?.click()
  Object.assign(stage.bff, { isLoggedIn: false, reason: 'revoked' })
  await click('Refresh session')
  expect(toggle()?.textContent).toBe('Coatcheck · unauthenticated: revoked')
  expect(panelText()).toContain('No session.')
  stage.bff.isLoggedIn = true
  await client.refreshSession()
  expect(panelText()).toMatch(/Last logoutrevoked, \d/)
})

test.each([
  ['offline', 'Coatcheck · error: network_error', 'bad'],
  ['loading', 'Coatcheck · loading', ''],
])('a client that is %s is told as such', async (kind, text, tone) => {
  stage.bff.onSession = () => HttpResponse.error()
  const client = kind === 'loading' ? stage.create() : await stage.createReady()
  mount(client)
  expect(toggle()?.textContent).toBe(text)
  expect(toggle()?.dataset.tone).toBe(tone)
  await stage.page.idle()
})

test('C26 the panel and the copied report hold no token, no claim and no address', async () => {
  const client = await stage.createReady()
  mount(client)
  toggle()?.click()
  await client.fetch(`${apiOrigin}/orders?secret=1`)
  await stage.page.pass(290_000)
  stage.bff.user = { sub: 'mallory', name: 'Mallory' }
  stage.bff.sid = 'sid-2'
  await click('Refresh session')
  await click('Copy report')
  expect(find('[role=status]')?.textContent).toBe('Copied.')
  expect(JSON.parse(copied[0] ?? '')).toMatchObject({ status: 'authenticated', tabs: 1 })
  const { document } = stage.page.window
  const shadow = document.querySelector('coatcheck-devtools')?.shadowRoot?.innerHTML
  const all = `${shadow} ${copied} ${document.documentElement.outerHTML}`
  expect(all).toContain('user changed')
  for (const word of [
    ...stage.bff.tokens,
    'alice',
    'Alice',
    'Mallory',
    'sid-',
    'secret=1',
    apiOrigin,
  ]) {
    expect(all).not.toContain(word)
  }
})

test('a browser that refuses to copy is told', async () => {
  vi.stubGlobal('navigator', { onLine: true })
  mount(await stage.createReady())
  await click('Copy report')
  expect(find('[role=status]')?.textContent).toBe('The browser does not allow copying here.')
})

test('tabs that show the panel are counted, and forgotten when they go or fall silent', async () => {
  const client = await stage.createReady()
  mount(client)
  toggle()?.click()
  const channel = new BroadcastChannel('coatcheck:devtools:/bff')
  const heard: unknown[] = []
  channel.addEventListener('message', ({ data }) => heard.push(data))
  const untilTabs = (count: number) =>
    vi.waitFor(() => expect(panelText()).toContain(`Tabs${count}`), patience)
  try {
    channel.postMessage({ ask: 'other' })
    await untilTabs(2)
    await vi.waitFor(() => expect(heard).toMatchObject([{ here: expect.any(String) }]), patience)
    channel.postMessage({ gone: 'other' })
    await untilTabs(1)
    for (const junk of [null, 'x', 7, {}]) channel.postMessage(junk)
    channel.postMessage({ here: 'silent' })
    await untilTabs(2)
    await stage.page.pass(11_000)
    await untilTabs(1)
  } finally {
    channel.close()
  }
})

test('unmount leaves nothing behind, and so does dispose', async () => {
  const { document } = stage.page.window
  const client = await stage.createReady()
  const clear = vi.spyOn(globalThis, 'clearInterval')
  mount(client).unmount()
  expect(document.querySelector('coatcheck-devtools')).toBeNull()
  expect(clear).toHaveBeenCalledTimes(2)
  mount(client, { target: document.body as never, position: 'top-left' })
  expect(document.querySelector('coatcheck-devtools')?.getAttribute('position')).toBe('top-left')
  client.dispose()
  expect(document.querySelector('coatcheck-devtools')).toBeNull()
})

test('what createAuthClient did not make is refused', () => {
  expect(() => mountDevtools({} as AuthClient)).toThrow(/createAuthClient/)
})

test.each([
  [-5, 'over'],
  [0, 'over'],
  [500, 'under 1 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [252_000, '4 min 12 s'],
  [86_400_000, '1 d'],
  [1_209_599_000, '13 d 23 h'],
])('%d ms are worded %s', (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words)
})

test.each([
  ['development', true],
  ['production', false],
])('C19 a bundle for %s has the panel: %s; and no markup is ever parsed', async (mode, isThere) => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { createAuthClient } from './index.ts'
        const auth = createAuthClient({ resources: {} })
        if (process.env.NODE_ENV === 'development') {
          const { mountDevtools } = await import('./devtools/index.ts')
          mountDevtools(auth)
        }`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
      loader: 'ts',
    },
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    bundle: true,
    minifySyntax: true,
    splitting: true,
    outdir: '/',
    format: 'esm',
    write: false,
    conditions: ['@coatcheck/source'],
  })
  const text = outputFiles.map((file) => file.text).join()
  expect(text.includes('devtools')).toBe(isThere)
  expect(text.includes('adoptedStyleSheets')).toBe(isThere)
  expect(text).not.toMatch(
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/,
  )
})
