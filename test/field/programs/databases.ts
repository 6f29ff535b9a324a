// Three users query a database at once, in their sessions, through one connection and the official instrumentation.
// Right: the span of a query, and the work that follows its answer, have the session of the user who asked.
import { createRequire } from 'node:module'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { bindSession, usingSession } from '@otel-sessions/processor'
import type { Redis, RedisOptions } from 'ioredis'
import type { Pool as MysqlPool } from 'mysql2'
import type { Client as PgClient, Pool as PgPool } from 'pg'
import { type Case, type Expected, type Field, OWNER } from '../program.ts'
import { serveMysql, servePostgres, serveRedis } from '../support/databases.ts'

const require = createRequire(import.meta.url)

/** Asks as a user, and calls a model with the answer. */
type Ask<T> = (database: T, user: string, work: () => Promise<void>) => Promise<unknown>

/** The query says whose it is, because the span of a query may have another user's parent. */
const noteOwner: SpanProcessor = {
  onStart() {},
  onEnding(span: Span) {
    const { 'db.statement': old, 'db.query.text': query = old } = span.attributes
    const owner = /user_[a-z]/.exec(String(query))
    if (owner !== null) span.setAttribute(OWNER, owner[0])
  },
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

async function askAll<T>({ users, session, request, work }: Field, database: T, ask: Ask<T>, inSpan = false) {
  const one = (user: string) => usingSession(session(user), () => ask(database, user, () => work(user)))
  await Promise.all(users.map((user) => (inSpan ? request(user, async () => one(user)) : one(user))))
}

/** The pool calls this itself for `query`, with a callback that waits for a connection. */
function bindPgPool(pool: PgPool): PgPool {
  const connect = pool.connect.bind(pool) as (callback?: () => void) => never
  // It has overloads: with a callback, or without for a promise.
  pool.connect = ((callback?: () => void) => connect(callback && bindSession(callback))) as PgPool['connect']
  return pool
}

function bindMysqlPool(pool: MysqlPool): MysqlPool {
  const getConnection = pool.getConnection.bind(pool)
  pool.getConnection = (callback) => getConnection(bindSession(callback))
  return pool
}

async function pgPool(): Promise<PgPool> {
  const { Pool } = require('pg') as typeof import('pg')
  return new Pool({ host: '127.0.0.1', port: await servePostgres(), user: 'app', password: '', max: 1 })
}

async function pgClient(): Promise<PgClient> {
  const { Client } = require('pg') as typeof import('pg')
  const client = new Client({ host: '127.0.0.1', port: await servePostgres(), user: 'app', password: '' })
  await client.connect()
  return client
}

async function mysqlPool(): Promise<MysqlPool> {
  const { createPool } = require('mysql2') as typeof import('mysql2')
  const port = await serveMysql()
  return createPool({ host: '127.0.0.1', port, user: 'app', password: '', connectionLimit: 1 })
}

async function redis(options: Pick<RedisOptions, 'enableAutoPipelining'> = {}): Promise<Redis> {
  const { Redis: Client } = require('ioredis') as typeof import('ioredis')
  const port = await serveRedis()
  return new Client({ host: '127.0.0.1', port, lazyConnect: true, enableReadyCheck: false, ...options })
}

/** With the connection that an application opens when it starts. */
async function connectedRedis(options: Pick<RedisOptions, 'enableAutoPipelining'> = {}): Promise<Redis> {
  const client = await redis(options)
  await usingSession(null, () => client.connect())
  return client
}

const pg = {
  query: async (pool, user, work) => {
    await pool.query(`SELECT '${user}'`)
    await work()
  },
  callback: (pool, user, work) =>
    new Promise((resolve) => {
      pool.query(`SELECT '${user}'`, () => void work().then(resolve))
    }),
  boundCallback: (pool, user, work) =>
    new Promise((resolve) => {
      const answered = bindSession(() => void work().then(resolve))
      pool.query(`SELECT '${user}'`, answered)
    }),
  connect: async (pool, user, work) => {
    const client = await pool.connect()
    await client.query(`SELECT '${user}'`)
    await work()
    client.release()
  },
  connectCallback: (pool, user, work) =>
    new Promise((resolve) => {
      pool.connect((_, client, release) => {
        const answered = async () => {
          await work()
          release()
          resolve(undefined)
        }
        void client?.query(`SELECT '${user}'`).then(answered)
      })
    }),
} satisfies Record<string, Ask<PgPool>>

const mysql = {
  query: async (pool, user, work) => {
    await pool.promise().query(`SELECT '${user}'`)
    await work()
  },
  callback: (pool, user, work) =>
    new Promise((resolve) => {
      pool.query(`SELECT '${user}'`, () => void work().then(resolve))
    }),
  boundCallback: (pool, user, work) =>
    new Promise((resolve) => {
      const answered = bindSession(() => void work().then(resolve))
      pool.query(`SELECT '${user}'`, answered)
    }),
  connection: async (pool, user, work) => {
    const connection = await pool.promise().getConnection()
    await connection.query(`SELECT '${user}'`)
    await work()
    connection.release()
  },
} satisfies Record<string, Ask<MysqlPool>>

const set: Ask<Redis> = async (client, user, work) => {
  await client.set(user, 'asked')
  await work()
}
const pipeline: Ask<Redis> = async (client, user, work) => {
  await client.pipeline().set(user, 'asked').set(user, 'again').exec()
  await work()
}

interface Row<T> {
  readonly name: string
  readonly open: () => Promise<T>
  readonly ask: Ask<T>
  readonly expected: Expected
  /** Whether a span is active around each user's call. */
  readonly inSpan?: boolean
  readonly instrumentation: () => Instrumentation
}

const row = <T>(library: string, { open, ask, inSpan, instrumentation, ...one }: Row<T>): Case => ({
  ...one,
  library,
  instrumentations: () => [instrumentation()],
  spanProcessors: (ours) => [noteOwner, ...ours],
  run: async (field) => askAll(field, await open(), ask, inSpan),
})

const right: Expected = { right: 6 }
const PG = 'pg.query:SELECT app'

const plainPg = { open: pgPool, instrumentation: () => new PgInstrumentation({ ignoreConnectSpans: true }) }
const boundPg = { ...plainPg, open: async () => bindPgPool(await pgPool()) }
/** With the spans of connecting, for which the instrumentation binds the callback that waits for a connection. */
const pgInSpan = { open: pgPool, inSpan: true, instrumentation: () => new PgInstrumentation() }

const plainMysql = { open: mysqlPool, instrumentation: () => new MySQL2Instrumentation() }
const boundMysql = { ...plainMysql, open: async () => bindMysqlPool(await mysqlPool()) }

/** It makes spans only where one is active. */
const redisInSpan = { inSpan: true, instrumentation: () => new IORedisInstrumentation() }

const rowsOfPg: readonly Row<PgPool>[] = [
  { ...plainPg, name: 'pool.query', ask: pg.query, expected: { right: 4, wrong: { [PG]: 2 } } },
  {
    ...plainPg,
    name: 'pool.query with a callback',
    ask: pg.callback,
    expected: { right: 2, wrong: { [PG]: 2, work: 2 } },
  },
  {
    ...plainPg,
    name: 'pool.connect with a callback',
    ask: pg.connectCallback,
    expected: { right: 2, wrong: { [PG]: 2, work: 2 } },
  },
  { ...plainPg, name: 'await pool.connect()', ask: pg.connect, expected: right },
  { ...pgInSpan, name: 'pool.query in a span', ask: pg.query, expected: { right: 13 } },
  { ...pgInSpan, name: 'pool.query with a callback, in a span', ask: pg.callback, expected: { right: 13 } },
  {
    ...plainPg,
    inSpan: true,
    name: 'pool.query in a span, without the spans of connecting',
    ask: pg.query,
    expected: { right: 7, wrong: { [PG]: 2 } },
  },
  { ...boundPg, name: 'pool.query, connect bound', ask: pg.query, expected: right },
  { ...boundPg, name: 'pool.query, connect and callback bound', ask: pg.boundCallback, expected: right },
]

const rowOfPgClient: Row<PgClient> = {
  ...plainPg,
  open: pgClient,
  name: 'client.query',
  ask: async (client, user, work) => {
    await client.query(`SELECT '${user}'`)
    await work()
  },
  expected: right,
}

const rowsOfMysql: readonly Row<MysqlPool>[] = [
  {
    ...plainMysql,
    name: 'pool.promise().query',
    ask: mysql.query,
    expected: { right: 4, wrong: { SELECT: 2 } },
  },
  {
    ...plainMysql,
    inSpan: true,
    name: 'pool.promise().query in a span',
    ask: mysql.query,
    expected: { right: 7, wrong: { SELECT: 2 } },
  },
  {
    ...plainMysql,
    name: 'pool.query with a callback',
    ask: mysql.callback,
    expected: { right: 2, wrong: { SELECT: 2, work: 2 } },
  },
  { ...plainMysql, name: 'await pool.promise().getConnection()', ask: mysql.connection, expected: right },
  { ...boundMysql, name: 'pool.promise().query, getConnection bound', ask: mysql.query, expected: right },
  {
    ...boundMysql,
    name: 'pool.query, getConnection and callback bound',
    ask: mysql.boundCallback,
    expected: right,
  },
]

const rowsOfRedis: readonly Row<Redis>[] = [
  { ...redisInSpan, name: 'a command', open: connectedRedis, ask: set, expected: { right: 9 } },
  { ...redisInSpan, name: 'a pipeline', open: connectedRedis, ask: pipeline, expected: { right: 12 } },
  {
    ...redisInSpan,
    name: 'enableAutoPipelining',
    open: () => connectedRedis({ enableAutoPipelining: true }),
    ask: set,
    expected: { right: 7, wrong: { set: 2 } },
  },
  {
    ...redisInSpan,
    // Also right: what it sends to connect, below the first user's command.
    name: 'a command before it is connected',
    open: redis,
    ask: set,
    expected: { right: 14, wrong: { set: 2 } },
  },
]

export const cases: readonly Case[] = [
  ...rowsOfPg.map((one) => row('pg', one)),
  row('pg', rowOfPgClient),
  ...rowsOfMysql.map((one) => row('mysql2', one)),
  ...rowsOfRedis.map((one) => row('ioredis', one)),
]
