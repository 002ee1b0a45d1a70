import { type ReactElement, useSyncExternalStore } from 'react'
import { formatCountdown } from '../format.ts'
import type { Life, TokenLife } from '../token-life.ts'
import { useSecondsLeft } from './use-seconds-left.ts'

const Running = ({ life }: { readonly life: Life }): ReactElement => {
  const seconds = useSecondsLeft(life.expiresAt)
  const share = Math.min(1, seconds / life.fullSeconds)
  return (
    <>
      <p className="countdown" role="timer" aria-labelledby="token-title">
        {formatCountdown(seconds)}
      </p>
      <div className="life" aria-hidden="true">
        <div className="life-left" style={{ transform: `scaleX(${share})` }} />
      </div>
      <p className="fine">
        {seconds > 0
          ? 'Held in this page’s memory only. The BFF renews it in time.'
          : 'Expired. The next call fetches a fresh one first.'}
      </p>
    </>
  )
}

interface TokenCountdownProps {
  readonly tokenLife: TokenLife
}

/** How long the access token lives; never the token itself. */
export const TokenCountdown = ({ tokenLife }: TokenCountdownProps): ReactElement => {
  const life = useSyncExternalStore(tokenLife.subscribe, tokenLife.get)
  return (
    <section className="card" aria-labelledby="token-title">
      <h2 className="label" id="token-title">
        Access token
      </h2>
      {life === undefined ? (
        <p className="fine">None in memory. The next call fetches one first.</p>
      ) : (
        <Running life={life} key={life.generation} />
      )}
    </section>
  )
}
