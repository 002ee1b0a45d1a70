import type { Page } from 'playwright-core'

/** What the page's policy forbade, as the browser reports it; fills while the page lives. */
export const recordViolations = async (page: Page): Promise<readonly string[]> => {
  const violations: string[] = []
  page.on('console', (message) => {
    const text = message.text()
    if (/content security policy|trusted ?type/i.test(text)) violations.push(text)
  })
  await page.exposeFunction('reportViolation', (text: string) => violations.push(text))
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      const { reportViolation } = globalThis as unknown as { reportViolation(text: string): void }
      reportViolation(`${effectiveDirective} ${blockedURI}`)
    })
  })
  return violations
}
