/** The APIs of the app whose sessions are measured. */
export const resources = [
  { name: 'orders', audience: 'https://orders.example', scope: 'orders:read' },
  { name: 'billing', audience: 'https://billing.example', scope: 'billing:read' },
] as const
