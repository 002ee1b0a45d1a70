import type { Algorithm } from '../algorithms.ts'
import { isAlgorithm, keyNeedOf } from '../algorithms.ts'
import { misconfigured } from '../options.ts'
import type { GivenOptions } from './command.ts'

/** An option that must be given. @throws JwtError `configuration_invalid` */
export const requireText = ({ texts }: GivenOptions, name: string): string => {
  const value = texts[name]
  if (value !== undefined) return value
  throw misconfigured(`--${name} is required.`)
}

/** A list that must be given. @throws JwtError `configuration_invalid` */
export const requireList = ({ lists }: GivenOptions, name: string): readonly string[] => {
  const value = lists[name]
  if (value !== undefined) return value
  throw misconfigured(`--${name} is required.`)
}

/** A number, where it is given. @throws JwtError `configuration_invalid` */
export const readNumberOption = ({ texts }: GivenOptions, name: string): number | undefined => {
  const value = texts[name]
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw misconfigured(`--${name} must be a whole number.`)
}

/** The name of an algorithm of that kind of key. @throws JwtError `configuration_invalid` */
export const requireAlgorithmOf = (
  name: string | undefined,
  kind: 'pair' | 'secret',
): Algorithm => {
  const isSecret = kind === 'secret'
  if (isAlgorithm(name) && (keyNeedOf(name).kty === 'oct') === isSecret) return name
  throw misconfigured(
    isSecret
      ? '--alg must be HS256, HS384 or HS512. For the others see keys generate.'
      : '--alg must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519. For HS256 and its like see secret generate.',
  )
}
