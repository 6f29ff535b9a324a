// Three users' requests to another service share one connection that is kept alive; each waits for the one before it.
// Right: the client's spans, and the work that follows an answer, have the session of the user who asked.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { type Dispatcher, Pool } from 'undici'
import type { Case, Field } from '../program.ts'

const require = createRequire(import.meta.url)
// The instrumentation patches it, so it is required after that.
const requireHttp = () => require('node:http') as typeof import('node:http')

type Ask = (owner: string) => Promise<void>

/** Runs `ask` for every user, with a server that has no instrumentation of its own. */
async function askAll(field: Field, connect: (url: string) => { ask: Ask; close(): unknown }): Promise<void> {
  const server = requireHttp().createServer(
    (_, response) => void setImmediate(() => response.end('an answer')),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { ask, close } = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const { users, session, request } = field
  await Promise.all(users.map((user) => request(user, () => usingSession(session(user), () => ask(user)))))
  await close()
  server.close()
}

const undici = (field: Field): Promise<void> =>
  askAll(field, (url) => {
    const pool = new Pool(url, { connections: 1 })
    const ask: Ask = async (owner) => {
      const { body } = await pool.request({ path: '/', method: 'GET' })
      await body.text()
      await field.work(owner)
    }
    return { ask, close: () => pool.close() }
  })

/** The answer goes into a stream of the application, which undici writes to in the connection's context. */
const undiciStream =
  (bind: (stream: Writable) => Writable) =>
  (field: Field): Promise<void> =>
    askAll(field, (url) => {
      const pool = new Pool(url, { connections: 1 })
      const ask: Ask = async (owner) => {
        const final = (done: () => void) => void field.work(owner).then(done)
        const stream = new Writable({ write: (_chunk, _encoding, done) => done(), final })
        await pool.stream({ path: '/', method: 'GET' }, () => bind(stream))
      }
      return { ask, close: () => pool.close() }
    })

/** undici calls the handler's methods, as it calls those of interceptors. */
const undiciDispatch =
  (bind: (handler: Dispatcher.DispatchHandler) => Dispatcher.DispatchHandler) =>
  (field: Field): Promise<void> =>
    askAll(field, (url) => {
      const pool = new Pool(url, { connections: 1 })
      const ask: Ask = (owner) =>
        new Promise((resolve, reject) => {
          const handler: Dispatcher.DispatchHandler = {
            onRequestStart() {},
            onResponseData() {},
            onResponseStart: () => void field.work(owner),
            onResponseEnd: () => void field.work(owner).then(resolve),
            onResponseError: (_, error) => reject(error),
          }
          pool.dispatch({ path: '/', method: 'GET' }, bind(handler))
        })
      return { ask, close: () => pool.close() }
    })

const agent = (field: Field): Promise<void> =>
  askAll(field, (url) => {
    const http = requireHttp()
    const one = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const ask: Ask = (owner) =>
      new Promise((resolve) => {
        http.get(url, { agent: one }, (response) => {
          response.on('end', () => void field.work(owner).then(resolve)).resume()
        })
      })
    return { ask, close: () => one.destroy() }
  })

export const cases: readonly Case[] = [
  {
    name: 'Pool with one connection',
    library: 'undici',
    instrumentations: () => [new UndiciInstrumentation()],
    expected: { right: 9 },
    run: undici,
  },
  {
    name: 'Pool with one connection, `stream`',
    library: 'undici',
    expected: { right: 4, wrong: { work: 2 } },
    run: undiciStream((stream) => stream),
  },
  {
    name: 'Pool with one connection, `stream` and bindSession',
    library: 'undici',
    expected: { right: 6 },
    run: undiciStream((stream) => bindSession(stream)),
  },
  {
    name: 'Pool with one connection, `dispatch`',
    library: 'undici',
    expected: { right: 5, wrong: { work: 4 } },
    run: undiciDispatch((handler) => handler),
  },
  {
    name: 'Pool with one connection, `dispatch` and bindSession',
    library: 'undici',
    expected: { right: 9 },
    run: undiciDispatch((handler) => bindSession(handler)),
  },
  {
    name: 'http.Agent with one socket',
    library: 'node',
    expected: { right: 6 },
    run: agent,
  },
  {
    name: 'http.Agent with one socket, instrumented',
    library: 'node',
    instrumentations: () => [new HttpInstrumentation({ disableIncomingRequestInstrumentation: true })],
    expected: { right: 9 },
    run: agent,
  },
]
