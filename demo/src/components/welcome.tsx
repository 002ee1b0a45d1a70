import type { AuthClient } from '@coatcheck/client'
import type { ReactElement } from 'react'
import type { DemoUser } from '../user.ts'

interface WelcomeProps {
  readonly client: AuthClient<DemoUser>
}

/** What a visitor sees: what this is, and what will happen after the click. */
export const Welcome = ({ client }: WelcomeProps): ReactElement => (
  <section className="card welcome" aria-labelledby="welcome-title">
    <h1 id="welcome-title">Hand the refresh token over the counter, keep only the ticket.</h1>
    <p className="lead">
      Log in, call an API, break the token and watch it mend, with no long-lived credential in the
      browser.
    </p>
    <button type="button" className="button primary large" onClick={() => client.login()}>
      Log in
    </button>
    <h2 className="label" id="steps-title">
      What will happen
    </h2>
    <ol className="steps" aria-labelledby="steps-title">
      <li>
        <strong>You go to the provider</strong>, which is another site, and choose an account there:
        alice has the role user, bob the role admin.
      </li>
      <li>
        <strong>The BFF takes the tokens.</strong> It keeps the refresh token and gives the browser
        a cookie that no script can read.
      </li>
      <li>
        <strong>This page asks the BFF</strong> who is logged in, and receives a short-lived access
        token in the same answer. It stays in memory.
      </li>
    </ol>
  </section>
)
