import { StoreError } from '@coatcheck/store'
import { afterEach, expect, test, vi } from 'vitest'
import { defaults } from './defaults.ts'
import { untilStored } from './until-stored.ts'

afterEach(() => {
  vi.useRealTimers()
})

const outage = () => new StoreError('store_unavailable', 'The connection is gone.')
const { pause: pauseMs, limit: limitMs } = defaults.storeRetryMs

test.each([0, 2_000, 5_000])(
  'B101 attempts of %i ms each do not stretch the time a write is tried for',
  async (tookMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let passedMs = 0
    let failure: unknown
    const write = async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, tookMs)
      })
      throw outage()
    }
    void untilStored(write).catch((reason: unknown) => {
      failure = reason
    })
    while (failure === undefined && passedMs < 10 * limitMs) {
      await vi.advanceTimersByTimeAsync(pauseMs)
      passedMs += pauseMs
    }
    expect(failure).toMatchObject({ code: 'store_unavailable' })
    expect(passedMs).toBeGreaterThanOrEqual(limitMs)
    expect(passedMs).toBeLessThanOrEqual(limitMs + tookMs + 2 * pauseMs)
    expect(passedMs).toBeLessThan(defaults.tombstoneSeconds * 1000)
    expect(vi.getTimerCount()).toBe(0)
  },
)

test('a failure that is no outage is not tried again', async () => {
  let attempts = 0
  const write = async () => {
    attempts += 1
    throw new TypeError('A programming fault.')
  }
  await expect(untilStored(write)).rejects.toThrow(TypeError)
  expect(attempts).toBe(1)
})

test('B52 a write that is tried again keeps no process alive', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  let isAway = true
  const before = timers()
  const stored = untilStored(async () => {
    if (isAway) throw outage()
    return 'stored'
  })
  // No timer can fire in between: promises alone are run.
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  expect(timers()).toBe(before)
  isAway = false
  expect(await stored).toBe('stored')
})
