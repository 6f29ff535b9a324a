import type { Context, Tracer } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Content } from '../support/session.ts'

/** Enters a scope of a library in the way that its documentation shows. */
export interface Scopes {
  id<T>(sessionId: string, fn: () => T): T
  rich<T>(sessionId: string, fn: () => T): T
}

/** Stamps spans with a library. */
export interface Stamper {
  readonly processor: object
  readonly scopes: Scopes
  /** The attributes that a span must have afterwards; they are checked before the measurement. */
  expected(content: Content): Record<string, unknown>
  /** Set if the library stamps with its own tracer. */
  readonly wrapTracer?: (tracer: Tracer) => Tracer
  /** Set if the library stamps on export. */
  readonly exported?: readonly ReadableSpan[]
}

/** The measured parts of a library; each is measured in its own process. */
export interface Library {
  readonly stampers: Readonly<Record<string, () => Promise<Stamper>>>
  readonly scopes: () => Promise<Scopes>
}

/** The part of a span that processors use. */
export interface Stampable {
  setAttribute(key: string, value: unknown): unknown
  setAttributes(attributes: object): unknown
  spanContext(): { spanId: string }
}

/** A processor that does nothing: the baseline of every stamping figure. */
export class NoopProcessor {
  onStart(_span: Stampable, _context: Context): void {}
  onEnd(_span: Stampable): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** An exporter that accepts everything, keeps the last span, and sends nothing. */
export function discarding() {
  const last: ReadableSpan[] = []
  const exporter = {
    export(spans: ReadableSpan[], resultCallback: (result: { code: number }) => void) {
      last.splice(0, last.length, ...spans.slice(-1))
      resultCallback({ code: 0 })
    },
    async forceFlush() {},
    async shutdown() {},
  }
  return { exporter, last }
}
