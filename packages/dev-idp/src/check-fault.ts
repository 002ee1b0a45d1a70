import { checkKeys } from './check-keys.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { DevIdpError } from './errors.ts'
import type { Fault, FaultEffect } from './faults.ts'

const targetKeys = ['kind', 'endpoint', 'grantType', 'times']

const effectKeys: Readonly<Record<FaultEffect['kind'], readonly string[]>> = {
  delay: ['ms'],
  status: ['status', 'retryAfterSeconds'],
  '429': ['retryAfterSeconds'],
  html: ['status'],
  error: ['error', 'errorDescription', 'status'],
  'drop-before': [],
  'drop-after-processing': [],
}

// Object.keys would put the kind that reads as a number first.
const kinds: readonly FaultEffect['kind'][] = [
  'delay',
  'status',
  '429',
  'html',
  'error',
  'drop-before',
  'drop-after-processing',
]

const refuse = (message: string): never => {
  throw new DevIdpError('option_invalid', message)
}

const checkWhole = (name: string, value: number | undefined, minimum: number, maximum: number) => {
  if (value === undefined) return
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return
  refuse(`A fault's ${name} must be a whole number from ${minimum} to ${maximum}.`)
}

const longestDelayMs = 2 ** 31 - 1

const checkEffect = (effect: FaultEffect): void => {
  switch (effect.kind) {
    case 'delay':
      if (effect.ms === undefined) refuse('A fault of kind "delay" needs ms.')
      checkWhole('ms', effect.ms, 0, longestDelayMs)
      break
    case 'status':
      if (effect.status === undefined) refuse('A fault of kind "status" needs status.')
      checkWhole('status', effect.status, 200, 599)
      checkWhole('retryAfterSeconds', effect.retryAfterSeconds, 0, longestDelayMs)
      break
    case '429':
      checkWhole('retryAfterSeconds', effect.retryAfterSeconds, 0, longestDelayMs)
      break
    case 'html':
      checkWhole('status', effect.status, 200, 599)
      break
    case 'error':
      if (typeof effect.error !== 'string' || effect.error === '') {
        refuse('A fault of kind "error" needs error, for example "invalid_grant".')
      }
      checkWhole('status', effect.status, 400, 599)
      break
    case 'drop-before':
    case 'drop-after-processing':
      break
  }
}

/**
 * Refuses a fault that could never apply or could not be carried out: a test whose fault is
 * misspelt would pass without testing anything.
 */
export const checkFault = (fault: Fault): void => {
  const kind: FaultEffect['kind'] | undefined = (fault as Partial<Fault> | undefined)?.kind
  if (kind === undefined || !kinds.includes(kind)) {
    refuse(`A fault needs a kind, one of: ${kinds.join(', ')}.`)
  }
  checkKeys(`A fault of kind "${kind}"`, fault, [
    ...targetKeys,
    ...(effectKeys[kind as FaultEffect['kind']] ?? []),
  ])
  const endpoint: Endpoint = fault.endpoint ?? 'token'
  if (!endpoints.includes(endpoint)) {
    refuse(`A fault's endpoint must be one of: ${endpoints.join(', ')}.`)
  }
  if (fault.grantType !== undefined && endpoint !== 'token') {
    refuse('A fault can be limited to a grantType at the token endpoint only.')
  }
  checkWhole('times', fault.times, 1, Number.MAX_SAFE_INTEGER)
  checkEffect(fault)
}
