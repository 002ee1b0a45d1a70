/** One order, as the API sends it. */
export interface Order {
  readonly number: string
  readonly item: string
  readonly placedOn: string
  readonly totalCents: number
}

/** The admin report, as the API sends it. */
export interface Report {
  readonly orders: number
  readonly customers: number
  readonly revenueCents: number
}

/** What became of a press of a button. */
export type ApiResult =
  | { readonly kind: 'orders'; readonly orders: readonly Order[] }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'broken' }
  /** The API answered, but not with what was asked for. */
  | { readonly kind: 'refused'; readonly status: number }
  /** There is no answer of the API. */
  | { readonly kind: 'failed'; readonly error: unknown }

type Fields = Readonly<Record<string, unknown>>

const readNumber = (fields: Fields, name: string): number => {
  const value = fields[name]
  if (typeof value === 'number') return value
  throw new TypeError(`The API's answer lacks the number ${name}.`)
}

const readText = (fields: Fields, name: string): string => {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw new TypeError(`The API's answer lacks the text ${name}.`)
}

const fieldsOf = (body: unknown): Fields => Object(body)

/** @throws TypeError when the body is not what `GET /orders` promises */
export const parseOrders = (body: unknown): readonly Order[] => {
  const { orders } = fieldsOf(body)
  if (!Array.isArray(orders)) throw new TypeError("The API's answer lacks the list orders.")
  return orders.map(fieldsOf).map((order) => ({
    number: readText(order, 'number'),
    item: readText(order, 'item'),
    placedOn: readText(order, 'placedOn'),
    totalCents: readNumber(order, 'totalCents'),
  }))
}

/** @throws TypeError when the body is not what `GET /admin/report` promises */
export const parseReport = (body: unknown): Report => {
  const report = fieldsOf(body)
  return {
    orders: readNumber(report, 'orders'),
    customers: readNumber(report, 'customers'),
    revenueCents: readNumber(report, 'revenueCents'),
  }
}
