/**
 * Preloaded into an application (`node --import`): records every ended span as the SDK has it, and the content types
 * of the exporter. Writes the record to WITNESS_FILE when the application exits.
 */
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import { registerHooks } from 'node:module'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor } from '@otel-sessions/processor'

const SAMPLED = 1
const file = process.env['WITNESS_FILE']
if (file === undefined) throw new Error('WITNESS_FILE is not set')

// Every set-up uses our processor, so recording in it needs no SDK internals.
const ended = new Map<string, ReadableSpan>()
const { onEnd } = SessionSpanProcessor.prototype
SessionSpanProcessor.prototype.onEnd = function (this: SessionSpanProcessor, span) {
  const { spanId, traceFlags } = (span as ReadableSpan).spanContext()
  if (traceFlags & SAMPLED) ended.set(spanId, span as ReadableSpan)
  onEnd.call(this, span)
}

const wire = new Set<string>()
subscribe('http.client.request.start', (message) => {
  const { request } = message as { request: ClientRequest }
  if (!request.path.endsWith('/v1/traces')) return
  const encoding = request.getHeader('content-encoding')
  wire.add(`${request.getHeader('content-type')}${encoding ? ` ${encoding}` : ''}`)
})

// The examples and the demo import the JSON exporter; this replaces it with the protobuf one.
if (process.env['WITNESS_EXPORTER'] === 'proto') {
  const json = '@opentelemetry/exporter-trace-otlp-http'
  const application = /\/(examples(\/[^/]+)?|demo\/app)\/[^/]+$/
  registerHooks({
    resolve(specifier, context, next) {
      const swap = specifier === json && application.test(context.parentURL ?? '')
      return next(swap ? '@opentelemetry/exporter-trace-otlp-proto' : specifier, context)
    },
  })
}

process.once('exit', () => {
  const traces = new TextDecoder().decode(JsonTraceSerializer.serializeRequest([...ended.values()]))
  writeFileSync(file, JSON.stringify({ wire: [...wire], traces: JSON.parse(traces) }))
})
