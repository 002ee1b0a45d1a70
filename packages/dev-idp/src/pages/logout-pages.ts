import { html, raw } from './html.ts'
import { page } from './layout.ts'

/**
 * Asks before logging out, for requests that name no place to go back to.
 *
 * @param form - oidc-provider's own form, with the token against forged requests
 */
export const logoutPage = (form: string, clientName: string | undefined): string =>
  page(
    'Log out',
    html`<h1>Log out?</h1>
<p>You will be logged out here and in every app you used this login for${
      clientName !== undefined && html`, <strong>${clientName}</strong> included`
    }.</p>
${raw(form)}
<button class="primary" form="op.logoutForm" name="logout" value="yes" autofocus>Log out</button>
<button class="quiet" form="op.logoutForm">Stay logged in</button>`,
  )

/** After a logout that does not lead back to an app. */
export const loggedOutPage = (): string =>
  page(
    'Logged out',
    html`<h1>You are logged out</h1>
<p>You can close this page.</p>`,
  )
