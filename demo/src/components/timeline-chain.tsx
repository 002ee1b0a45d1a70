import type { CSSProperties, ReactElement } from 'react'
import { formatDuration } from '../format.ts'
import type { Entry } from '../timeline/create-timeline.ts'
import { type ChainOutcome, endOf, type Step } from '../timeline/group-entries.ts'
import { TimelineStep } from './timeline-step.tsx'

const titles: Readonly<Record<ChainOutcome, string>> = {
  running: 'Refused, renewing…',
  mended: 'Refused, renewed, replayed',
  unmended: 'Refused, and the refusal stands',
}

/** From the first request's start to the last one's end, as far as they have ended. */
const spanOf = (entries: readonly Entry[]) => {
  const startedAt = Math.min(...entries.map((entry) => entry.startedAt))
  const ends = entries.map(endOf).filter(Number.isFinite)
  return { startedAt, durationMs: Math.max(1, Math.max(...ends, startedAt) - startedAt) }
}

const placeOf = (entry: Entry, { startedAt, durationMs }: ReturnType<typeof spanOf>) => {
  const from = Math.min(1, (entry.startedAt - startedAt) / durationMs)
  const to = Math.min(1, (endOf(entry) - startedAt) / durationMs)
  return { left: `${from * 100}%`, width: `${(to - from) * 100}%` } satisfies CSSProperties
}

interface TimelineChainProps {
  readonly steps: readonly Step[]
  readonly outcome: ChainOutcome
}

/** A refusal and what followed, drawn as one; each bar shows when a request began and ended. */
export const TimelineChain = ({ steps, outcome }: TimelineChainProps): ReactElement => {
  const span = spanOf(steps.map(({ entry }) => entry))
  const title = titles[outcome]
  return (
    <div className="chain" data-outcome={outcome}>
      <p className="chain-title">
        {title}
        {outcome !== 'running' && (
          <span className="duration">{formatDuration(span.durationMs)}</span>
        )}
      </p>
      <ol className="chain-steps" aria-label={title}>
        {steps.map((step) => (
          <li key={step.entry.id} className="chain-step" data-label={step.label}>
            <TimelineStep step={step} />
            <div className="trace" aria-hidden="true">
              <div className="trace-bar" style={placeOf(step.entry, span)} />
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}
