// Each user's query is built in a session and awaited outside, as a repository function and its caller do it.
// Every query must have the session in which it was built, and the code after it none.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { PostgrestClient } from '@supabase/postgrest-js'
import knex from 'knex'
import superagent from 'superagent'
import { type Case, type Field, NOBODY } from '../program.ts'

type Work = Field['work']
/** A builder of queries that are sent when they are started. The user is among what a query looks for. */
type Build = (user: string) => PromiseLike<unknown>
type Start = (query: never) => PromiseLike<unknown>

const awaited: Start = async (query: PromiseLike<unknown>) => await query

/** Knex with a connection that records what it is asked. */
async function useKnex(work: Work): Promise<Build> {
  class Recording extends knex.Client {}
  Object.assign(Recording.prototype, {
    acquireConnection: async () => ({}),
    releaseConnection: async () => {},
    async _query(_: unknown, query: { bindings: string[] }) {
      await work(query.bindings[0] ?? NOBODY, 'query')
      return query
    },
    processResponse: () => [],
  })
  const db = knex({ client: Recording })
  return (user) => db('orders').where({ user }).select('id')
}

// The two that take longest are loaded only by their own cases.
async function useDrizzle(work: Work): Promise<Build> {
  const { eq } = await import('drizzle-orm')
  const { integer, sqliteTable, text } = await import('drizzle-orm/sqlite-core')
  const { drizzle } = await import('drizzle-orm/sqlite-proxy')
  const orders = sqliteTable('orders', { id: integer(), user: text() })
  const db = drizzle(async (_, [user]) => {
    await work(user as string, 'query')
    return { rows: [] }
  })
  return (user) => db.select().from(orders).where(eq(orders.user, user))
}

async function useMongoose(work: Work): Promise<Build> {
  const { default: mongoose } = await import('mongoose')
  const Order = mongoose.model('Order', new mongoose.Schema({ user: String }))
  const find = ({ user }: { user: string }) => ({
    toArray: async () => {
      await work(user, 'query')
      return []
    },
  })
  Object.assign(Order.collection, { find })
  return (user) => Order.find({ user })
}

async function useSupabase(work: Work): Promise<Build> {
  const fetch = async (url: unknown) => {
    await work(new URL(String(url)).searchParams.get('user')?.slice(3) ?? NOBODY, 'query')
    return Response.json([])
  }
  const client = new PostgrestClient('http://database', { fetch })
  return (user) => client.from('orders').select().eq('user', user)
}

async function useSuperagent(work: Work): Promise<Build> {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return (user) => superagent.get(url).on('request', () => void work(user, 'query'))
}

const LIBRARIES: readonly [
  library: string,
  use: (work: Work) => Promise<Build>,
  starts: Record<string, Start>,
][] = [
  [
    'knex',
    useKnex,
    {
      await: awaited,
      catch: (query: Promise<unknown>) => query.catch(() => {}),
      'a clone': async (query: { clone(): PromiseLike<unknown> }) => await query.clone(),
      'a refinement': async (query: { limit(rows: number): PromiseLike<unknown> }) => await query.limit(5),
    },
  ],
  [
    'drizzle-orm',
    useDrizzle,
    { await: awaited, 'execute()': (query: { execute(): Promise<unknown> }) => query.execute() },
  ],
  [
    'mongoose',
    useMongoose,
    { await: awaited, 'exec()': (query: { exec(): Promise<unknown> }) => query.exec() },
  ],
  ['@supabase/postgrest-js', useSupabase, { await: awaited }],
  ['superagent', useSuperagent, { await: awaited }],
]

function caseOf(library: string, use: (work: Work) => Promise<Build>, how: string, start: Start): Case[] {
  return [false, true].map((bound) => ({
    name: `${bound ? 'bound with bindSession' : 'returned from usingSession'}, started by ${how}`,
    library,
    folder: 'lazy',
    expected: { right: 6 },
    async run({ users, session, work }) {
      const build = await use(work)
      await Promise.all(
        users.map(async (user) => {
          const query = bound
            ? () => bindSession(build(user), session(user))
            : () => usingSession(session(user), () => build(user))
          await start(query() as never)
          await work(NOBODY, 'after')
        }),
      )
    },
  }))
}

export const cases: readonly Case[] = LIBRARIES.flatMap(([library, use, starts]) =>
  Object.entries(starts).flatMap(([how, start]) => caseOf(library, use, how, start)),
)
