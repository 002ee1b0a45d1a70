import type { RevocationAnswer, TokenAnswer } from '@coatcheck/jwt'
import type { Request, Response } from 'express'

const cookie = '__Host-refresh'
const attributes = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const

/** Sends the access token to the page, and the refresh token to where no script reads it. */
export const sendToBrowser = (res: Response, answer: TokenAnswer | RevocationAnswer): Response => {
  res.status(answer.status).set(answer.headers)
  if (answer.kind === 'refused') return res.send(JSON.stringify(answer.body))
  if (answer.kind === 'done') return res.clearCookie(cookie, attributes).send('{}')
  const { refresh_token, ...body } = answer.body
  return res.cookie(cookie, refresh_token, attributes).send(JSON.stringify(body))
}

export const refreshTokenOf = (req: Request): string => {
  const pairs = (req.headers.cookie ?? '').split('; ')
  return pairs.find((pair) => pair.startsWith(`${cookie}=`))?.slice(cookie.length + 1) ?? ''
}

/** Other sites cannot set the header without asking first, and not the other one at all. */
export const isOwnPage = ({ headers }: Request): boolean =>
  headers['x-csrf'] === '1' && headers['sec-fetch-site'] === 'same-origin'
