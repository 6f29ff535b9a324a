import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Redis, startRedis } from '../../messages/redis.ts'
import { startChild } from '../../workspaces/child.ts'
import type { Row } from '../rows.ts'
import { type Client, jobClient, requestClient } from './clients.ts'
import { judge, type Verdict } from './judge.ts'
import { startWorld, type World } from './world.ts'

const ROUNDS = 5
const USERS = ['a', 'b']

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Runs the application of a row in a process of its own, with the messages of both users, and judges its spans. */
export async function runRow(row: Row): Promise<Verdict> {
  const world = await startWorld()
  const redis = row.isWorker ? await startRedis() : undefined
  try {
    await runApplication(row, world, redis)
    checkCalls(row, world)
    return judge(world.spans())
  } finally {
    await redis?.stop()
    await world.close()
  }
}

/** Each call of the model has its spans once, however many instrumentations are installed. */
function checkCalls({ spansOfCall = 1 }: Row, world: World): void {
  const { length } = world.spans().filter(({ scope }) => /\binstrumentation-openai$/.test(scope))
  const calls = ROUNDS * USERS.length
  if (length !== calls * spansOfCall) throw new Error(`${calls} calls of the model have ${length} spans`)
}

async function runApplication(row: Row, world: World, redis: Redis | undefined): Promise<void> {
  const { app, helper, preload, isQueueLazy } = row
  const { child, output } = startChild(file(app), [], {
    execArgv: preload === undefined ? [] : ['--import', preload.startsWith('.') ? file(preload) : preload],
    env: {
      ...cleanEnvironment(),
      ...settings(world, redis),
      HELPER: helper,
      QUEUE: isQueueLazy ? 'lazy' : '',
    },
  })
  const ended = once(child, 'close')
  const failure = ended.then(([code, signal]): never => {
    throw new Error(`the application ended with ${signal ?? code}: ${output()}`)
  })
  failure.catch(() => {})
  try {
    const [{ port }] = (await Promise.race([once(child, 'message'), failure])) as [{ port: number }]
    const client = redis === undefined ? requestClient(port) : await jobClient(redis.port)
    await Promise.race([visit(client, world), failure]).finally(() => client.close())
    child.send('stop')
    const [code, signal] = await ended
    if (code !== 0) throw new Error(`the application ended with ${signal ?? code}: ${output()}`)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

/** Two users send a message at the same time, five times, each in turn in one of two conversations. */
async function visit(client: Client, world: World): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const sending = USERS.map((user) => send(client, world, `conv_${user}${1 + (round % 2)}`, String(round)))
    const check = client.check(String(round)).then((text) => expectAnswer(text, /^ok$/))
    await Promise.all([...sending, check])
  }
}

async function send(client: Client, world: World, conversation: string, round: string): Promise<void> {
  const answer = await client.send(conversation, round)
  expectAnswer(answer, new RegExp(`^answer for ${conversation}\\.+!$`))
  world.received(conversation, round)
}

function expectAnswer(text: string, wanted: RegExp): void {
  if (!wanted.test(text)) throw new Error(`the answer should match ${wanted}, it is ${text.slice(0, 200)}`)
}

const settings = ({ url }: World, redis: Redis | undefined) => ({
  WORLD_URL: url,
  REDIS_PORT: String(redis?.port),
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_LOG_LEVEL: 'warn',
  // Of auto-instrumentations: sockets are of no request.
  OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'dns,fs,net',
})

/** The shell's own settings must not instrument the application. */
function cleanEnvironment(): Record<string, string | undefined> {
  const others = Object.entries(process.env).filter(
    ([name]) => !/^(LANGFUSE_|OTEL_|OPENAI_|NODE_OPTIONS$|NODE_USE_ENV_PROXY$)/.test(name),
  )
  return Object.fromEntries(others)
}
