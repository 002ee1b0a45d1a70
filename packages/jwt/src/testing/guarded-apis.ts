import type { RequestListener } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express5 from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import Koa from 'koa'
import { onTestFinished } from 'vitest'
import {
  authOf,
  authenticate as expressAuthenticate,
  authorize as expressAuthorize,
} from '../express/index.ts'
import { authenticate as fetchAuthenticate, authorize as fetchAuthorize } from '../fetch/index.ts'
import type { Refusal } from '../guard/refusal.ts'
import { authenticate as koaAuthenticate, authorize as koaAuthorize } from '../koa/index.ts'
import type { VerifiedToken } from '../verifier.ts'
import type { TableGuard, TableReply, TableRequest } from './guard-table.ts'
import { authenticateOptionsOf, pickHeaders, welcome } from './guard-table.ts'

/** Builds a guarded API of one framework. */
export type MakeApi = (guard: TableGuard, onRefused?: (refusal: Refusal) => void) => RequestListener

const makeKoa: MakeApi = (guard, onRefused) => {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    let text = ''
    for await (const chunk of ctx.req) text += chunk
    Object.assign(ctx.request, { body: Object.fromEntries(new URLSearchParams(text)) })
    // As koa-mount does.
    ctx.path = ctx.path.replace(/^\/mounted/, '')
    await next()
  })
  app.use(koaAuthenticate(authenticateOptionsOf(guard, onRefused)))
  if (guard.authorize !== undefined) app.use(koaAuthorize(guard.authorize))
  app.use((ctx) => {
    ctx.set('Content-Type', 'application/json')
    ctx.body = Buffer.from(welcome((ctx.state.auth as VerifiedToken).claims))
  })
  return app.callback()
}

/** The same lines for both; their types differ in what is not used here. */
const makeExpress =
  (express: typeof express5): MakeApi =>
  (guard, onRefused) => {
    const app = express()
    app.use(express.urlencoded({ extended: false }))
    const routes = express.Router()
    routes.use(expressAuthenticate(authenticateOptionsOf(guard, onRefused)))
    if (guard.authorize !== undefined) routes.use(expressAuthorize(guard.authorize))
    routes.use((_, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end(welcome(authOf(response).claims))
    })
    app.use('/mounted', routes)
    app.use(routes)
    return app
  }

const makeHono: MakeApi = (guard, onRefused) => {
  const app = new Hono<{ Variables: { auth: VerifiedToken } }>()
  const check = fetchAuthenticate(authenticateOptionsOf(guard, onRefused))
  const isAllowed = guard.authorize === undefined ? undefined : fetchAuthorize(guard.authorize)
  const routes = new Hono<{ Variables: { auth: VerifiedToken } }>()
  routes.use(async (context, next) => {
    const outcome = await check(context.req.raw, { form: await context.req.parseBody() })
    if (outcome.kind === 'refused') return outcome.response
    context.set('auth', outcome.auth)
    for (const [name, value] of Object.entries(outcome.headers)) context.header(name, value)
    const refusal = isAllowed?.(outcome.auth)
    if (refusal !== undefined) return refusal
    return next()
  })
  routes.all('*', (context) =>
    context.body(welcome(context.get('auth').claims), 200, { 'Content-Type': 'application/json' }),
  )
  app.route('/mounted', routes)
  app.route('/', routes)
  return getRequestListener(app.fetch)
}

/** One guarded API of each framework, by its name. */
export const guardedApis: Readonly<Record<string, MakeApi>> = {
  Koa: makeKoa,
  'Express 5': makeExpress(express5),
  'Express 4': makeExpress(express4 as unknown as typeof express5),
  'fetch (Hono)': makeHono,
}

/** Sends one request, two equal headers and octets above ASCII included. */
export type Send = (request: TableRequest) => Promise<TableReply>

/** Listens on loopback until the test ends. */
export const serve = async (listener: RequestListener): Promise<Send> => {
  const server = createServer({ maxHeaderSize: 65_536 }, listener)
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return ({ path = '/', method = 'GET', headers = [], body = '' }) =>
    new Promise((resolve, reject) => {
      const length = body === '' ? [] : ['content-length', String(Buffer.byteLength(body))]
      const all = ['host', 'internal.example', ...headers.flat(), ...length]
      const sent = request({ port, path, method, headers: all, agent: false })
      sent.on('error', reject)
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: pickHeaders(response.headers),
            body: text,
          }),
        )
      })
      sent.end(body)
    })
}
