import { context, diag, propagation, trace } from '@opentelemetry/api'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { type RegisteredSessions, type RegisterSessionsOptions, registerSessions } from 'otel-sessions'
import { afterAll, afterEach, beforeAll, onTestFinished, vi } from 'vitest'
import { type Collector, startCollector } from '../../../../demo/support/collector.ts'

let collector: Collector

/** Gives the tests of a file a collector, and unregisters after each test what it has registered. */
export function useCollector(): void {
  beforeAll(async () => {
    collector = await startCollector()
  })
  afterAll(() => collector.close())
  afterEach(() => {
    trace.disable()
    context.disable()
    propagation.disable()
    diag.disable()
    vi.unstubAllEnvs()
    // So that each test sees what is logged once.
    resetProcessState()
  })
}

/** Calls `registerSessions` with the collector as the endpoint, and shuts it down after the test. */
export function register(options: RegisterSessionsOptions = {}): RegisteredSessions {
  const telemetry = registerSessions({ url: collector.url, protocol: 'http/json', ...options })
  onTestFinished(() => telemetry.shutdown().catch(() => {}))
  return telemetry
}

/** Starts and ends a span of the registered provider. */
export const endSpan = (name: string, attributes = {}): void =>
  trace.getTracer('app').startSpan(name, { attributes }).end()

/** Flushes, and returns the spans of a name that have arrived by now. */
export async function arrived(telemetry: RegisteredSessions, name: string) {
  await telemetry.flush()
  return collector.spans().filter((span) => span.name === name)
}

/** The URL of the collector. */
export const collectorUrl = (): string => collector.url
