import { html } from './html.ts'
import { page } from './layout.ts'

/** A request that cannot be answered to the app. */
export const errorPage = (error: string, description: string | undefined): string =>
  page(
    'Request refused',
    html`<h1>This request was refused</h1>
<p>${description ?? 'The app sent something the provider cannot accept.'}</p>
<p><code>${error}</code></p>`,
  )

/** A login page that was left open for too long, or opened in another browser. */
export const expiredPage = (): string =>
  page(
    'Login expired',
    html`<h1>This login has expired</h1>
<p>Go back to the app and log in from there.</p>`,
  )
