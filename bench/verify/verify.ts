import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { medianRatio, type Rounds } from '../lib/alternate.ts'
import type { Benchmark, Check, Findings } from '../lib/report.ts'
import { median } from '../lib/statistics.ts'
import { algorithms, type Material, makeMaterial } from './material.ts'
import { type Measured, type MeasureOptions, measureOperations } from './measure-operations.ts'
import { measureRoute, type routes } from './measure-route.ts'
import type { OperationName } from './operations.ts'

/** Some contestants, what the first of them is held against, and the line of each. */
interface Group {
  readonly title: string
  readonly other: OperationName
  readonly lines: readonly {
    readonly name: OperationName
    readonly check: string
    readonly atLeast: number
  }[]
}

const groups: readonly Group[] = [
  {
    title: 'verify',
    other: 'verify, jose',
    lines: [{ name: 'verify, Coatcheck', check: 'verify', atLeast: 0.9 }],
  },
  {
    title: 'cached',
    other: 'cached, fast-jwt',
    lines: [
      { name: 'cached, Coatcheck', check: 'cached', atLeast: 2 },
      { name: 'cached, Coatcheck, remote keys', check: 'cachedRemote', atLeast: 2 },
    ],
  },
  {
    title: 'sign',
    other: 'sign, jose',
    lines: [{ name: 'sign, Coatcheck', check: 'sign', atLeast: 0.9 }],
  },
]

const note = (text: string): void => console.error(`${text} …`)

/**
 * How much more one does than the other in the same processor time. Where more processes want the
 * cores than there are, rates of what waits for a thread tell of the others' work.
 */
const ratioOf = ({ cpuMicros }: Measured, name: string, other: string): number =>
  medianRatio(cpuMicros, other, name)

const row = (name: string, rates: Rounds, cpuMicros: Rounds, other: string): readonly string[] => [
  name,
  String(Math.round(median(rates.get(name) ?? []))),
  medianRatio(rates, name, other).toFixed(2),
  median(cpuMicros.get(name) ?? []).toFixed(2),
  medianRatio(cpuMicros, other, name).toFixed(2),
]

const rowsOf = ({ rates, cpuMicros }: Measured, other: string, alg?: string) =>
  [...rates.keys()].map((name) => {
    const [title = '', ...cells] = row(name, rates, cpuMicros, other)
    return [alg === undefined ? title : `${alg} ${title}`, ...cells]
  })

/** Within one process nothing has to get going: many short rounds meet other work more evenly. */
const shortRounds = ({ rounds, seconds }: MeasureOptions): MeasureOptions => ({
  rounds: rounds * 4,
  seconds: seconds / 10,
})

const measureGroup = async (
  { title, other, lines }: Group,
  material: Material,
  options: MeasureOptions,
): Promise<Findings> => {
  const { alg } = material
  note(`${alg} ${title}`)
  const names = [...lines.map(({ name }) => name), other]
  const measured = await measureOperations(names, material, options)
  const checks = lines.map(({ name, check, atLeast }): Check => {
    const value = ratioOf(measured, name, other)
    return { name: `${check}${alg}`, value, line: { atLeast } }
  })
  return { table: rowsOf(measured, other, alg), figures: {}, checks }
}

const measureRoutes = async (material: Material, options: MeasureOptions): Promise<Findings> => {
  note('a route over HTTP')
  const measured = await measureRoute(material, options)
  const other: keyof typeof routes = 'route without a guard'
  const ratio = (name: keyof typeof routes) => ratioOf(measured, name, other)
  return {
    table: rowsOf(measured, other),
    figures: { authorizedRoute: ratio('route with authenticate and authorize') },
    checks: [
      { name: 'guardedRoute', value: ratio('route with authenticate'), line: { atLeast: 0.9 } },
    ],
  }
}

/** Serves the public keys of all algorithms, as an issuer does. */
const serveKeys = async (keys: readonly object[]) => {
  const body = JSON.stringify({ keys })
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/jwk-set+json').end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/jwks`, close: () => server.close() }
}

/** Verifying and signing beside jose and fast-jwt, and what a guard costs a route. */
export const verify: Benchmark = async ({ rounds = 15, seconds = 1 }) => {
  const made = await Promise.all(algorithms.map(makeMaterial))
  const issuer = await serveKeys(made.map(({ publicJwk }) => publicJwk))
  const materials = made.map((each): Material => ({ ...each, jwksUrl: issuer.url }))
  const [rsa] = materials
  if (rsa === undefined) throw new Error('There is no algorithm to measure.')
  try {
    const parts: Findings[] = []
    for (const group of groups) {
      for (const material of materials) {
        parts.push(await measureGroup(group, material, shortRounds({ rounds, seconds })))
      }
    }
    parts.push(await measureRoutes(rsa, { rounds, seconds }))
    const head = ['', 'a second', 'ratio', 'µs CPU', 'ratio']
    return {
      table: [head, ...parts.flatMap(({ table }) => table)],
      figures: Object.assign({}, ...parts.map(({ figures }) => figures)),
      checks: parts.flatMap(({ checks }) => checks),
    }
  } finally {
    issuer.close()
  }
}
