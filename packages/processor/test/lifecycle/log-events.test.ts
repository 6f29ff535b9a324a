import { trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import {
  BatchLogRecordProcessor,
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(() => {
  stopTracing()
  logs.disable()
})

function startLogging() {
  const application = startApplication()
  const memory = new InMemoryLogRecordExporter()
  const loggerProvider = new LoggerProvider({
    processors: [new SimpleLogRecordProcessor({ exporter: memory })],
  })
  return { ...application, loggerProvider, records: () => memory.getFinishedLogRecords() }
}

describe('session events with a logger provider', () => {
  it('are those of OpenTelemetry, with the time and context of the session spans', () => {
    const { tracerProvider, loggerProvider, records, one } = startLogging()
    const session = startSession(
      {
        sessionId: 'user_1_conv_2',
        userId: 'user_1',
        previousSessionId: 'user_1_conv_1',
        startTime: new Date(5000),
      },
      { tracerProvider, loggerProvider },
    )
    session.event('paid')
    session.end({ state: 'success', reason: 'paid', time: new Date(7000) })
    const emitted = records().map(({ eventName, hrTime, attributes }) => ({ eventName, hrTime, attributes }))
    expect(emitted).toEqual([
      {
        eventName: 'session.start',
        hrTime: [5, 0],
        attributes: { 'session.id': 'user_1_conv_2', 'session.previous_id': 'user_1_conv_1' },
      },
      {
        eventName: 'session.end',
        hrTime: [7, 0],
        attributes: {
          'session.id': 'user_1_conv_2',
          'session.end.state': 'success',
          'session.end.reason': 'paid',
        },
      },
    ])
    const ids = records().map(({ spanContext }) => spanContext?.spanId)
    expect(ids).toEqual([one('session.start').spanContext().spanId, one('session.end').spanContext().spanId])
  })

  it('contain the end of a resumed session, and no start', () => {
    const { tracerProvider, loggerProvider, records } = startLogging()
    resumeSession('user_1_conv_1', { tracerProvider, loggerProvider }).end()
    expect(records().map(({ eventName }) => eventName)).toEqual(['session.end'])
  })

  it('are counted where the logger throws, and the session spans are emitted', () => {
    const { tracerProvider, names } = startLogging()
    const loggerProvider = {
      getLogger() {
        throw new Error('hostile')
      },
    }
    const counted = problems(() => startSession({}, { tracerProvider, loggerProvider }).end())
    expect(counted).toEqual({ 'session-span:failed': 2 })
    expect(names()).toEqual(['session.start', 'session.end'])
  })

  it('and session spans of an open session are exported when NodeSDK shuts down', async () => {
    const spans: string[] = []
    const events: unknown[] = []
    const exporter = new InMemorySpanExporter()
    const onExport = exporter.export.bind(exporter)
    exporter.export = (batch, done) => {
      spans.push(...batch.map((span) => span.name))
      onExport(batch, done)
    }
    const logExporter = new InMemoryLogRecordExporter()
    const onLogs = logExporter.export.bind(logExporter)
    logExporter.export = (batch, done) => {
      events.push(...batch.map((record) => record.eventName))
      onLogs(batch, done)
    }
    const sdk = new NodeSDK({
      autoDetectResources: false,
      spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter)],
      logRecordProcessors: [new BatchLogRecordProcessor({ exporter: logExporter })],
      instrumentations: [],
    })
    sdk.start()
    const session = startSession({}, { loggerProvider: logs.getLoggerProvider() })
    await sdk.shutdown()
    expect(session.ended?.reason).toBe('shutdown')
    expect(spans).toEqual(['session.start', 'session.end'])
    expect(events).toEqual(['session.start', 'session.end'])
    trace.disable()
  })
})
