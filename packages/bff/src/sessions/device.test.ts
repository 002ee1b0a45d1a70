import { expect, test } from 'vitest'
import { parseDevice } from './device.ts'

const gecko = 'Mozilla/5.0'
const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'

const known: readonly (readonly [string, string | undefined, string | undefined])[] = [
  [
    `${gecko} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/140.0.0.0 Safari/537.36`,
    'Chrome',
    'Windows',
  ],
  [
    `${gecko} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/140.0 Safari/537.36 Edg/140.0`,
    'Edge',
    'Windows',
  ],
  [`${gecko} (Windows NT 10.0) ${webkit} Chrome/140.0 Safari/537.36 OPR/120.0`, 'Opera', 'Windows'],
  [`${gecko} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox', 'Linux'],
  [
    `${gecko} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15`,
    'Safari',
    'macOS',
  ],
  [
    `${gecko} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1`,
    'Safari',
    'iOS',
  ],
  [
    `${gecko} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1`,
    'Chrome',
    'iOS',
  ],
  [
    `${gecko} (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 FxiOS/140.0 Safari/605.1.15`,
    'Firefox',
    'iPadOS',
  ],
  [
    `${gecko} (Linux; Android 15; K) ${webkit} Chrome/140.0.0.0 Mobile Safari/537.36`,
    'Chrome',
    'Android',
  ],
  [
    `${gecko} (Linux; Android 15) ${webkit} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36`,
    'Samsung Internet',
    'Android',
  ],
  [
    `${gecko} (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/140.0.0.0 Safari/537.36`,
    'Chrome',
    'ChromeOS',
  ],
  ['curl/8.5.0', undefined, undefined],
  ['', undefined, undefined],
  ['<script>alert(1)</script>', undefined, undefined],
  [`${' '.repeat(600)}Firefox/140.0 Linux`, undefined, undefined],
]

test.each(known)('a browser that says %s', (header, browser, platform) => {
  const device = parseDevice(header)
  expect([device.browser, device.platform]).toEqual([browser, platform])
})

test('a header made to be slow is not', () => {
  const startedAt = performance.now()
  parseDevice(`Version/${'1.'.repeat(1_000_000)}`)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
