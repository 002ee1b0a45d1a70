import { alternate } from '../lib/alternate.ts'
import { type Child, startChild } from '../lib/child.ts'
import { startLoadGenerator, type Target } from '../lib/load.ts'
import type { Material } from './material.ts'
import type { Measured, MeasureOptions } from './measure-operations.ts'
import type { OrdersOptions } from './servers/orders.ts'

const connections = 50

/** The same route thrice, with its guard. */
export const routes = {
  'route without a guard': 'none',
  'route with authenticate': 'authenticate',
  'route with authenticate and authorize': 'authenticate and authorize',
} as const satisfies Record<string, OrdersOptions['guard']>

/** What Chromium sends with a `fetch` to an API of another origin. */
const headersOf = (token: string) => ({
  authorization: `Bearer ${token}`,
  'sec-ch-ua-platform': '"Linux"',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept: 'application/json',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile': '?0',
  origin: 'https://app.example.com',
  'sec-fetch-site': 'same-site',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  referer: 'https://app.example.com/',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
})

const targetOf = (port: number, { tokens }: Material): Target => ({
  url: `http://127.0.0.1:${port}`,
  requests: tokens.map((token) => ({
    method: 'GET',
    path: '/orders?page=2',
    headers: headersOf(token),
  })),
})

/** Measures a route of JSON over HTTP, with guards and without, each in a process of its own. */
export const measureRoute = async (
  material: Material,
  { rounds, seconds }: MeasureOptions,
): Promise<Measured> => {
  const { alg, jwksUrl } = material
  const cpuMicros = new Map<string, number[]>()
  const load = await startLoadGenerator()
  const children: Child[] = []
  try {
    const contestants = []
    for (const [name, guard] of Object.entries(routes)) {
      const options: OrdersOptions = { guard, alg, jwksUrl }
      const child = await startChild(new URL('./servers/orders.ts', import.meta.url), options)
      children.push(child)
      await load.add(name, targetOf(await child.ask('port'), material))
      const round = async () => {
        const before = await child.ask<number>('cpuMicros')
        const result = await load.run({ target: name, connections, seconds })
        const used = (await child.ask<number>('cpuMicros')) - before
        cpuMicros.set(name, [...(cpuMicros.get(name) ?? []), used / result.answers])
        return result.answers / result.seconds
      }
      contestants.push({ name, round })
    }
    return { rates: await alternate(contestants, { rounds, warmUp: 2 }), cpuMicros }
  } finally {
    for (const child of children) await child.end()
    await load.end()
  }
}
