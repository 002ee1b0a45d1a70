import { type FileHandle, open } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Context, Middleware } from 'koa'
import type { ServerConfig } from '../config/server-config.ts'
import { RequestProblem } from '../errors.ts'
import { fileHeaders, pageHeaders } from './app-headers.ts'
import { type FileList, listFiles } from './list-files.ts'

/** Variants a build may have made, best first (RFC 9110, section 8.4). */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/** The path as text, or nothing when it tries to be more than that. */
const decodePath = (path: string): string | undefined => {
  try {
    const text = decodeURIComponent(path)
    // Encoded twice, a separator of another system, or a step upwards.
    const isHostile = /[\\\p{Cc}]|%[0-9a-f]{2}|(^|\/)\.\.?(\/|$)|\/\//iu.test(text)
    return isHostile || !text.startsWith('/') ? undefined : text
  } catch {
    return undefined
  }
}

/** A browser that navigates says so; a script that fetches what is missing must not get a page. */
const wantsPage = (ctx: Context): boolean => /(^|,)\s*text\/html\b/i.test(ctx.get('accept'))

/** A word of small letters is taken for a word: kept for a year, it could not be changed any more. */
const hasHashInName = (path: string): boolean => {
  const [, end = ''] = /[-.][\w-]*?([\w-]{8})\.\w+$/.exec(path) ?? []
  return /[A-Z\d_]/.test(end)
}

interface FilesOptions extends Pick<ServerConfig, 'headers'> {
  readonly directory: string
  readonly immutablePath: string
}

const openFile = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path)
  } catch (cause) {
    throw new RequestProblem('not_found', { cause })
  }
}

const chooseVariant = (ctx: Context, files: FileList, path: string) => {
  const [encoding, suffix] =
    encodings.find(([name, end]) => files.has(path + end) && ctx.acceptsEncodings(name) === name) ??
    []
  return { encoding, file: files.get(path + (suffix ?? '')) }
}

const send = async (ctx: Context, files: FileList, path: string): Promise<void> => {
  const { encoding, file } = chooseVariant(ctx, files, path)
  if (file === undefined) throw new RequestProblem('not_found')
  const handle = await openFile(file)
  const { size, mtimeMs, mtime } = await handle.stat()
  ctx.vary('Accept-Encoding')
  if (encoding !== undefined) ctx.set('Content-Encoding', encoding)
  ctx.type = extname(path) || 'application/octet-stream'
  ctx.status = 200
  ctx.lastModified = mtime
  ctx.etag = `W/"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`
  if (ctx.fresh || ctx.method === 'HEAD') {
    await handle.close()
    if (ctx.fresh) ctx.status = 304
    else ctx.length = size
    return
  }
  ctx.length = size
  ctx.body = handle.createReadStream()
}

const findPath = (ctx: Context, files: FileList, immutablePath: string): string => {
  const path = decodePath(ctx.path)
  if (path === undefined) throw new RequestProblem('not_found')
  if (files.has(path)) return path
  if (path.endsWith('/') && files.has(`${path}index.html`)) return `${path}index.html`
  // A file of an older build is gone; a page in its place would be run as a script.
  const isRoute = wantsPage(ctx) && (immutablePath === '/' || !path.startsWith(immutablePath))
  if (!isRoute) throw new RequestProblem('not_found')
  return '/index.html'
}

/** Serves the app: its files, and its page for every path that only its router knows. */
export const serveFiles = ({ directory, immutablePath, headers }: FilesOptions): Middleware => {
  const files = listFiles(directory)
  const onEveryFile = fileHeaders({ headers })
  return async (ctx) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.set('Allow', 'GET, HEAD')
      throw new RequestProblem('method_not_allowed')
    }
    const path = findPath(ctx, files, immutablePath)
    const isPage = extname(path) === '.html'
    ctx.state.route = isPage ? 'page' : 'file'
    await send(ctx, files, path)
    ctx.set(onEveryFile)
    if (isPage) ctx.set(pageHeaders)
    const isForever = !isPage && path.startsWith(immutablePath) && hasHashInName(path)
    ctx.set('Cache-Control', isForever ? 'public, max-age=31536000, immutable' : 'no-cache')
  }
}
