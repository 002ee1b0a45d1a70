import { routes } from '@coatcheck/wire'
import type { ResolvedOptions } from '../resolve-options.ts'

/** URLs registered at the provider: made of the configuration, never of a request's Host. */
export const publicUrls = ({
  origin,
  basePath,
}: Pick<ResolvedOptions, 'origin' | 'basePath'>): {
  readonly home: string
  readonly callback: string
  readonly logoutCallback: string
  readonly popup: string
} => ({
  home: `${origin}/`,
  callback: origin + basePath + routes.callback,
  logoutCallback: origin + basePath + routes.logoutCallback,
  popup: origin + basePath + routes.popup,
})
