import type { ReactElement } from 'react'
import type { Report } from '../api/results.ts'
import { formatMoney } from '../format.ts'

interface ReportFiguresProps {
  readonly report: Report
}

/** What `GET /admin/report` sent. */
export const ReportFigures = ({ report }: ReportFiguresProps): ReactElement => (
  <dl className="figures">
    <div>
      <dt>Orders</dt>
      <dd>{report.orders}</dd>
    </div>
    <div>
      <dt>Customers</dt>
      <dd>{report.customers}</dd>
    </div>
    <div>
      <dt>Revenue</dt>
      <dd>{formatMoney(report.revenueCents)}</dd>
    </div>
  </dl>
)
