import { DemoError } from './errors.ts'

/** What the environment may change. */
export interface Settings {
  /** `PORT`. Default 4000. */
  readonly port: number
  /** `ACCESS_TOKEN_SECONDS`. Default 300. */
  readonly accessTokenSeconds: number
}

const readWhole = (
  value: string | undefined,
  { name, from, to, fallback }: { name: string; from: number; to: number; fallback: number },
): number => {
  if (value === undefined || value === '') return fallback
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= from && number <= to) return number
  throw new DemoError('setting_invalid', `${name} must be a whole number from ${from} to ${to}.`)
}

/** Reads the environment. @throws DemoError `setting_invalid` */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): Settings => ({
  port: readWhole(env.PORT, { name: 'PORT', from: 1, to: 65_533, fallback: 4000 }),
  accessTokenSeconds: readWhole(env.ACCESS_TOKEN_SECONDS, {
    name: 'ACCESS_TOKEN_SECONDS',
    from: 10,
    to: 86_400,
    fallback: 300,
  }),
})
