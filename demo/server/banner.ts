import { styleText } from 'node:util'
import type { Demo } from './start-demo.ts'

/** What {@link createBanner} shows besides the demo itself. */
export interface BannerOptions {
  readonly demo: Pick<Demo, 'url' | 'apiUrl' | 'issuer' | 'storePath'>
  readonly accessTokenSeconds: number
  /** `plain` where escape sequences would be noise: in files, pipes and with NO_COLOR. */
  readonly style: 'colour' | 'plain'
  /** `keys` where somebody can type; else it only stops at a signal. */
  readonly control: 'keys' | 'signals'
}

const hints = {
  keys: 'r and Enter restarts the BFF: everybody stays logged in. Ctrl+C stops everything.',
  signals: 'Ctrl+C stops everything.',
} as const

const describeLife = (seconds: number): string =>
  seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`

/** What the terminal shows once everything runs. */
export const createBanner = (options: BannerOptions): string => {
  const { demo, accessTokenSeconds, style, control } = options
  const paint = (format: 'bold' | 'cyan' | 'dim', text: string) =>
    style === 'colour' ? styleText(format, text) : text
  const label = (text: string) => paint('dim', text.padEnd(11))
  return `
  ${paint('bold', 'Coatcheck demo')}

  ${label('Open')}${paint('cyan', demo.url)}
  ${label('API')}${demo.apiUrl}
  ${label('Provider')}${demo.issuer}
  ${label('Sessions')}${demo.storePath}

  ${label('Accounts')}${paint('bold', 'alice')}  role user   may call the API
  ${label('')}${paint('bold', 'bob')}    role admin  may call the admin API as well

  ${paint('dim', `Access tokens live ${describeLife(accessTokenSeconds)} (ACCESS_TOKEN_SECONDS changes it).`)}
  ${paint('dim', hints[control])}
`
}
