import { expect, test } from 'vitest'
import { answerOf, appClient, authorizationUrl, startEach } from './app.fixture.ts'
import type { DevIdp } from './index.ts'
import { cancelAt, loginAt } from './testing/index.ts'

const start = startEach()

/** A browser that stops at the first page, as a person would see it. */
const openPage = async (idp: DevIdp, parameters: Readonly<Record<string, string>> = {}) => {
  const redirect = await fetch(authorizationUrl(idp, parameters), { redirect: 'manual' })
  const cookie = redirect.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
  const url = new URL(redirect.headers.get('location') ?? '', idp.issuer)
  const response = await fetch(url, { headers: { cookie } })
  return { url, cookie, response, page: await response.text() }
}

const submit = (url: URL, cookie: string, form: Readonly<Record<string, string>>) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams(form),
  })

test('the page names the app and offers every account by a button', async () => {
  const idp = await start()
  const { page } = await openPage(idp)
  expect(page).toContain('<title>Log in to Harbour Store</title>')
  expect(page).toContain('Log in as alice')
  expect(page).toContain('Log in as bob')
  expect(page).toContain('alice@example.com')
})

test('the page is never stored, framed or scripted', async () => {
  const idp = await start()
  const { page, response } = await openPage(idp)
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("base-uri 'none'")
  expect(policy).not.toContain('unsafe')
  expect(page).not.toMatch(/<script|\son\w+=|style="/)
})

test.each(['alice', 'alice@example.com'])(
  'login_hint=%s suggests and focuses the account',
  async (hint) => {
    const idp = await start()
    const { page } = await openPage(idp, { login_hint: hint })
    expect(page).toMatch(/value="alice" data-suggested autofocus/)
    expect(page).not.toMatch(/value="bob" data-suggested/)
  },
)

test('a login_hint that is nobody is said, and is text whatever it holds', async () => {
  const idp = await start()
  const { page } = await openPage(idp, { login_hint: '<script>alert(1)</script>' })
  expect(page).toContain(
    'There is no account <strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong>',
  )
  expect(page).not.toContain('<script>')
})

test('names that hold markup are text', async () => {
  const idp = await start({
    clients: [{ ...appClient, clientName: '</title><b>App' }],
    users: [{ username: '"><i>eve', claims: { name: "<u>'Eve'" } }],
  })
  const { page } = await openPage(idp)
  expect(page).toContain('<title>Log in to &lt;/title&gt;&lt;b&gt;App</title>')
  expect(page).not.toMatch(/<b>|<i>|<u>/)
  const { url } = await loginAt(authorizationUrl(idp), { username: '"><i>eve' })
  expect(answerOf(url)).toHaveProperty('code')
})

test('a name that is not on the page logs nobody in and shows the page again', async () => {
  const idp = await start()
  const { url, cookie } = await openPage(idp)
  const response = await submit(url, cookie, { account: 'mallory' })
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('Log in as alice')
})

test('a page of another browser cannot be submitted', async () => {
  const idp = await start()
  const { url } = await openPage(idp)
  const other = await openPage(idp)
  for (const cookie of ['', other.cookie]) {
    const response = await submit(url, cookie, { account: 'alice' })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('This login has expired')
  }
})

test('Back to the page and once more: the app receives another code, also for another account', async () => {
  const idp = await start()
  const { url, cookie } = await openPage(idp)
  for (const account of ['alice', 'alice', 'bob']) {
    const submitted = await submit(url, cookie, { account })
    const resume = submitted.headers.get('location') ?? ''
    const resumeCookie = submitted.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    const { url: callback } = await loginAt(resume, {
      cookies: [
        {
          name: resumeCookie.split('=')[0] ?? '',
          value: url.pathname.split('/').pop() ?? '',
          path: '/',
        },
      ],
    })
    expect(answerOf(callback)).toMatchObject({
      code: expect.any(String),
      state: 'state-of-the-app',
    })
    const back = await fetch(url, { headers: { cookie } })
    expect(await back.text()).toContain('Log in as alice')
  }
})

test('Back to the page of a repeated login and once more, after the account was changed', async () => {
  const idp = await start()
  const first = await loginAt(authorizationUrl(idp), { username: 'alice' })
  const redirect = await fetch(authorizationUrl(idp, { prompt: 'login' }), {
    redirect: 'manual',
    headers: { cookie: first.cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  })
  const pageUrl = new URL(redirect.headers.get('location') ?? '', idp.issuer)
  const [name = '', value = ''] =
    redirect.headers
      .getSetCookie()
      .find((line) => line.includes('interaction='))
      ?.split(';', 1)[0]
      ?.split('=') ?? []
  const cookies = [...first.cookies, { name, value, path: pageUrl.pathname }]
  const bob = await loginAt(pageUrl, { username: 'bob', cookies })
  const again = await loginAt(pageUrl, { username: 'bob', cookies: bob.cookies })
  expect(answerOf(again.url)).toHaveProperty('code')
})

test('Cancel can be pressed after Back', async () => {
  const idp = await start()
  const { url } = await cancelAt(authorizationUrl(idp))
  expect(answerOf(url).error).toBe('access_denied')
})

test('a request for an unknown client is refused on a page, not by a redirect', async () => {
  const idp = await start()
  const response = await fetch(authorizationUrl(idp, { client_id: '<b>nobody' }), {
    redirect: 'manual',
    headers: { accept: 'text/html' },
  })
  expect(response.status).toBe(400)
  const page = await response.text()
  expect(page).toContain('This request was refused')
  expect(page).not.toContain('<b>')
})

test('a redirect_uri that is not registered is refused on a page, not by a redirect', async () => {
  const idp = await start()
  const response = await fetch(
    authorizationUrl(idp, { redirect_uri: 'http://localhost:4000/evil' }),
    {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    },
  )
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
})
