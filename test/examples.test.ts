import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../demo/support/collector.ts'
import { Processes } from '../demo/support/processes.ts'

const EXAMPLES = ['quick-start', 'chat', 'langchain-alias'] as const

const processes = new Processes()
let modelUrl: string

beforeAll(async () => {
  modelUrl = `http://127.0.0.1:${await processes.start('model.ts').receive<number>('listening')}/v1`
})
afterAll(() => processes.stop())

const pathOf = (example: string) => fileURLToPath(new URL(`../examples/${example}.ts`, import.meta.url))

/** Runs an example as a user would: a process of its own, a collector and a model at the end of real sockets. */
async function run(example: string): Promise<{ spans: ReturnType<Collector['spans']>; errors: string }> {
  const collector = await startCollector()
  const child = execFile(process.execPath, [pathOf(example)], {
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OPENAI_BASE_URL: modelUrl,
      OPENAI_API_KEY: 'local',
    },
  })
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors += text
  })
  const [code] = await once(child, 'close')
  await collector.close()
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return { spans: collector.spans(), errors }
}

const sessionsOf = (spans: ReturnType<Collector['spans']>) =>
  spans.map((span) => `${span.name}: ${span.attributes['session.id'] ?? 'none'}`).sort()

describe('the examples', () => {
  it.each(EXAMPLES)('%s is under 60 lines and sets a diag logger at WARN', (example) => {
    const text = readFileSync(pathOf(example), 'utf8')
    expect(text.split('\n').length).toBeLessThan(60)
    expect(text).toContain('diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)')
  })

  it('quick-start: every span that arrives carries the session', async () => {
    const { spans } = await run('quick-start')
    expect(sessionsOf(spans)).toEqual(['answer: user_123_conv_456', 'look up: user_123_conv_456'])
  })

  it('chat: every turn is a trace of its own, every span carries its user’s session, also while streaming', async () => {
    const { spans } = await run('chat')
    for (const [user, session] of [
      ['user_123', 'user_123_conv_456'],
      ['user_124', 'user_124_conv_789'],
    ]) {
      const own = spans.filter((span) => span.attributes['session.id'] === session)
      expect(sessionsOf(own)).toEqual([
        `POST: ${session}`,
        `POST: ${session}`,
        `save answer: ${session}`,
        `save answer: ${session}`,
        `turn: ${session}`,
        `turn: ${session}`,
      ])
      expect(own.every((span) => span.attributes['user.id'] === user)).toBe(true)
    }
    expect(spans).toHaveLength(12)
  })

  it('langchain-alias: LangChain’s spans and the application’s root carry the thread, with no helper', async () => {
    const { spans } = await run('langchain-alias')
    expect(sessionsOf(spans)).toEqual([
      'ChatOpenAI: user_123_thread_7',
      'ChatPromptTemplate: user_123_thread_7',
      'RunnableSequence: user_123_thread_7',
      'handle request: user_123_thread_7',
    ])
  })
})
