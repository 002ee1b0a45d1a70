import { DemoError } from './errors.ts'

/** The demo's ports: three in a row, or three free ones when the first is 0. */
export interface Ports {
  readonly app: number
  readonly api: number
  readonly provider: number
}

/** Ports above 1023 that browsers never connect to (Fetch standard, "bad port"). */
const refusedByBrowsers = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10080,
])

/** A port that is likely to be free when this one is not. */
const alternative = (port: number): number => (port > 65_000 ? 4100 : port + 100)

/** Explains a busy port: which one, what for, and how to move all three. */
export const portInUse = (
  port: number,
  purpose: string,
  first: number,
  cause: unknown,
): DemoError =>
  new DemoError(
    'port_in_use',
    `Port ${port}, wanted for ${purpose}, is in use by another program.\n` +
      `The demo takes three ports in a row. Start it on others, for example: PORT=${alternative(first)}`,
    { cause },
  )

/** @throws DemoError `port_invalid` */
export const choosePorts = (first: number): Ports => {
  if (first === 0) return { app: 0, api: 0, provider: 0 }
  const isPort = Number.isInteger(first) && first >= 1 && first <= 65_533
  if (!isPort) {
    throw new DemoError('port_invalid', 'PORT must be a whole number from 1 to 65533.')
  }
  const ports = { app: first, api: first + 1, provider: first + 2 }
  const refused = Object.values(ports).find((port) => refusedByBrowsers.has(port))
  if (refused === undefined) return ports
  throw new DemoError(
    'port_invalid',
    `The demo takes three ports in a row, and browsers refuse port ${refused}. Try PORT=${alternative(first)}`,
  )
}
