// In a bundle LangChain's queue is out of reach, and its handlers are bound in its place. Here is the real LangChain, which
// esbuild bundles, with handlers as Langfuse and applications write them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { processStats, usingSession } from '@otel-sessions/processor'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTracing, stopTracing } from '../../../test/support/tracing.ts'

const folder = mkdtempSync(`${tmpdir()}/langchain-`)
const USERS = ['user_a_conv', 'user_b_conv', 'user_c_conv']

beforeEach(resetProcessState)
afterEach(stopTracing)
afterAll(() => rmSync(folder, { recursive: true }))

const outfile = `${folder}/langchain.mjs`

/** LangChain as one file. */
beforeAll(async () => {
  await build({
    stdin: {
      contents: `
        export * as callbacks from '@langchain/core/callbacks/manager'
        export { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
        export { RunnableLambda } from '@langchain/core/runnables'
        export * as caller from '@langchain/core/utils/async_caller'
        export { FakeListChatModel } from '@langchain/core/utils/testing'`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    outfile,
    format: 'esm',
    platform: 'node',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
  })
})

let copies = 0

/** A LangChain with a queue of its own. */
const loadLangChain = () => import(`${outfile}?${copies++}`)

/** What a handler that makes spans does, and a test of what becomes of it. */
function start() {
  const { tracer, provider, sessions } = startTracing()
  /** Names a span after what it should have. */
  const note = (what: string, value: unknown) => {
    tracer.startSpan(`${what} of ${/user_[a-z]_conv/.exec(JSON.stringify(value) ?? '')?.[0]}`).end()
  }
  class Handler {
    readonly name = 'mine'
    #called = 0
    get called() {
      return this.#called
    }
    async handleChainStart(_: unknown, input: unknown) {
      this.#called++
      note('start', input)
    }
    async handleChainEnd(output: unknown) {
      await undefined
      this.#called++
      note('end', output)
    }
    async handleChainError(error: Error) {
      note('error', error.message)
    }
    async handleLLMNewToken(...[, , , , tags]: unknown[]) {
      note('token', tags)
    }
    async handleLLMEnd(...[, , , tags]: unknown[]) {
      note('answer', tags)
    }
  }
  const wrong = () => Object.entries(sessions()).filter(([name, session]) => !name.endsWith(` of ${session}`))
  return { handler: Object.freeze(new Handler()), note, provider, sessions, wrong }
}

const atOnce = (run: (user: string) => unknown) =>
  Promise.all(USERS.map((user) => usingSession(user, () => run(user))))

describe("in a bundle, a user's own callback handler", () => {
  test.each([
    ['the module', (callbacks: object) => callbacks],
    ['only its CallbackManager', ({ CallbackManager }: { CallbackManager: object }) => ({ CallbackManager })],
  ])('runs in the session of its run, with %s', async (_, pick) => {
    const { callbacks, RunnableLambda, FakeListChatModel, awaitAllCallbacks } = await loadLangChain()
    const { handler, sessions, wrong } = start()
    expect(keepSessionInLangChain(pick(callbacks) as never).handlers).toBe(true)
    const chain = RunnableLambda.from((text: string) => text).pipe((text: string) => text)
    const failing = RunnableLambda.from((text: string) => Promise.reject(new Error(text)))
    const model = new FakeListChatModel({ responses: ['ok'] })
    await atOnce(async (user) => {
      await chain.invoke(user, { callbacks: [handler] })
      await expect(failing.invoke(user, { callbacks: [handler] })).rejects.toThrow(user)
      for await (const _ of await model.stream('hi', { callbacks: [handler], tags: [user] }));
    })
    await awaitAllCallbacks()
    expect(wrong()).toEqual([])
    expect(new Set(Object.keys(sessions()).map((name) => name.split(' ')[0]))).toEqual(
      new Set(['start', 'end', 'error', 'token', 'answer']),
    )
    expect(handler.called).toBe(21)
    expect(processStats().problems).toEqual({})
  })

  test('is what a run sees, and nobody waits for it', async () => {
    const { callbacks, RunnableLambda, awaitAllCallbacks } = await loadLangChain()
    const { handler } = start()
    keepSessionInLangChain(callbacks)
    let release = () => {}
    const slow = { handleChainEnd: () => new Promise<void>((resolve) => (release = resolve)) }
    const seen: unknown[] = []
    const step = RunnableLambda.from((text: string, config: { callbacks: { handlers: unknown[] } }) => {
      seen.push(...config.callbacks.handlers)
      return text
    })
    await atOnce((user) => step.invoke(user, { callbacks: [handler, slow] }))
    expect(seen.filter((one) => one === handler)).toHaveLength(3)
    const all = awaitAllCallbacks()
    for (let i = 0; i < 3; i++) {
      await new Promise(setImmediate)
      release()
    }
    await all
  })

  test('is counted, with the remedy, where nothing was called', async () => {
    const { RunnableLambda, awaitAllCallbacks } = await loadLangChain()
    const { handler, wrong } = start()
    const step = RunnableLambda.from((text: string) => text)
    await atOnce((user) => step.invoke(user, { callbacks: [handler] }))
    await awaitAllCallbacks()
    expect(wrong()).not.toEqual([])
    expect(processStats().problems['langchain:background-callbacks']).toBeGreaterThan(0)
  })

  test('is bound once', async () => {
    const { callbacks } = await loadLangChain()
    keepSessionInLangChain(callbacks)
    const { handleChainStart } = callbacks.CallbackManager.prototype
    keepSessionInLangChain(callbacks)
    expect(callbacks.CallbackManager.prototype.handleChainStart).toBe(handleChainStart)
  })
})

test('in a bundle, requests that wait run in the session of who made them, with the module of the caller', async () => {
  const { callbacks, caller } = await loadLangChain()
  const { note, wrong, sessions } = start()
  const { queues } = keepSessionInLangChain(callbacks)
  expect(keepSessionInLangChain(callbacks, caller)).toEqual({ queues: queues + 1, handlers: true })
  const requests = new caller.AsyncCaller({ maxConcurrency: 1 })
  await atOnce((user) => requests.call(async () => note('request', user)))
  expect(wrong()).toEqual([])
  expect(Object.keys(sessions())).toHaveLength(3)
})
