import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maximumReturnToLength, parseReturnTo } from './return-to.ts'

const app = 'https://app.example'
const parse = (value: string): string | undefined => parseReturnTo(value, app, '/bff')

/** What a browser does with a `Location` header, in its own words and without the URL class. */
const followLocation = (location: string): { readonly host: string; readonly path: string } => {
  const text = location.replace(/[\t\r\n]/g, '').replace(/\\/g, '/')
  const absolute = /^([a-z][a-z0-9+.-]*):\/*([^/?#]*)([^?#]*)/i.exec(text.trim())
  if (absolute) return { host: `${absolute[1]}://${absolute[2]}`, path: absolute[3] ?? '' }
  const [, authority, path = ''] = /^(?:\/\/+([^/?#]*))?([^?#]*)/.exec(text.trim()) ?? []
  return { host: authority === undefined ? app : `https://${authority}`, path }
}

const partsOf = (href: string): readonly string[] => {
  const { origin, pathname, search, hash } = new URL(href)
  return [origin, pathname, search, hash]
}

/** Asserts that whoever reads the accepted URL, in whatever way, ends up in the app. */
const expectHome = (value: string, accepted: string, origin = app): void => {
  const url = new URL(accepted)
  expect(url.origin).toBe(origin)
  expect([url.username, url.password]).toEqual(['', ''])
  expect(accepted).toMatch(/^[\x21-\x5b\x5d-\x7e]+$/)
  expect(accepted.length).toBeLessThanOrEqual(origin.length + maximumReturnToLength)
  expect(new URL(accepted, 'https://evil.example/bff/callback').href).toBe(accepted)
  // The value itself is as harmless as the answer, should someone pass it on.
  expect(new URL(value, `${origin}/bff/callback`).href).toBe(accepted)
  // So are its parts, as a router in the page or a careless redirect would use them.
  expect(new URL(url.pathname, origin).origin).toBe(origin)
  const rebuilt = new URL(url.pathname + url.search + url.hash, origin).href
  // The URL's parts leave out a question mark or hash that nothing follows.
  expect(partsOf(rebuilt)).toEqual(partsOf(accepted))
  expect(new URL(decodeURIComponent(url.pathname), origin).origin).toBe(origin)
  for (const path of [url.pathname, decodeURIComponent(url.pathname)]) {
    expect(`${path.toLowerCase()}/`).not.toMatch(/^\/bff[/;]/)
  }
}

const allowed: readonly (readonly [value: string, path: string])[] = [
  ['/', '/'],
  ['/orders', '/orders'],
  ['/orders/', '/orders/'],
  ['/orders/17', '/orders/17'],
  ['/orders?page=2', '/orders?page=2'],
  ['/orders?page=2&sort=date', '/orders?page=2&sort=date'],
  ['/orders?tag=a&tag=b', '/orders?tag=a&tag=b'],
  ['/orders#top', '/orders#top'],
  ['/orders?page=2#top', '/orders?page=2#top'],
  ['/?', '/?'],
  ['/#', '/#'],
  ['/#/route/of/a/hash/router', '/#/route/of/a/hash/router'],
  ['/#!/orders', '/#!/orders'],
  ['/?next=%2Forders', '/?next=%2Forders'],
  ['/?next=/orders', '/?next=/orders'],
  ['/?url=https%3A%2F%2Fother.example%2F', '/?url=https%3A%2F%2Fother.example%2F'],
  ['/search?q=100%25', '/search?q=100%25'],
  ['/search?q=a+b%20c', '/search?q=a+b%20c'],
  ['/caf%C3%A9', '/caf%C3%A9'],
  ['/%E4%B8%96%E7%95%8C?q=%F0%9F%A7%A5', '/%E4%B8%96%E7%95%8C?q=%F0%9F%A7%A5'],
  ['/100%25', '/100%25'],
  ['/a%20b', '/a%20b'],
  ['/file.name_with-signs~1', '/file.name_with-signs~1'],
  ['/@user', '/@user'],
  ['/users/a@b.example', '/users/a@b.example'],
  ['/matrix;a=1;b=2/x', '/matrix;a=1;b=2/x'],
  ["/it's(a)*test!", "/it's(a)*test!"],
  ['/time/12:30', '/time/12:30'],
  ['/a,b$c&d=e+f', '/a,b$c&d=e+f'],
  ['/bffs', '/bffs'],
  ['/bff-docs/login', '/bff-docs/login'],
  ['/my/bff/login', '/my/bff/login'],
  ['/bf', '/bf'],
  ['/a/b/../c', '/a/c'],
  ['/a/./b', '/a/b'],
  ['/?x=/bff/login', '/?x=/bff/login'],
  ['/#/bff/login', '/#/bff/login'],
  [app, '/'],
  [`${app}/`, '/'],
  [`${app}/orders?page=2#top`, '/orders?page=2#top'],
  [`/${'a'.repeat(maximumReturnToLength - 1)}`, `/${'a'.repeat(maximumReturnToLength - 1)}`],
]

test.each(allowed)('B11 allowed: %s', (value, path) => {
  expect(parse(value)).toBe(app + path)
  expectHome(value, app + path)
})

/** Odd, but whoever accepts them must stay at home. */
const staysHome: readonly string[] = [
  '/https://evil.example',
  '/http:evil.example',
  '/javascript:alert(1)',
  '/data:text/html,x',
  '/evil.example',
  '/.evil.example',
  '/..evil.example',
  '/...',
  '/.../evil.example',
  '/@evil.example',
  '/:@evil.example',
  '/user:pass@evil.example',
  '/:80',
  '/:443/evil.example',
  '/;evil.example',
  '/;@evil.example',
  '/?//evil.example',
  '/?@evil.example',
  '/?/../../evil.example',
  '/?https://evil.example',
  '/?returnTo=//evil.example',
  '/?%2f%2fevil.example',
  '/?%5cevil.example',
  '/?%252f%252fevil.example',
  '/#//evil.example',
  '/#@evil.example',
  '/#https://evil.example',
  '/#%2f%2fevil.example',
  '/#javascript:alert(1)',
  '/..',
  '/../',
  '/../..',
  '/../../../../etc/passwd',
  '/%2e%2e',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/.%2e/evil.example',
  '/%2e',
  '/.',
  '/./',
  '/%23evil.example',
  '/%3fevil.example',
  '/%3a%40evil.example',
  '/%E3%80%82evil.example',
  '/%EF%BC%8Fevil.example',
  '/%EF%BC%BCevil.example',
  '/%E2%80%AEevil.example',
  '/%E2%81%84evil.example',
  '/%C2%A0/evil.example',
  '/%C2%85',
  '/%EF%BB%BF/evil.example',
  '/"><script>alert(1)</script>',
  "/'onload='alert(1)",
  '/<svg/onload=alert(1)>',
  '/{{7*7}}',
  '/%24{7*7}',
  '/`id`',
  '/|evil',
  '/^evil',
  '/[::1]/',
  '/bff.evil',
  '/bff:80',
  '/bff@evil.example',
  '/bff&x',
  '/bff=x',
  '/bff,x',
  '/abc/..bff/login',
  `${app}/@evil.example`,
  `${app}/?@evil.example`,
  `${app}/#@evil.example`,
  `${app}/https://evil.example`.replace('//evil', '/evil'),
]

test.each(staysHome)('B11 stays on the origin or is refused: %s', (value) => {
  const accepted = parse(value)
  if (accepted !== undefined) expectHome(value, accepted)
})

/** Query strings as a request brings them, with what the parser of the query makes of them. */
const rawQueries: readonly (readonly [query: string, accepted: readonly (string | undefined)[]])[] =
  [
    ['returnTo=%2Forders', [`${app}/orders`]],
    ['returnTo=/orders%3Fpage%3D2%23top', [`${app}/orders?page=2#top`]],
    ['returnTo=/orders?page=2&sort=date', [`${app}/orders?page=2`]],
    ['returnTo=https%3A%2F%2Fapp.example%2Forders', [`${app}/orders`]],
    ['returnTo=%2F%2Fevil.example', [undefined]],
    ['returnTo=%2f%5cevil.example', [undefined]],
    ['returnTo=%5c%5cevil.example', [undefined]],
    ['returnTo=/%09/evil.example', [undefined]],
    ['returnTo=%2F%0A%2Fevil.example', [undefined]],
    ['returnTo=%09//evil.example', [undefined]],
    ['returnTo=/%00/evil.example', [undefined]],
    ['returnTo=/+/evil.example', [undefined]],
    ['returnTo=+/orders', [undefined]],
    ['returnTo=%252F%252Fevil.example', [undefined]],
    ['returnTo=/%252F%252Fevil.example', [undefined]],
    ['returnTo=/%25252Fevil.example', [undefined]],
    ['returnTo=/%C0%AFevil.example', [undefined]],
    ['returnTo=/%EF%BC%8Fevil.example', [undefined]],
    ['returnTo=/%FF', [undefined]],
    ['returnTo=/%0d%0aSet-Cookie:x=1', [undefined]],
    ['returnTo=/%250d%250aSet-Cookie:x=1', [undefined]],
    ['returnTo=/orders&returnTo=//evil.example', [`${app}/orders`, undefined]],
    ['returnTo=//evil.example&returnTo=/orders', [undefined, `${app}/orders`]],
    ['returnTo', [undefined]],
    ['returnTo=', [undefined]],
    ['returnTo=javascript%3Aalert(1)', [undefined]],
    ['returnTo=https:evil.example', [undefined]],
    ['returnTo=/%62ff/login', [undefined]],
    ['returnTo=/%2562ff/login', [undefined]],
    ['returnTo=%2Fbff%2Flogin%3FreturnTo%3D%2Fbff%2Flogin', [undefined]],
    ['return%54o=//evil.example', [undefined]],
  ]

test.each(rawQueries)('B11 as a raw query: %s', (query, accepted) => {
  expect(new URLSearchParams(query).getAll('returnTo').map(parse)).toEqual(accepted)
})

const tricks = [
  ...['/', '//', '\\', '.', '..', '/../', '/./', ':', '@', '?', '#', ';', '&', '=', '%', ' ', '\t'],
  ...['\n', '\r', '\0', '%2f', '%2F', '%5c', '%2e', '%2E%2e', '%25', '%252f', '%00', '%09', '%0a'],
  ...['%62', '%c0%af', '%e3%80%82', '\u3002', '\uff0f', '\u2044', '\ufeff', 'ß', 'K', 'bff', 'BFF'],
  ...['evil.example', 'app.example', 'https:', 'https://', 'http://', 'javascript:', app, 'login'],
]

const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...tricks), { maxLength: 8 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(fc.constantFrom(...tricks), fc.string()), { maxLength: 6 }),
  },
  { weight: 1, arbitrary: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.webUrl({ withFragments: true, withQueryParameters: true }), {
      maxLength: 1,
    }),
  },
)

