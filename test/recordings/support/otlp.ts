/** The part of OTLP/JSON that recordings keep: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */

/** A value of an attribute. */
export interface OtlpValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly bytesValue?: string
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] }
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] }
}

/** An attribute. */
export interface KeyValue {
  readonly key: string
  readonly value: OtlpValue
}

interface OtlpScope {
  readonly name?: string
  readonly version?: string
}

/** A span. */
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status?: { readonly code?: number; readonly message?: string }
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly events?: readonly {
    readonly name: string
    readonly timeUnixNano: string
    readonly attributes?: readonly KeyValue[]
  }[]
  readonly droppedEventsCount?: number
}

/** The body of a request that exports spans. */
export interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly scope?: OtlpScope; readonly spans?: readonly OtlpSpan[] }[]
  }[]
}

/** A log record. */
export interface OtlpLog {
  readonly traceId?: string
  readonly spanId?: string
  readonly timeUnixNano?: string
  readonly observedTimeUnixNano: string
  readonly eventName?: string
  readonly severityNumber?: number
  readonly body?: OtlpValue
  readonly attributes?: readonly KeyValue[]
}

/** The body of a request that exports log records. */
export interface OtlpLogs {
  readonly resourceLogs?: readonly {
    readonly scopeLogs?: readonly { readonly scope?: OtlpScope; readonly logRecords?: readonly OtlpLog[] }[]
  }[]
}
