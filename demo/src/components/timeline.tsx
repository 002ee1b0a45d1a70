import { type ReactElement, useMemo, useSyncExternalStore } from 'react'
import type { Timeline as TimelineStore } from '../timeline/create-timeline.ts'
import { groupEntries } from '../timeline/group-entries.ts'
import { TimelineChain } from './timeline-chain.tsx'
import { TimelineStep } from './timeline-step.tsx'

interface TimelineProps {
  readonly timeline: TimelineStore
}

/** Every request of the page, the newest first. */
export const Timeline = ({ timeline }: TimelineProps): ReactElement => {
  const entries = useSyncExternalStore(timeline.subscribe, timeline.get)
  const items = useMemo(() => groupEntries(entries).toReversed(), [entries])
  return (
    <section className="card timeline" aria-labelledby="timeline-title">
      <div className="card-head">
        <h2 className="label" id="timeline-title">
          Timeline
        </h2>
        {items.length > 0 && (
          <button type="button" className="button small" onClick={timeline.clear}>
            Clear
          </button>
        )}
      </div>
      {items.length === 0 ? (
        <p className="empty">Every request this page sends will show up here, the newest first.</p>
      ) : (
        <ol className="timeline-items" aria-labelledby="timeline-title">
          {items.map((item) => (
            <li key={item.id} className="timeline-item">
              {item.kind === 'chain' ? (
                <TimelineChain steps={item.steps} outcome={item.outcome} />
              ) : (
                <TimelineStep step={item.step} />
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
