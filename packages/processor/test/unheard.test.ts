import { ROOT_CONTEXT } from '@opentelemetry/api'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { SessionAnalytics } from '@otel-sessions/analytics'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import {
  bindSession,
  contextWithSession,
  getSession,
  processStats,
  SessionSpanProcessor,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { collectAllWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

beforeEach(resetProcessState)

afterEach(stopTracing)

/** Does not look at sessions, so nothing of it sees a span before it is sent. */
const persistent = () =>
  new PersistentBatchSpanProcessor({ url: 'http://127.0.0.1:9/v1/traces', session: false })

it.each([
  ['span', ({ tracer }) => tracer.startSpan('span').end()],
  ['scope', () => usingSession('user_1_conv_1', () => {})],
  ['bound function', () => bindSession(() => {})()],
  ['context', () => contextWithSession(ROOT_CONTEXT, 'user_1_conv_1')],
  ['session of a span', ({ tracer }) => setSpanSession(tracer.startSpan('span'), 'user_1_conv_1')],
  ['look at the session', () => getSession()],
  ['session object', () => startSession('user_1_conv_1')],
  ['problem, also of the same kind', () => usingSession(42 as never, () => {})],
  ['flush', ({ provider }) => provider.forceFlush()],
  ['shutdown', ({ provider }) => provider.shutdown()],
  ['export', ({ exporter }) => exporter.export([], () => {})],
  ['look at the counters of the process', () => processStats()],
  ['look at the counters of a processor', () => new SessionSpanProcessor().stats()],
  ['look at the counters of an exporter', () => new SessionSpanExporter(new InMemorySpanExporter()).stats()],
  ['span of a delivery alone', () => persistent().onEnd({} as never)],
  ['flush of a delivery alone', () => persistent().forceFlush()],
  ['shutdown of a delivery alone', () => persistent().shutdown()],
  ['look at the counters of a delivery', () => persistent().stats()],
  ['span of the analytics alone', () => new SessionAnalytics().onEnd({} as never)],
  ['flush of the analytics alone', () => new SessionAnalytics().forceFlush()],
  ['look at the counters of the analytics', () => new SessionAnalytics().counters()],
] satisfies [string, (tracing: ReturnType<typeof startTracing>) => unknown][])(
  'what was reported before a logger is set is logged with the next %s',
  async (_, next) => {
    const tracing = startTracing()
    usingSession(42 as never, () => {})
    const warnings = collectAllWarnings()
    await next(tracing)
    expect(warnings.filter((line) => /a session ID is rejected.* \(not-a-string\)/.test(line))).toHaveLength(
      1,
    )
  },
)
