import type { AuthClient, AuthError } from '@coatcheck/client'
import type { ReactElement } from 'react'
import { sentenceForError } from '../sentences.ts'
import type { DemoUser } from '../user.ts'

interface UnreachableProps {
  readonly client: AuthClient<DemoUser>
  readonly error: AuthError
}

/** The very first question could not be asked. */
export const Unreachable = ({ client, error }: UnreachableProps): ReactElement => (
  <section className="card welcome" aria-labelledby="unreachable-title">
    <h1 id="unreachable-title">Nobody answers</h1>
    <p className="lead" role="alert">
      {sentenceForError(error).text}
    </p>
    {error.retry === 'later' && (
      <p className="fine">The page keeps trying, a little less often each time.</p>
    )}
    <button type="button" className="button" onClick={() => void client.refreshSession()}>
      Try again now
    </button>
    <p className="fine">
      Code <code>{error.code}</code>
      {error.correlationId !== undefined && (
        <>
          , reference <code>{error.correlationId}</code>
        </>
      )}
    </p>
  </section>
)