const anyValue = fc
  .tuple(fc.constantFrom('', '/', '/', '/', app, `${app}/`), hostile)
  .map(([start, parts]) => start + parts.join(''))

test('B11 whatever is accepted resolves to the app, for a URL parser and for a browser', () => {
  let acceptedCount = 0
  fc.assert(
    fc.property(anyValue, (value) => {
      const accepted = parse(value)
      if (accepted === undefined) return
      acceptedCount += 1
      expectHome(value, accepted)
      expect(followLocation(value).host).toBe(app)
      expect(followLocation(accepted).host).toBe(app)
      expect(followLocation(accepted).path).not.toMatch(/^\/bff(?:[/;]|$)/i)
      expect(parse(accepted)).toBe(accepted)
    }),
    { numRuns: 20_000 },
  )
  // Otherwise the property would have nothing to say.
  expect(acceptedCount).toBeGreaterThan(500)
})

test('B11 whatever page of the app a browser is on, its own address is accepted', () => {
  const segment = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .map(encodeURIComponent)
  const isPlain = (text: string) => !/%(?:2f|5c|25|[01][0-9a-f]|7f)/i.test(text)
  const page = fc
    .tuple(fc.array(segment.filter(isPlain), { maxLength: 3 }), segment.filter(isPlain))
    .map(([segments, last]) => new URL(`${app}/${segments.join('/')}?q=${last}#${last}`))
    .filter((url) => url.href.length <= maximumReturnToLength && !url.pathname.includes('//'))
  fc.assert(
    fc.property(page, (url) => {
      expect(parse(url.href)).toBe(url.href)
      expect(parse(url.pathname + url.search + url.hash)).toBe(url.href)
    }),
    { numRuns: 2_000 },
  )
})
