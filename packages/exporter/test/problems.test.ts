import { diag } from '@opentelemetry/api'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../test/support/tracing.ts'
import { endedSpans } from './support.ts'

afterEach(stopTracing)

const spanWith = (id: string) =>
  endedSpans((tracer) => tracer.startSpan('span', { attributes: { 'session.id': id } }).end())

function unreadableSpan() {
  const [span] = spanWith('s1')
  const fail = () => {
    throw new Error('hostile')
  }
  return Object.defineProperty(span as object, 'attributes', { get: fail }) as never
}

describe('a problem of a span', () => {
  it('is logged once for each reason, with the kind of the value and not the value', () => {
    const warnings = collectWarnings()
    const exporter = new SessionSpanExporter(new InMemorySpanExporter())
    for (let i = 0; i < 3; i++) exporter.export(spanWith('sécret'), () => {})
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(
      'session.id, a string of 6 characters, is not exported (not-ascii); counted in stats().dropped (logged once)',
    )
    expect(warnings[0]).not.toContain('sécret')
    exporter.export(spanWith(''), () => {})
    expect(warnings).toHaveLength(2)
    expect(warnings[1]).toContain('empty')
  })

  it('is handled although the application’s logger throws', () => {
    const fail = () => {
      throw new Error('logger')
    }
    diag.setLogger({ error: fail, warn: fail, info: () => {}, debug: fail, verbose: fail })
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory)
    exporter.export(spanWith('line1\nline2'), () => {})
    expect(memory.getFinishedSpans()[0]?.attributes).toEqual({})
    expect(exporter.stats()).toMatchObject({ changed: 1, unreadable: 0, dropped: { 'control-character': 1 } })
  })

  it('such as an attribute that throws leaves it unchanged in the export, and is counted', () => {
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory)
    const span = unreadableSpan()
    exporter.export([span, ...spanWith('s1')], () => {})
    expect(memory.getFinishedSpans()).toHaveLength(2)
    expect(memory.getFinishedSpans()[0]).toBe(span)
    expect(exporter.stats()).toMatchObject({ spans: 2, changed: 0, unreadable: 1 })
  })
})

describe('stats()', () => {
  it('is a copy that does not change', () => {
    const exporter = new SessionSpanExporter({
      export: () => {
        throw new Error('no socket')
      },
      shutdown: async () => {},
    })
    exporter.export(spanWith('é'), () => {})
    const stats = exporter.stats()
    exporter.export(spanWith('é'), () => {})
    expect(stats).toMatchObject({ spans: 1, dropped: { 'not-ascii': 1 }, failures: { threw: 1 } })
  })
})
