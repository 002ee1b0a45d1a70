/** The APIs of the app; one refresh token stands behind all of them. */
export const resources: readonly {
  readonly name: string
  readonly audience: string
  readonly scope: string
}[] = [
  { name: 'orders', audience: 'https://orders.example', scope: 'orders:read' },
  { name: 'billing', audience: 'https://billing.example', scope: 'billing:read' },
  { name: 'stock', audience: 'https://stock.example', scope: 'stock:read' },
]
