// Spans of LangChain's background callbacks keep the context of their run. The real LangChain is in test/conflicts and
// test/field; here is what it does, with its own queue.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { context } from '@opentelemetry/api'
import { processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

const require = createRequire(import.meta.url)
const langchain = createRequire(
  createRequire(`${process.cwd()}/`).resolve('@langchain/core/callbacks/promises'),
)
const { default: Queue } = langchain('p-queue')

beforeEach(resetProcessState)
afterEach(() => {
  vi.useRealTimers()
  stopTracing()
})

/** Adds one job in each of two sessions in one tick, and returns the spans' sessions. */
async function addInTwoSessions(addTo: (job: () => Promise<void>) => unknown) {
  const { sessions, tracer } = startTracing()
  const job = (name: string) => async () => {
    tracer.startSpan(name).end()
    await undefined
  }
  await Promise.all(['user_a_conv', 'user_b_conv'].map((id) => usingSession(id, () => addTo(job(id)))))
  return sessions()
}

describe("LangChain's queue", () => {
  test('runs each job in the session of its caller, once a processor is constructed', async () => {
    new SessionSpanProcessor()
    const queue = new Queue({ concurrency: 1 })
    expect(await addInTwoSessions((job) => queue.add(job))).toEqual({
      user_a_conv: 'user_a_conv',
      user_b_conv: 'user_b_conv',
    })
  })

  test('keeps the session with addAll, which passes options and results on', async () => {
    keepSessionInLangChain()
    const queue = new Queue({ concurrency: 1 })
    expect(await addInTwoSessions((job) => queue.addAll([job], { priority: 1 }))).toEqual({
      user_a_conv: 'user_a_conv',
      user_b_conv: 'user_b_conv',
    })
    expect(await queue.addAll([() => 1, async () => 2])).toEqual([1, 2])
    await expect(queue.add(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(queue.add('no function')).rejects.toThrow('fn is not a function')
  })

  test('may run a job long after its scope is over, and that is no problem', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    const { sessions, tracer } = startTracing()
    const queue = new Queue({ concurrency: 1, autoStart: false })
    const job = (name: string) => () => tracer.startSpan(name).end()
    for (const id of ['user_a_conv', 'user_b_conv']) {
      await usingSession(id, async () => void queue.add(job(id)))
    }
    vi.advanceTimersByTime(60_000)
    await queue.start().onIdle()
    expect(sessions()).toEqual({ user_a_conv: 'user_a_conv', user_b_conv: 'user_b_conv' })
    expect(processStats().problems['scope:outlived']).toBeUndefined()
  })

  test('is bound once, however often and by however many copies it is asked for', () => {
    const reach = keepSessionInLangChain()
    const { add } = Queue.prototype
    expect(reach.queues).toBeGreaterThanOrEqual(1)
    expect(keepSessionInLangChain()).toEqual(reach)
    expect(Queue.prototype.add).toBe(add)
  })

  test('is reached in a copy that is loaded later', async () => {
    new SessionSpanProcessor()
    const folder = mkdtempSync(`${tmpdir()}/p-queue-`)
    const path = `${folder}/node_modules/p-queue/dist/index.js`
    mkdirSync(dirname(path), { recursive: true })
    copyFileSync(langchain.resolve('p-queue'), path)
    for (const name of ['eventemitter3', 'p-timeout']) {
      const from = dirname(createRequire(langchain.resolve('p-queue')).resolve(`${name}/package.json`))
      symlinkSync(from, `${folder}/node_modules/${name}`)
    }
    for (const name of ['priority-queue.js', 'lower-bound.js']) {
      copyFileSync(`${dirname(langchain.resolve('p-queue'))}/${name}`, `${dirname(path)}/${name}`)
    }
    const { default: Another } = createRequire(`${folder}/`)(path)
    rmSync(folder, { recursive: true })
    const queue = new Another({ concurrency: 1 })
    expect(Another).not.toBe(Queue)
    expect(await addInTwoSessions((job) => queue.add(job))).toEqual({
      user_a_conv: 'user_a_conv',
      user_b_conv: 'user_b_conv',
    })
  })

  test('is reached in every copy that is loaded', () => {
    const { queues } = keepSessionInLangChain()
    const path = '/elsewhere/node_modules/p-queue/dist/index.js'
    class Another {
      add(job: () => unknown) {
        return job()
      }
    }
    require.cache[path] = { exports: { default: Another } } as never
    try {
      expect(keepSessionInLangChain().queues).toBe(queues + 1)
      expect(new Another().add(() => context.active())).toBeDefined()
    } finally {
      delete require.cache[path]
    }
  })
})

describe('keepSessionInLangChain', () => {
  test('reaches nothing, and does not throw, where there is no CommonJS', () => {
    const { getBuiltinModule } = process
    process.getBuiltinModule = undefined as never
    try {
      expect(keepSessionInLangChain()).toEqual({ queues: 0, handlers: false })
    } finally {
      process.getBuiltinModule = getBuiltinModule
    }
  })

  test.each([{}, { CallbackManager: null }, { CallbackManager: {} }, null, 'core'])(
    'ignores a module that is not %j',
    (callbacks) => {
      expect(keepSessionInLangChain(callbacks as never).handlers).toBe(false)
    },
  )
})

describe('a span of LangChain whose context is not kept', () => {
  const NAME = '@arizeai/openinference-instrumentation-langchain'

  function spansWithoutCommonJs() {
    const { getBuiltinModule } = process
    process.getBuiltinModule = undefined as never
    try {
      const { provider } = startTracing()
      for (const name of ['one', 'two']) provider.getTracer(NAME).startSpan(name).end()
    } finally {
      process.getBuiltinModule = getBuiltinModule
    }
    return processStats().problems['langchain:background-callbacks']
  }

  test('is counted, and logged once with the remedy', () => {
    const warnings = collectWarnings()
    expect(spansWithoutCommonJs()).toBe(2)
    expect(warnings.filter((line) => line.includes('keepSessionInLangChain()'))).toHaveLength(1)
  })

  test('is logged with the remedy for a second LangChain, where the queue of the first is bound', () => {
    keepSessionInLangChain()
    const warnings = collectWarnings()
    startTracing().provider.getTracer(NAME).startSpan('bundled').end()
    const [line] = warnings.filter((each) => each.includes('keepSessionInLangChain'))
    expect(line).toContain('a queue of LangChain is bound, but not theirs')
    expect(line).toContain('keepSessionInLangChain(callbacks) with the @langchain/core/callbacks/manager')
    expect(line).not.toContain('not found')
  })

  test('is no problem if callbacks run in the foreground', () => {
    process.env['LANGCHAIN_CALLBACKS_BACKGROUND'] = 'false'
    try {
      expect(spansWithoutCommonJs()).toBeUndefined()
    } finally {
      delete process.env['LANGCHAIN_CALLBACKS_BACKGROUND']
    }
  })
})

describe("a span of a user's own callback handler", () => {
  const number = () => processStats().problems['langchain:background-callbacks']

  /** A handler that makes spans, and what of LangChain's manager calls it. */
  function startHandler() {
    const { tracer } = startTracing()
    const handler = {
      async handleChainEnd() {
        await undefined
        tracer.startSpan('saved').end()
      },
    }
    return { tracer, handler }
  }

  test('is counted where the queue is not bound, and logged once with the remedy', async () => {
    const warnings = collectWarnings()
    const { tracer, handler } = startHandler()
    await usingSession('user_a_conv', async () => {
      tracer.startSpan('before').end()
      await handler.handleChainEnd()
      await handler.handleChainEnd()
    })
    expect(number()).toBe(2)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('keepSessionInLangChain(callbacks)')
  })

  test('is counted although its tracer has made many other spans', async () => {
    const { tracer, handler } = startHandler()
    await usingSession('user_a_conv', async () => {
      for (let i = 0; i < 1000; i++) tracer.startSpan('other').end()
      for (let i = 0; i < 100; i++) await handler.handleChainEnd()
    })
    expect(number()).toBeGreaterThan(50)
  })

  test('is no problem where the run waits for it, where the queue is bound, or outside sessions', async () => {
    const { handler } = startHandler()
    const manager = {
      async handleChainEnd() {
        await handler.handleChainEnd()
      },
    }
    await usingSession('user_a_conv', () => manager.handleChainEnd())
    keepSessionInLangChain()
    await usingSession('user_a_conv', () => new Queue().add(() => handler.handleChainEnd()))
    await handler.handleChainEnd()
    expect(number()).toBeUndefined()
  })

  test('is missed, and not broken, where errors are frozen', async () => {
    const { handler } = startHandler()
    const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
    Object.defineProperty(Error, 'stackTraceLimit', { ...limit, writable: false })
    try {
      await usingSession('user_a_conv', () => handler.handleChainEnd())
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', limit)
    }
    expect(number()).toBeUndefined()
  })
})
