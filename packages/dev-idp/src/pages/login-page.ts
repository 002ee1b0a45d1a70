import type { ResolvedUser } from '../resolve-users.ts'
import { type Html, html } from './html.ts'
import { page } from './layout.ts'

/** What the login page shows. */
export interface LoginPageOptions {
  /** Where the form goes. */
  readonly action: string
  readonly clientName: string
  readonly users: readonly ResolvedUser[]
  /** What the app said about who logs in: a username, an e-mail address or a subject. */
  readonly loginHint: string | undefined
  /** Somebody is logged in and the app asked for another login. */
  readonly again: boolean
  /** The app asked for a second factor. */
  readonly multiFactor: boolean
}

const isHinted = (user: ResolvedUser, hint: string | undefined) =>
  hint !== undefined && [user.username, user.email, user.sub].includes(hint)

const rolesOf = ({ roles }: ResolvedUser): Html =>
  html`<span class="roles">${roles.map((role) => html`<span class="role">${role}</span> `)}</span>`

const account = (user: ResolvedUser, hint: string | undefined): Html => {
  const suggested = isHinted(user, hint) && html` data-suggested autofocus`
  // One role stands beside the name; more of them would leave it no room on a phone.
  const beside = user.roles.length === 1 && rolesOf(user)
  const below = user.roles.length > 1 && rolesOf(user)
  return html`<li><button class="account" name="account" value="${user.username}"${suggested}>
<span class="initial" aria-hidden="true">${[...user.name][0]}</span>
<span class="who">
<span class="title">Log in as ${user.username}</span>
${user.name !== user.username && html`<span class="detail">${user.name}</span>`}
${user.email !== undefined && html`<span class="detail">${user.email}</span>`}
${below}
</span>
${beside}
</button></li>
`
}

const note = ({ users, loginHint, again, multiFactor }: LoginPageOptions): Html | undefined => {
  if (loginHint !== undefined && !users.some((user) => isHinted(user, loginHint))) {
    return html`<p class="note">There is no account <strong>${loginHint}</strong> here. Choose one of these.</p>`
  }
  if (multiFactor) {
    return html`<p class="note">The app asked for a second factor. Here, choosing an account stands for both.</p>`
  }
  return again ? html`<p class="note">The app asked you to log in again.</p>` : undefined
}

/** The accounts as buttons; works without a script. */
export const loginPage = (options: LoginPageOptions): string =>
  page(
    `Log in to ${options.clientName}`,
    html`<h1>Log in</h1>
<p>to continue to <strong>${options.clientName}</strong></p>
${note(options)}
<form method="post" action="${options.action}">
<ul class="accounts">
${options.users.map((user) => account(user, options.loginHint))}</ul>
<button class="quiet" name="cancel" value="yes">Cancel</button>
</form>`,
  )
