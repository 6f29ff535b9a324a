// A row of the table: a set-up of OpenTelemetry, or a vendor's processor, which runs twice: as it is, and with
// `sessionProcessors` in front. What is sent must be the same but for the session.

/** Passes the processors of a set-up through `sessionProcessors`, or leaves them as they are. */
export type Wrap = <P extends object>(processors: P[]) => P[]

/** What is sent of a span. */
export interface SentSpan {
  readonly name: string
  readonly kind: number
  readonly status: unknown
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly unknown[]
  readonly links: number
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly scope: string | undefined
}

/** What a row sends. */
export interface Sent {
  /** The spans, by where they arrive. */
  readonly spans: Readonly<Record<string, readonly SentSpan[]>>
  /** Anything else, such as metrics; the same with and without sessions. */
  readonly others?: unknown
}

/** A row. Its module is loaded in a process of its own. */
export interface Row {
  readonly name: string
  /** The package whose version the table shows. */
  readonly library: string
  /** The option `backends` of `sessionProcessors`, by name. */
  readonly backends?: readonly string[]
  /** The option `backfill`; undefined is the default, with it. */
  readonly backfill?: false
  /** How many spans differ beside the session, for a reason that the row says. */
  readonly differing?: number
  /** What the row checks beside the comparison, on both runs; returns what is wrong. */
  check?(sent: Sent): string[]
  /** Sets up, does the work of `application.ts`, shuts down. */
  run(wrap: Wrap): Promise<Sent>
}

/** The part of a span of the SDK that is sent, of every version. */
export interface ReadableSpanLike {
  readonly name: string
  readonly kind: number
  readonly status: unknown
  readonly attributes: object
  readonly events: readonly { readonly name: string; readonly attributes?: object | undefined }[]
  readonly links: readonly unknown[]
  readonly parentSpanId?: string | undefined
  readonly parentSpanContext?: { readonly spanId: string } | undefined
  readonly instrumentationScope?: { readonly name: string }
  readonly instrumentationLibrary?: { readonly name: string }
  spanContext(): { readonly spanId: string }
}

/** An exporter that keeps what it gets, as it is at that moment. */
export function keeping() {
  const sent: SentSpan[] = []
  return {
    sent,
    exporter: {
      export(spans: readonly ReadableSpanLike[], done: (result: { code: number }) => void) {
        sent.push(...spans.map(sentSpan))
        // As over a network.
        setImmediate(() => done({ code: 0 }))
      },
      async forceFlush() {},
      async shutdown() {},
    },
  }
}

function sentSpan(span: ReadableSpanLike): SentSpan {
  const { name, kind, status, attributes, events, links } = span
  return structuredClone({
    name,
    kind,
    status,
    attributes: { ...attributes },
    events: events.map((event) => ({ name: event.name, attributes: { ...event.attributes } })),
    links: links.length,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? span.parentSpanId,
    scope: (span.instrumentationScope ?? span.instrumentationLibrary)?.name,
  }) as SentSpan
}
