import { type ReactElement, useRef, useState } from 'react'
import type { Api } from '../api/create-api.ts'
import type { ApiResult } from '../api/results.ts'
import { Action } from './action.tsx'
import { ActionResult } from './action-result.tsx'

interface ActionsProps {
  readonly api: Api
}

/** The three things to try, and what became of the last one. */
export const Actions = ({ api }: ActionsProps): ReactElement => {
  const [result, setResult] = useState<ApiResult>()
  const latest = useRef(0)

  const run = async (call: () => Promise<ApiResult>): Promise<void> => {
    latest.current += 1
    const press = latest.current
    const outcome = await call()
    // An earlier press that took longer must not hide what came after it.
    if (press === latest.current) setResult(outcome)
  }
  return (
    <section className="card" aria-labelledby="actions-title">
      <h2 className="label" id="actions-title">
        Try it
      </h2>
      <ul className="actions">
        <Action name="Call API" look="primary" onPress={() => run(api.callApi)}>
          Fetches your orders from another origin.
        </Action>
        <Action name="Call admin API" look="quiet" onPress={() => run(api.callAdminApi)}>
          Needs the role admin: 403 for alice, 200 for bob.
        </Action>
        <Action name="Break my token" look="quiet" onPress={() => run(api.breakToken)}>
          The API starts to refuse it. Then call the API.
        </Action>
      </ul>
      <ActionResult result={result} />
    </section>
  )
}
