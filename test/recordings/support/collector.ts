/** An OTLP/HTTP (JSON) collector that keeps spans and log records whole. */
import { closeServer, listen, readJson } from '../../../demo/support/http.ts'
import type { RecordedAttributes, RecordedLog, RecordedSpan, RecordedValue } from '../recording.ts'
import type { KeyValue, OtlpLog, OtlpLogs, OtlpSpan, OtlpTraces, OtlpValue } from './otlp.ts'

/** A running collector, and what it has received. */
export interface Collector {
  readonly url: string
  /** In the order of arrival. */
  readonly spans: readonly RecordedSpan[]
  readonly logs: readonly RecordedLog[]
  close(): Promise<void>
}

/** Starts a collector. Only for processes that are not instrumented: it would trace itself. */
export async function startCollector(): Promise<Collector> {
  const spans: RecordedSpan[] = []
  const logs: RecordedLog[] = []
  const { server, port } = await listen(async (request, response) => {
    try {
      const body = await readJson(request)
      if (request.url === '/v1/traces') spans.push(...readSpans(body as OtlpTraces))
      else if (request.url === '/v1/logs') logs.push(...readLogs(body as OtlpLogs))
      else throw new Error(`the collector does not know ${request.url}`)
      response.setHeader('content-type', 'application/json').end('{}')
    } catch (error) {
      // The exporter logs the answer, and the case fails.
      response.writeHead(400).end(String(error))
    }
  })
  return { url: `http://127.0.0.1:${port}`, spans, logs, close: () => closeServer(server) }
}

function readSpans(body: OtlpTraces): RecordedSpan[] {
  const scopes = (body.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans ?? [])
  return scopes.flatMap(({ scope, spans }) => (spans ?? []).map((span) => readSpan(span, scopeOf(scope))))
}

function readSpan(span: OtlpSpan, scope: RecordedSpan['scope']): RecordedSpan {
  if (span.droppedAttributesCount || span.droppedEventsCount) {
    throw new Error(`the span ${span.name} is not whole: the SDK dropped attributes or events`)
  }
  const { code = 0, message } = span.status ?? {}
  const events = (span.events ?? []).map((event) => ({
    name: event.name,
    time: event.timeUnixNano,
    attributes: readAttributes(event.attributes),
  }))
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
    name: span.name,
    kind: span.kind,
    scope,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    status: message ? { code, message } : { code },
    attributes: readAttributes(span.attributes),
    ...(events.length > 0 ? { events } : {}),
  }
}

function readLogs(body: OtlpLogs): RecordedLog[] {
  const scopes = (body.resourceLogs ?? []).flatMap(({ scopeLogs }) => scopeLogs ?? [])
  return scopes.flatMap(({ scope, logRecords }) =>
    (logRecords ?? []).map((record) => readLog(record, scopeOf(scope))),
  )
}

function readLog(record: OtlpLog, scope: RecordedLog['scope']): RecordedLog {
  const time = record.timeUnixNano
  return {
    ...(record.traceId ? { traceId: record.traceId } : {}),
    ...(record.spanId ? { spanId: record.spanId } : {}),
    scope,
    time: time && time !== '0' ? time : record.observedTimeUnixNano,
    ...(record.eventName ? { eventName: record.eventName } : {}),
    ...(record.severityNumber ? { severity: record.severityNumber } : {}),
    body: readValue(record.body ?? {}),
    attributes: readAttributes(record.attributes),
  }
}

function scopeOf(scope: { name?: string; version?: string } | undefined): RecordedSpan['scope'] {
  const { name = '', version } = scope ?? {}
  return version ? { name, version } : { name }
}

function readAttributes(attributes: readonly KeyValue[] | undefined): RecordedAttributes {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: OtlpValue): RecordedValue {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(readValue)
  if (value.kvlistValue) return readAttributes(value.kvlistValue.values)
  if (value.intValue !== undefined) return Number(value.intValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null
}
