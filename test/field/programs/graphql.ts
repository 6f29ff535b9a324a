// A GraphQL server enters the user's session around the execution of a query, whose resolvers call a model.
// Right: the instrumentation's spans of the execution and of the fields, and the model's, have the session and the user.
import { createRequire } from 'node:module'
import { GraphQLInstrumentation } from '@opentelemetry/instrumentation-graphql'
import { usingSession } from '@otel-sessions/processor'
import { type Case, type Field, NOBODY } from '../program.ts'

const require = createRequire(import.meta.url)

interface Arguments {
  readonly user: string
}

const resolversOf = ({ work }: Field) => ({
  async chat({ user }: Arguments) {
    await work(user)
    return { answer: () => work(user, 'field').then(() => `answer for ${user}`) }
  },
})

const SCHEMA = 'type Chat { answer: String } type Query { chat(user: String!): Chat }'

type Ask = (user: string) => Promise<unknown>

async function askAll({ users, session, request }: Field, ask: Ask): Promise<void> {
  const one = (user: string) =>
    request(user, async () => {
      const result = JSON.stringify(await usingSession(session(user), () => ask(user)))
      if (!result.includes(`answer for ${user}`)) throw new Error(result)
    })
  await Promise.all(users.map(one))
}

const queryFor = (user: string) => `{ chat(user: "${user}") { answer } }`

async function graphql(field: Field): Promise<void> {
  const { buildSchema, graphql } = require('graphql') as typeof import('graphql')
  const schema = buildSchema(SCHEMA)
  const rootValue = resolversOf(field)
  await askAll(field, (user) => graphql({ schema, rootValue, source: queryFor(user) }))
}

async function apollo(field: Field): Promise<void> {
  const { ApolloServer } = require('@apollo/server') as typeof import('@apollo/server')
  const { chat } = resolversOf(field)
  const resolvers = { Query: { chat: (_: unknown, args: Arguments) => chat(args) } }
  const server = new ApolloServer({ typeDefs: SCHEMA, resolvers })
  await server.start()
  await askAll(field, (user) => server.executeOperation({ query: queryFor(user) }))
  await server.stop()
}

export const cases: readonly Case[] = [
  { library: 'graphql', run: graphql },
  { library: '@apollo/server', run: apollo },
].map((one) => ({
  name: 'around the execution',
  instrumentations: () => [new GraphQLInstrumentation()],
  owners: { 'graphql.parseSchema': NOBODY },
  expected: { right: 25 },
  ...one,
}))
