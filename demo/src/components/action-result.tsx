import type { ReactElement } from 'react'
import type { ApiResult } from '../api/results.ts'
import { type Sentence, sentenceForResult } from '../sentences.ts'
import { Orders } from './orders.tsx'
import { ReportFigures } from './report-figures.tsx'

interface ActionResultProps {
  readonly result: ApiResult | undefined
}

const invitation: Sentence = { tone: 'plain', text: 'The answer will appear here.' }

/** The answer to the last press: a sentence that is announced, and what came with it. */
export const ActionResult = ({ result }: ActionResultProps): ReactElement => {
  const sentence = result === undefined ? invitation : sentenceForResult(result)
  return (
    <div className="result" data-tone={sentence.tone}>
      <output className="result-sentence" aria-label="Result">
        {sentence.text}
      </output>
      {result?.kind === 'orders' && <Orders orders={result.orders} />}
      {result?.kind === 'report' && <ReportFigures report={result.report} />}
    </div>
  )
}
