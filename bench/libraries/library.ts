import type { Context, Tracer } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { Content } from '../support/session.ts'

/** How a library enters a scope, in the way that its documentation shows. */
export interface Scopes {
  id<T>(sessionId: string, fn: () => T): T
  rich<T>(sessionId: string, fn: () => T): T
}

/** One way to stamp spans with a library. */
export interface Stamper {
  readonly processor: object
  readonly scopes: Scopes
  /** The attributes that a span must have afterwards: nothing is measured that does not work. */
  expected(content: Content): Record<string, unknown>
  /** Where the library stamps by a tracer of its own. */
  readonly wrapTracer?: (tracer: Tracer) => Tracer
  /** Where it stamps on the way out. */
  readonly exported?: readonly ReadableSpan[]
}

/** What of a library is measured; each is made in a process of its own. */
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

/** A processor that does nothing: what every stamping figure is measured against. */
export class NoopProcessor {
  onStart(_span: Stampable, _context: Context): void {}
  onEnd(_span: Stampable): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** An exporter that takes everything, keeps the last batch, and sends nothing. */
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
