import type { ReactElement } from 'react'
import { formatDuration } from '../format.ts'
import type { Outcome } from '../timeline/create-timeline.ts'
import type { Step } from '../timeline/group-entries.ts'

const statusOf = (outcome: Outcome): string => {
  if (outcome.kind === 'pending') return '…'
  return outcome.kind === 'failed' ? 'error' : String(outcome.status)
}

const toneOf = (outcome: Outcome): string => {
  if (outcome.kind === 'pending') return 'pending'
  return outcome.kind === 'answered' && outcome.status < 400 ? 'good' : 'problem'
}

/** A session's name is long, and says nothing to a reader. */
const shorten = (path: string): string => path.replace(/(\/[\w-]{4})[\w-]{16,}$/, '$1…')

interface TimelineStepProps {
  readonly step: Step
}

/** One request on one line: to whom, what, its part in the story, how it ended, how long it took. */
export const TimelineStep = ({ step }: TimelineStepProps): ReactElement => {
  const { entry, label } = step
  const { party, method, path, outcome } = entry
  return (
    <div className="step">
      <span className="party" data-party={party}>
        {party}
      </span>
      <span className="request">
        <span className="method">{method}</span> <span className="path">{shorten(path)}</span>
      </span>
      {label !== undefined && (
        <span className="step-label" data-label={label}>
          {label}
        </span>
      )}
      <span className="status" data-tone={toneOf(outcome)}>
        {statusOf(outcome)}
      </span>
      <span className="duration">
        {outcome.kind === 'pending' ? '' : formatDuration(outcome.durationMs)}
      </span>
    </div>
  )
}
