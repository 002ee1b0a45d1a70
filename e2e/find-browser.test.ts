import { expect, test } from 'vitest'
import { findBrowser, planForBrowser } from './find-browser.ts'

/** A machine with these files and this environment. */
const machine = (files: readonly string[], env: Readonly<Record<string, string>> = {}) => ({
  env,
  exists: (path: string) => files.includes(path),
  playwrightPath: () => '/home/me/.cache/ms-playwright/chromium/chrome',
})

test('a browser named by CHROMIUM_PATH comes first', () => {
  const files = ['/opt/mine', '/usr/bin/chromium']
  expect(findBrowser(machine(files, { CHROMIUM_PATH: '/opt/mine' }))).toBe('/opt/mine')
})

test('a CHROMIUM_PATH that leads nowhere is not papered over by another browser', () => {
  const env = { CHROMIUM_PATH: '/opt/typo' }
  expect(findBrowser(machine(['/usr/bin/chromium'], env))).toBeUndefined()
})

test('an empty CHROMIUM_PATH is as good as none', () => {
  const env = { CHROMIUM_PATH: '' }
  expect(findBrowser(machine(['/usr/bin/chromium'], env))).toBe('/usr/bin/chromium')
})

test('then come /usr/bin/chromium, Chrome, and the one Playwright downloaded', () => {
  const own = '/home/me/.cache/ms-playwright/chromium/chrome'
  const order = ['/usr/bin/chromium', '/usr/bin/google-chrome', own]
  for (const [index, path] of order.entries()) {
    expect(findBrowser(machine(order.slice(index)))).toBe(path)
  }
})

test('without any there is none', () => {
  expect(findBrowser(machine([]))).toBeUndefined()
  expect(findBrowser({ ...machine([]), playwrightPath: () => undefined })).toBeUndefined()
})

test('Playwright is asked only when nothing else was found', () => {
  let asked = 0
  const playwrightPath = () => {
    asked += 1
    return undefined
  }
  findBrowser({ ...machine(['/usr/bin/chromium']), playwrightPath })
  expect(asked).toBe(0)
  findBrowser({ ...machine([]), playwrightPath })
  expect(asked).toBe(1)
})

test('suites run where there is a browser, in a pipeline or not', () => {
  for (const env of [{}, { CI: 'true' }]) {
    expect(planForBrowser(['e2e'], machine(['/usr/bin/chromium'], env))).toEqual({ kind: 'run' })
  }
})

test('without a browser the suites are skipped by one line with their names and the remedy', () => {
  const plan = planForBrowser(['e2e', 'storm'], machine([]))
  expect(plan).toMatchObject({ kind: 'skip' })
  const line = plan.kind === 'skip' ? plan.line : ''
  expect(line).toMatch(/^[^\n]*e2e, storm[^\n]*apt-get install chromium[^\n]*CHROMIUM_PATH[^\n]*$/)
})

test('in a pipeline a missing browser is a failure', () => {
  const plan = planForBrowser(['e2e'], machine([], { CI: 'true' }))
  expect(plan).toMatchObject({ kind: 'fail', line: expect.stringContaining('CI=true') })
})
