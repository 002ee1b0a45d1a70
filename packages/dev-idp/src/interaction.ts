import type Provider from 'oidc-provider'
import type { InteractionResults } from 'oidc-provider'
import { acr } from './defaults.ts'
import { paths } from './endpoints.ts'
import { readBody } from './messages.ts'
import { expiredPage } from './pages/error-page.ts'
import { loginPage } from './pages/login-page.ts'
import type { ResolvedClient } from './resolve-clients.ts'
import type { ResolvedUser } from './resolve-users.ts'

/** What {@link createInteraction} needs. */
export interface InteractionOptions {
  readonly provider: Provider
  readonly users: readonly ResolvedUser[]
  readonly clients: readonly ResolvedClient[]
}

type Middleware = Parameters<Provider['use']>[0]
type Context = Parameters<Middleware>[0]
type Interaction = InstanceType<Provider['Interaction']> & { parJti?: string | undefined }

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const wordsOf = (value: unknown): readonly string[] => text(value)?.split(' ') ?? []

/** The first class asked for that is offered; without one, a password's. */
const acrOf = (interaction: Interaction): string =>
  wordsOf(interaction.params.acr_values).find((value) => Object.values(acr).includes(value)) ??
  acr.password

const loginResult = (interaction: Interaction, user: ResolvedUser): InteractionResults => {
  const granted = acrOf(interaction)
  const amr = granted === acr.multiFactor ? ['pwd', 'otp', 'mfa'] : ['pwd']
  return { login: { accountId: user.sub, acr: granted, amr } }
}

const cancelled: InteractionResults = {
  error: 'access_denied',
  error_description: 'the login was cancelled',
}

/**
 * A login page that was finished before: the user came Back and submits once more. It must not lean
 * on the login session of that time, nor on a pushed request that was used up by it.
 */
const makeRepeatable = (interaction: Interaction) => {
  interaction.session = undefined
  interaction.parJti = undefined
}

/** The pages between an authorization request and its answer. */
export const createInteraction = ({ provider, users, clients }: InteractionOptions): Middleware => {
  const find = async (ctx: Context, uid: string): Promise<Interaction | undefined> => {
    if (ctx.cookies.get(provider.cookieName('interaction')) !== uid) return undefined
    return await provider.Interaction.find(uid)
  }

  const finish = async (ctx: Context, interaction: Interaction, result: InteractionResults) => {
    if (interaction.result !== undefined) makeRepeatable(interaction)
    interaction.result = { ...interaction.lastSubmission, ...result }
    await interaction.persist()
    ctx.cookies.set(provider.cookieName('resume'), interaction.uid, {
      path: new URL(interaction.returnTo).pathname,
      httpOnly: true,
      sameSite: 'lax',
    })
    ctx.status = 303
    ctx.redirect(interaction.returnTo)
  }

  const show = (ctx: Context, interaction: Interaction) => {
    const client = clients.find(({ clientId }) => clientId === interaction.params.client_id)
    ctx.type = 'html'
    ctx.body = loginPage({
      action: ctx.path,
      clientName: client?.clientName ?? '',
      users,
      loginHint: text(interaction.params.login_hint),
      again: interaction.session !== undefined,
      multiFactor: acrOf(interaction) === acr.multiFactor,
    })
  }

  const submit = async (ctx: Context, interaction: Interaction) => {
    const form = new URLSearchParams((await readBody(ctx.req))?.toString() ?? '')
    if (form.has('cancel')) return finish(ctx, interaction, cancelled)
    const user = users.find(({ username }) => username === form.get('account'))
    if (user === undefined) return show(ctx, interaction)
    await finish(ctx, interaction, loginResult(interaction, user))
  }

  return async (ctx, next) => {
    const uid = ctx.path.startsWith(`${paths.login}/`) ? ctx.path.split('/').pop() : undefined
    if (uid === undefined) return next()
    ctx.set('cache-control', 'no-store')
    const interaction = await find(ctx, uid)
    if (interaction === undefined) {
      ctx.status = 400
      ctx.type = 'html'
      ctx.body = expiredPage()
      return
    }
    // Every client is first-party, so prompt=consent has nobody to ask.
    if (interaction.prompt.name === 'consent') return finish(ctx, interaction, { consent: {} })
    if (ctx.method === 'POST') return submit(ctx, interaction)
    show(ctx, interaction)
  }
}
