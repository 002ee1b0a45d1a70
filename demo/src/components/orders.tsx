import type { ReactElement } from 'react'
import type { Order } from '../api/results.ts'
import { formatDay, formatMoney } from '../format.ts'

interface OrdersProps {
  readonly orders: readonly Order[]
}

/** What `GET /orders` sent. */
export const Orders = ({ orders }: OrdersProps): ReactElement | null => {
  if (orders.length === 0) return null
  return (
    <table className="orders">
      <caption className="visually-hidden">Your orders</caption>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Item</th>
          <th scope="col">Placed</th>
          <th scope="col" className="amount">
            Total
          </th>
        </tr>
      </thead>
      <tbody>
        {orders.map(({ number, item, placedOn, totalCents }) => (
          <tr key={number}>
            <td className="code">{number}</td>
            <th scope="row">{item}</th>
            <td>{formatDay(placedOn)}</td>
            <td className="amount">{formatMoney(totalCents)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
