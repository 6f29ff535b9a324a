import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { collectAllWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

beforeEach(resetProcessState)

afterEach(stopTracing)

it.each([
  ['span', ({ tracer }) => tracer.startSpan('span').end()],
  ['scope', () => usingSession('user_1_conv_1', () => {})],
  ['problem, also of the same kind', () => usingSession(42 as never, () => {})],
  ['flush', ({ provider }) => provider.forceFlush()],
  ['shutdown', ({ provider }) => provider.shutdown()],
  ['export', ({ exporter }) => exporter.export([], () => {})],
  ['look at the counters of the process', () => processStats()],
  ['look at the counters of a processor', () => new SessionSpanProcessor().stats()],
  ['look at the counters of an exporter', () => new SessionSpanExporter(new InMemorySpanExporter()).stats()],
] satisfies [string, (tracing: ReturnType<typeof startTracing>) => unknown][])(
  'what was reported before a logger is set is logged with the next %s',
  async (_, next) => {
    const tracing = startTracing()
    usingSession(42 as never, () => {})
    const warnings = collectAllWarnings()
    await next(tracing)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/a session ID is rejected.* \(not-a-string\)/)
  },
)
