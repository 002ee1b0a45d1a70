import type { Context } from 'koa'
import type { ResolvedOptions } from '../resolve-options.ts'

/** Browsers heed the header over https only (Clear Site Data, section 3.1). */
export const clearSiteData = (
  { logout, publicUrl }: Pick<ResolvedOptions, 'logout' | 'publicUrl'>,
  ctx: Context,
): void => {
  const isHttps = new URL(publicUrl).protocol === 'https:'
  if (!isHttps || logout.clearSiteData.length === 0) return
  ctx.set('Clear-Site-Data', logout.clearSiteData.map((kind) => `"${kind}"`).join(', '))
}
