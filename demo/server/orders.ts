/** One order, as the API sends it. */
export interface Order {
  readonly number: string
  readonly item: string
  /** ISO 8601 calendar date. */
  readonly placedOn: string
  readonly totalCents: number
}

interface StoredOrder extends Order {
  /** `sub` of the customer. */
  readonly customer: string
}

/** What an administrator sees: sums over everybody's orders. */
export interface Report {
  readonly orders: number
  readonly customers: number
  readonly revenueCents: number
}

const stored: readonly StoredOrder[] = [
  {
    customer: 'alice',
    number: 'A-1042',
    item: 'Wool overcoat',
    placedOn: '2026-10-02',
    totalCents: 28_900,
  },
  {
    customer: 'alice',
    number: 'A-1057',
    item: 'Umbrella, black',
    placedOn: '2026-10-19',
    totalCents: 3_450,
  },
  {
    customer: 'alice',
    number: 'A-1063',
    item: 'Cashmere scarf',
    placedOn: '2026-11-07',
    totalCents: 7_900,
  },
  {
    customer: 'bob',
    number: 'B-2210',
    item: 'Felt hat',
    placedOn: '2026-09-28',
    totalCents: 6_200,
  },
  {
    customer: 'bob',
    number: 'B-2218',
    item: 'Leather gloves',
    placedOn: '2026-11-12',
    totalCents: 5_450,
  },
]

/** The orders of one customer. */
export const ordersOf = (sub: string): readonly Order[] =>
  stored
    .filter(({ customer }) => customer === sub)
    .map(({ number, item, placedOn, totalCents }) => ({ number, item, placedOn, totalCents }))

/** Sums over all orders. */
export const createReport = (): Report => ({
  orders: stored.length,
  customers: new Set(stored.map(({ customer }) => customer)).size,
  revenueCents: stored.reduce((sum, { totalCents }) => sum + totalCents, 0),
})
