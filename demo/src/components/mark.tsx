import type { ReactElement } from 'react'

/** The ticket that stands for the whole idea. */
export const Mark = (): ReactElement => (
  <svg
    className="mark"
    viewBox="0 0 40 40"
    fill="none"
    stroke="currentColor"
    strokeWidth="2"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path
      d="M9 6h22a4 4 0 0 1 4 4v6.2a4 4 0 0 0 0 7.6V30a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4v-6.2a4 4 0 0 0 0-7.6V10a4 4 0 0 1 4-4Z"
      fill="currentColor"
      fillOpacity=".1"
    />
    <path d="M14 11v2m0 4v2m0 4v2m0 4v1" />
    <path d="m20 20.5 3.2 3.2 6-7" />
  </svg>
)
