// biome-ignore-all lint/correctness/noComponentHookFactories: components are made anew over each React
// @vitest-environment node
import type { ComponentType, ReactNode } from 'react'
import type { Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { apiOrigin, createGate } from '../fake-bff.fixture.ts'
import type { AuthClient, AuthState } from '../index.ts'
import { setStage } from '../stage.fixture.ts'
import type { AuthProviderProps, RequireAuthProps } from './index.ts'
import { buildReact, type ReactBuild } from './react.fixture.ts'

const stage = setStage()

describe.each([18, 19] as const)('React %d', (version) => {
  let built: ReactBuild
  const cleanups: (() => void)[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    built = await buildReact(version)
  })

  beforeEach(() => {
    complaints.length = 0
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    vi.stubGlobal('sessionStorage', stage.page.window.sessionStorage)
    vi.spyOn(console, 'error').mockImplementation((...words) => {
      complaints.push(words.join(' '))
    })
  })

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await built.React.act(async () => cleanup())
    vi.restoreAllMocks()
  })

  const create = (): AuthClient => {
    const client = built.core.createAuthClient({
      resources: { orders: { origin: apiOrigin } },
      random: () => 0.5,
      ...stage.page.clocks,
    })
    cleanups.push(() => client.dispose())
    return client
  }

  const settle = () => built.React.act(() => stage.page.idle())

  const html = (): string => stage.page.window.document.body.firstElementChild?.innerHTML ?? ''

  /** Wraps an element in the provider, and in StrictMode, where React does everything twice. */
  const provide = (client: AuthClient, child: ReactNode, props: object = {}): ReactNode => {
    const { createElement: h, StrictMode } = built.React
    const all: AuthProviderProps = { ...props, client }
    return h(StrictMode, null, h(built.binding.AuthProvider<object>, all, child))
  }

  const mount = async (node: ReactNode, onError?: (error: unknown) => void): Promise<Root> => {
    const { document } = stage.page.window
    const container = document.createElement('div')
    document.body.replaceChildren(container)
    const root = built.client.createRoot(container as never, { onRecoverableError: () => {} })
    cleanups.push(() => root.unmount())
    try {
      await built.React.act(async () => root.render(node))
    } catch (error) {
      onError?.(error)
    }
    return root
  }

  const requireAuth = (props: RequireAuthProps = {}): ReactNode =>
    built.React.createElement(built.binding.RequireAuth, { fallback: 'wait', ...props }, 'secret')

  /** Shows what the next boundary gets. */
  const createBoundary = (): ComponentType<{ readonly children?: ReactNode }> =>
    class extends built.React.Component<
      { readonly children?: ReactNode },
      { readonly code?: string }
    > {
      static getDerivedStateFromError = (error: { readonly code: string }) => ({ code: error.code })
      override state: { readonly code?: string } = {}
      override render(): ReactNode {
        return this.state.code ? `caught ${this.state.code}` : this.props.children
      }
    }

  test('the version is the one meant', () => {
    expect(built.React.version).toMatch(new RegExp(`^${version}\\.`))
    expect(built.dom.version).toMatch(new RegExp(`^${version}\\.`))
  })

  test('useAuth goes from loading to the user, and lets the user go', async () => {
    const client = create()
    const Name = (): string => {
      const auth = built.binding.useAuth()
      return auth.status === 'authenticated' ? `hello ${auth.user.name}` : auth.status
    }
    const held = createGate()
    stage.bff.onSession = async () => {
      await held.opened
      return undefined
    }
    await mount(provide(client, built.React.createElement(Name)))
    expect(html()).toBe('loading')
    held.open()
    await settle()
    expect(html()).toBe('hello Alice')
    stage.bff.onSession = undefined
    await built.React.act(() => client.logout({ returnTo: '/' }).catch(() => {}))
    expect(html()).toBe('unauthenticated')
    expect(complaints).toEqual([])
  })

  test('renewals of tokens render nothing, and everything handed out stays the same object', async () => {
    const client = create()
    const seen: unknown[] = []
    const Probe = (): string => {
      const auth = built.binding.useAuth()
      seen.push([auth, built.binding.useAccessToken(), built.binding.useUser()])
      return auth.status
    }
    const page = () =>
      built.React.createElement(
        built.binding.AuthProvider<object>,
        { client } as AuthProviderProps<object>,
        built.React.createElement(Probe),
      )
    const root = await mount(page())
    await settle()
    const before = seen.length
    const tokens = stage.bff.tokens.length
    await built.React.act(() => stage.page.pass(290_000))
    await client.getAccessToken({ minValiditySeconds: 120, scope: 'read' })
    expect(stage.bff.tokens.length).toBeGreaterThan(tokens)
    expect(seen).toHaveLength(before)
    await built.React.act(async () => root.render(page()))
    expect(seen).toHaveLength(before + 1)
    const [first, last] = [seen.at(-2), seen.at(-1)] as [unknown[], unknown[]]
    expect(last[1]).toBe(client.getAccessToken)
    expect(last[0]).toBe(first[0])
    expect(last[2]).toBe(first[2])
  })

  test.each(['useAuth', 'useUser', 'useAccessToken'] as const)(
    '%s without a provider says so',
    async (name) => {
      const Probe = (): string => `${built.binding[name]()}`
      const errors: unknown[] = []
      await mount(built.React.createElement(Probe), (error) => errors.push(error))
      expect(errors).toMatchObject([{ code: 'invalid_options', message: 'No AuthProvider above' }])
    },
  )

  test('RequireAuth shows its children to a user and sends a visitor to the login once', async () => {
    const first = create()
    const held = createGate()
    stage.bff.onSession = async () => {
      await held.opened
      return undefined
    }
    await mount(provide(first, requireAuth()))
    expect(html()).toBe('wait')
    held.open()
    await settle()
    expect(html()).toBe('secret')
    expect(stage.page.navigations).toEqual([])
    first.dispose()

    stage.open('/orders?page=2#last')
    stage.bff.isLoggedIn = false
    const { Fragment, createElement: h } = built.React
    await mount(provide(create(), h(Fragment, null, requireAuth(), requireAuth())))
    await settle()
    expect(html()).toBe('waitwait')
    expect(stage.page.navigations).toEqual([
      'http://localhost:4000/bff/login?returnTo=%2Forders%3Fpage%3D2%23last',
    ])
    expect(complaints).toEqual([])
  })

  test('a login that failed is shown and not tried again', async () => {
    stage.open('/?login_error=login_cancelled')
    stage.bff.isLoggedIn = false
    const client = create()
    const failed: RequireAuthProps['failed'] = ({ code }) => `failed ${code}`
    await mount(provide(client, requireAuth({ failed })))
    await settle()
    expect(html()).toBe('failed login_cancelled')
    expect(stage.page.navigations).toEqual([])
    await mount(provide(client, built.React.createElement(createBoundary(), null, requireAuth())))
    expect(html()).toBe('caught login_cancelled')
  })

  test('the fourth login within a minute shows login_loop instead', async () => {
    stage.bff.isLoggedIn = false
    const failed: RequireAuthProps['failed'] = ({ code }) => `failed ${code}`
    const guard = { now: () => stage.page.clock.wall }
    for (let round = 1; round <= 4; round++) {
      const client = create()
      await mount(provide(client, requireAuth({ failed }), { guard }))
      await settle()
      expect(html()).toBe(round < 4 ? 'wait' : 'failed login_loop')
      client.dispose()
    }
    expect(stage.page.navigations).toHaveLength(3)
  })

  test('a page that comes back from the back/forward cache asks first, then goes to the login again', async () => {
    stage.bff.isLoggedIn = false
    await mount(provide(create(), requireAuth()))
    await settle()
    expect(stage.page.navigations).toHaveLength(1)
    await built.React.act(async () => {
      stage.page.fire('pageshow', { persisted: true })
      await stage.page.idle()
    })
    expect(stage.page.navigations).toHaveLength(2)
    stage.bff.isLoggedIn = true
    await built.React.act(async () => {
      stage.page.fire('pageshow', { persisted: true })
      await stage.page.idle()
    })
    expect(html()).toBe('secret')
    expect(stage.page.navigations).toHaveLength(2)
  })

  test('a BFF out of reach shows the fallback until it is back', async () => {
    stage.bff.onSession = () => new Response(null, { status: 503 })
    const client = create()
    await mount(provide(client, requireAuth()))
    await settle()
    expect(html()).toBe('wait')
    stage.bff.onSession = undefined
    await built.React.act(() => client.refreshSession())
    expect(html()).toBe('secret')
    expect(stage.page.navigations).toEqual([])
  })

  test('withAuth hands the properties on and guards', async () => {
    const Page = ({ name }: { readonly name: string }): string => `page ${name}`
    const Guarded = built.binding.withAuth(Page, { fallback: 'wait' })
    const client = create()
    await mount(provide(client, built.React.createElement(Guarded, { name: 'orders' })))
    await settle()
    expect(html()).toBe('page orders')
  })

  test('unmounting ends every subscription', async () => {
    const client = create()
    let open = 0
    const counted: AuthClient = Object.create(client, {
      subscribe: {
        value: (listener: () => void) => {
          const stop = client.subscribe(listener)
          open++
          return () => {
            stop()
            open--
          }
        },
      },
    })
    const root = await mount(provide(counted, requireAuth()))
    await settle()
    expect(open).toBeGreaterThan(0)
    await built.React.act(async () => root.unmount())
    expect(open).toBe(0)
  })

  test('C23 two requests rendered at once on a server share nothing and ask nothing', async () => {
    const request = () => {
      for (const name of ['window', 'document', 'location', 'addEventListener']) {
        vi.stubGlobal(name, undefined)
      }
      const client = create()
      const Probe = (): ReactNode => {
        const auth = built.binding.useAuth()
        return `${auth.status} ${'user' in auth} ${built.binding.useUser()}`
      }
      const { createElement: h, Fragment } = built.React
      const page = provide(client, h(Fragment, null, h(Probe), requireAuth()))
      return { client, render: async () => built.server.renderToString(page) }
    }
    const [one, other] = [request(), request()]
    expect(await Promise.all([one.render(), other.render()])).toEqual(
      Array(2).fill('loading false undefined<!-- -->wait'),
    )
    expect(one.client.getState()).not.toBe(other.client.getState())
    expect(stage.bff.seen.session).toEqual([])
    expect(stage.page.navigations).toEqual([])
  })

  test('hydration finds what the server wrote, although the user is known already', async () => {
    const { createElement: h } = built.React
    const Probe = (): ReactNode => h('p', null, built.binding.useAuth().status)
    const client = create()
    const page = provide(client, h(Probe))
    const markup = built.server.renderToString(page)
    expect(markup).toBe('<p>loading</p>')
    await settle()
    expect(client.getState().status).toBe('authenticated')
    const { document } = stage.page.window
    document.body.innerHTML = `<div>${markup}</div>`
    const recovered: unknown[] = []
    await built.React.act(async () => {
      const container = document.body.firstElementChild as never
      const onRecoverableError = (error: unknown): void => void recovered.push(error)
      const root = built.client.hydrateRoot(container, page, { onRecoverableError })
      cleanups.push(() => root.unmount())
    })
    expect(html()).toBe('<p>authenticated</p>')
    expect([recovered, complaints]).toEqual([[], []])
  })

  test('a change in the middle of a concurrent render tears nothing', async () => {
    const client = create()
    await settle()
    const { createElement: h, startTransition, useState } = built.React
    const committed: string[] = []
    let show: (count: number) => void = () => {}
    let change: (() => void) | undefined
    const Row = ({ index }: { readonly index: number }): ReactNode => {
      const auth: AuthState = built.binding.useAuth()
      // The render is under way when somebody logs out.
      if (index === 3) change?.()
      return h('i', null, auth.status)
    }
    const List = (): ReactNode => {
      const [count, setCount] = useState(0)
      show = setCount
      return Array.from({ length: count }, (_, index) => h(Row, { key: index, index }))
    }
    await mount(provide(client, h(List)))
    const { document } = stage.page.window
    const observer = new stage.page.window.MutationObserver(() => {
      committed.push(
        [...new Set([...document.querySelectorAll('i')].map((i) => i.textContent))].join(),
      )
    })
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    await built.React.act(async () => {
      change = () => {
        change = undefined
        client.logout().catch(() => {})
      }
      startTransition(() => show(10))
    })
    await settle()
    observer.disconnect()
    expect(html()).toBe('<i>unauthenticated</i>'.repeat(10))
    expect(committed.every((text) => !text.includes(','))).toBe(true)
  })
})
