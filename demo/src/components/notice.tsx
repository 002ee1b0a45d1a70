import type { AuthState } from '@coatcheck/client'
import { useAuth } from '@coatcheck/client/react'
import type { ReactElement } from 'react'
import { type Sentence, sentenceForReason } from '../sentences.ts'
import type { DemoUser } from '../user.ts'

/** Whether the BFF heard of the last logout. */
export type LogoutOutcome = 'told' | 'untold'

const untold: Sentence = {
  tone: 'problem',
  text: 'This page has forgotten you, but the BFF could not be told: the session lives on. Reload the page and log out again.',
}

const offline: Sentence = {
  tone: 'problem',
  text: 'The BFF cannot be reached at the moment. You stay logged in, and the page keeps trying.',
}

interface NoticeProps {
  readonly logout: LogoutOutcome
}

const sentenceFor = (state: AuthState<DemoUser>, logout: LogoutOutcome): Sentence | undefined => {
  if (state.status === 'authenticated') return state.offline ? offline : undefined
  if (state.status !== 'unauthenticated') return undefined
  return logout === 'untold' ? untold : sentenceForReason(state.reason)
}

/** Why things are as they are. Always in the page, so that screen readers notice a change. */
export const Notice = ({ logout }: NoticeProps): ReactElement => {
  const sentence = sentenceFor(useAuth<DemoUser>(), logout)
  return (
    <output className="notice" aria-label="Notice" data-tone={sentence?.tone}>
      {sentence?.text}
    </output>
  )
}
