import { context, diag, propagation, trace } from '@opentelemetry/api'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { register } from '../../src/join/index.ts'

const thread = vi.hoisted(() => ({ isMain: true }))
vi.mock('node:worker_threads', async (load) => ({
  ...(await load<object>()),
  get isMainThread() {
    return thread.isMain
  },
}))

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
const shared = globalThis as { [key: symbol]: unknown }

/** As in a new process or thread. */
function forget(): void {
  delete shared[Symbol.for('opentelemetry.js.api.1')]
  delete shared[Symbol.for('otel-sessions.register')]
  for (const each of [trace, context, propagation, diag]) each.disable()
  resetProcessState()
}

beforeEach(() => {
  forget()
  vi.stubEnv('OTEL_SESSIONS_AUTO_INSTRUMENT', 'false')
  vi.stubEnv('OTEL_TRACES_EXPORTER', 'none')
})

afterEach(async () => {
  await (trace.getTracerProvider() as unknown as { getDelegate(): Shutdown }).getDelegate().shutdown()
  forget()
  vi.unstubAllEnvs()
})

interface Shutdown {
  shutdown(): Promise<void>
}

test.each([
  ['the main thread flushes at a signal', true, 1],
  ['a worker thread gets no signals, and listens to none', false, 0],
])('%s', (_, isMain, added) => {
  thread.isMain = isMain
  const before = SIGNALS.map((signal) => process.listeners(signal))
  register()
  trace.getTracer('app').startSpan('work').end()
  const more = SIGNALS.map((signal, index) =>
    process.listeners(signal).filter((listener) => !before[index]?.includes(listener)),
  )
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of more[index] ?? []) process.removeListener(signal, listener)
  }
  expect(more.map(({ length }) => length)).toEqual([added, added])
})
